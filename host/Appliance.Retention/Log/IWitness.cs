using Appliance.Retention.Warden;

namespace Appliance.Retention.Log;

/// <summary>
/// Who remembers how far the log was seen and signs it where it only grew: a warden, or a process of an auditor's own.
/// </summary>
internal interface IWitness : IDisposable
{
    /// <summary>Entries of the log as it was seen last.</summary>
    /// <exception cref="WardenException">It cannot be reached.</exception>
    ulong SeenSize();

    /// <summary>The witness's signature under a checkpoint.</summary>
    /// <param name="checkpoint">The log, signed by it.</param>
    /// <param name="consistency">From the size that the witness saw last.</param>
    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    byte[] Cosign(byte[] checkpoint, byte[][] consistency);
}
