namespace Appliance.Time.Observations;

/// <summary>
/// Where a receiver's bytes come from: a serial line of this machine, or the link of a microcontroller that the
/// receiver is behind. Used by one thread.
/// </summary>
public interface IReceiverLine : IDisposable
{
    /// <summary>Reads what is there; waits for at most <paramref name="timeoutMs"/>.</summary>
    /// <param name="buffer">Where to.</param>
    /// <param name="timeoutMs">0: not at all.</param>
    /// <param name="now">MONOTONIC_RAW when the newest of the bytes arrived.</param>
    /// <returns>Bytes; 0 where none came in time.</returns>
    /// <exception cref="IOException">The line is gone: open it again.</exception>
    int Read(Span<byte> buffer, int timeoutMs, out RawTime now);

    /// <summary>Says bytes to the receiver.</summary>
    /// <exception cref="IOException">The line is gone, or does not take it.</exception>
    void Write(ReadOnlySpan<byte> bytes);
}
