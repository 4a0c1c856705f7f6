using Appliance.Linux.Clocks;
using Appliance.Supervisor.Link;
using Appliance.Time.Observations;

namespace Appliance.Edge.Supervisor;

/// <summary>
/// The receiver behind the supervisor as a line for the clock. What the clock does not take in time is dropped whole
/// and counted, and so is what the link lost, by the receiver's own count. It lives as long as the supervisor's link:
/// the clock opens and leaves it, and without a clock that reads it what it says goes nowhere.
/// </summary>
internal sealed class ReceiverRelay : IReceiverLine
{
    private readonly object gate = new();
    private readonly byte[] waiting = new byte[SupervisorLimits.RelayBytes];
    private readonly Queue<byte[]> spoken = new();
    private long? nextOffset;
    private int count;
    private RawTime arrivedAt;
    private bool isRead;

    /// <summary>Bytes of the receiver that the link lost or that nobody took.</summary>
    public long LostBytes { get; private set; }

    /// <inheritdoc/>
    public int Read(Span<byte> buffer, int timeoutMs, out RawTime now)
    {
        lock (gate)
        {
            isRead = true;
            if (count == 0 && timeoutMs > 0)
            {
                Monitor.Wait(gate, timeoutMs);
            }

            now = count > 0 ? arrivedAt : CounterReader.Now();
            int taken = Math.Min(count, buffer.Length);
            waiting.AsSpan(0, taken).CopyTo(buffer);
            waiting.AsSpan(taken, count - taken).CopyTo(waiting);
            count -= taken;
            return taken;
        }
    }

    /// <summary>Says bytes to the receiver, through the supervisor; what does not fit is left out.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        lock (gate)
        {
            for (; !bytes.IsEmpty && spoken.Count < SupervisorLimits.BlocksAhead;)
            {
                int length = Math.Min(bytes.Length, LinkLimits.PayloadBytesMax);
                spoken.Enqueue(bytes[..length].ToArray());
                bytes = bytes[length..];
            }
        }
    }

    /// <summary>Nobody reads it any more; what waited is old by the time that somebody does.</summary>
    public void Dispose()
    {
        lock (gate)
        {
            isRead = false;
            count = 0;
            spoken.Clear();
        }
    }

    /// <summary>What is to be said to the receiver next.</summary>
    internal bool TryNext(out byte[] bytes)
    {
        lock (gate)
        {
            return spoken.TryDequeue(out bytes!);
        }
    }

    /// <summary>The chip started anew: its count begins at 0.</summary>
    internal void Restart() => nextOffset = null;

    internal void Take(GnssBytesMessage message, RawTime now)
    {
        lock (gate)
        {
            long expected = nextOffset ?? message.StreamOffset;
            LostBytes += (message.StreamOffset - expected) & uint.MaxValue;
            nextOffset = (message.StreamOffset + message.Count) & uint.MaxValue;
            if (!isRead)
            {
                return;
            }

            if (message.Count > waiting.Length - count)
            {
                LostBytes += message.Count;
                return;
            }

            message.Data.AsSpan(0, message.Count).CopyTo(waiting.AsSpan(count));
            count += message.Count;
            arrivedAt = now;
            Monitor.PulseAll(gate);
        }
    }
}
