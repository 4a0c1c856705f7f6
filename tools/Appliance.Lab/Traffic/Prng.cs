namespace Appliance.Lab.Traffic;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014): eight bytes of state, so every flow carries its own stream and both legs draw
/// the very same numbers whatever order they are asked in.
/// </summary>
internal struct Prng(ulong seed)
{
    private const ulong Golden = 0x9E37_79B9_7F4A_7C15;
    private ulong state = seed;

    /// <summary>A number that depends on all bits of both arguments.</summary>
    public static ulong Mix(ulong a, ulong b) => Finish(Finish(a + Golden) ^ (b * Golden));

    /// <summary>The share as a bound for <see cref="Hit"/>.</summary>
    public static ulong Bound(double share) => share <= 0 ? 0 : (ulong)(Math.Min(share, 1.0) * (1UL << 32));

    /// <summary>True for the given share of all numbers.</summary>
    public static bool Hit(ulong number, ulong bound) => (number >> 32) < bound;

    public ulong Next() => Finish(state += Golden);

    /// <summary>Uniform from 0 to <paramref name="bound"/> - 1.</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>Uniform in [0, 1).</summary>
    public double Unit() => (Next() >> 11) * (1.0 / (1UL << 53));

    public bool Chance(double share) => Unit() < share;

    private static ulong Finish(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58_476D_1CE4_E5B9;
        z = (z ^ (z >> 27)) * 0x94D0_49BB_1331_11EB;
        return z ^ (z >> 31);
    }
}
