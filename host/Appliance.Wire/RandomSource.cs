namespace Appliance.Wire;

/// <summary>
/// Fills the destination with fresh random bytes. This project draws no randomness itself, so that whatever it makes
/// can be made again: programs hand in the system's generator, vectors a seeded one.
/// </summary>
public delegate void RandomSource(Span<byte> destination);
