using System.Buffers.Binary;
using Appliance.Linux.Clocks;
using Appliance.Tests.Linux;
using Appliance.Time.Observations;
using Appliance.Time.Receivers;

namespace Appliance.SystemTests.Time;

/// <summary>
/// A u-blox timing receiver on a pseudo-terminal: each second, a tenth of it after the pulse, NAV-PVT, NAV-TIMEGPS,
/// NAV-TIMELS and TIM-TP, made for the true time of the test, by default the system clock's. Its pulses are
/// no device's (the machine has none): the daemon is given them through the seam at which it opens its source.
/// </summary>
internal sealed class PlayedReceiver : IDisposable
{
    private const long SecondNs = 1_000_000_000;
    private const long GpsLessUtcSeconds = 18;
    private readonly string link;
    private readonly TrueTime truth;
    private readonly Action<byte[]>? elsewhere;
    private readonly ManualResetEventSlim stop = new();
    private readonly Thread thread;
    private readonly Lock gate = new();
    private PseudoTerminal? terminal;
    private long lastEdgeNs;
    private uint sequence;

    /// <param name="link">Path under which the line is found; it points to the terminal that is plugged in.</param>
    /// <param name="truth">The time that it receives.</param>
    public PlayedReceiver(string link, TrueTime? truth = null)
    {
        this.link = link;
        this.truth = truth ?? TrueTime.SystemClock;
        Plug();
        thread = new Thread(Talk) { IsBackground = true };
        thread.Start();
    }

    /// <param name="elsewhere">Takes what it says: it is at no line of this machine.</param>
    public PlayedReceiver(Action<byte[]> elsewhere)
    {
        this.elsewhere = elsewhere;
        truth = TrueTime.SystemClock;
        link = "";
        thread = new Thread(Talk) { IsBackground = true };
        thread.Start();
    }

    /// <summary>Its pulses, as a source that the daemon opens and closes.</summary>
    public IPulseSource Pulses => new Source(this);

    public void Plug()
    {
        lock (gate)
        {
            terminal = new PseudoTerminal();
            File.Delete(link);
            File.CreateSymbolicLink(link, terminal.Path);
        }
    }

    /// <summary>Cable out: the line ends, and with it the pulses.</summary>
    public void Unplug()
    {
        lock (gate)
        {
            terminal?.Dispose();
            terminal = null;
        }
    }

    /// <summary>The pulse of the second that begins next, or none within the time.</summary>
    private bool TryTake(int timeoutMs, out PulseObservation pulse)
    {
        pulse = default;
        CounterPair now = truth.Now();
        long edge = now.Reading.Nanoseconds / SecondNs * SecondNs;
        if (edge == lastEdgeNs || (terminal is null && elsewhere is null))
        {
            stop.Wait((int)Math.Min(timeoutMs, ((edge + SecondNs - now.Reading.Nanoseconds) / 1_000_000) + 1));
            return false;
        }

        lastEdgeNs = edge;
        pulse = new PulseObservation(
            new SourceId(SourceKind.KernelPulse), CounterId.MonotonicRaw,
            new RawTime(now.At.Nanoseconds - (now.Reading.Nanoseconds - edge)), now.HalfWidthNs, ++sequence, true);
        return true;
    }

    public void Dispose()
    {
        stop.Set();
        thread.Join();
        Unplug();
        stop.Dispose();
    }

    private void Talk()
    {
        while (true)
        {
            long within = truth.Now().Reading.Nanoseconds % SecondNs;
            long wait = (((SecondNs * 11 / 10) - within) % SecondNs) / 1_000_000;
            if (stop.Wait((int)wait + 1))
            {
                return;
            }

            long utc = truth.Now().Reading.Nanoseconds / SecondNs;
            lock (gate)
            {
                byte[] said = [.. Pvt(utc), .. TimeGps(utc), .. TimeLs(utc), .. TimTp(utc + 1)];
                terminal?.Say(said);
                elsewhere?.Invoke(said);
            }
        }
    }

    private static (int Week, uint TowMs) Gps(long utc)
    {
        long gps = utc + GpsLessUtcSeconds - EpochRule.GpsStartSeconds;
        return ((int)(gps / 604_800), (uint)(gps % 604_800 * 1000));
    }

    private static byte[] Body(int bytes, long utc)
    {
        byte[] body = new byte[bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(body, Gps(utc).TowMs);
        return body;
    }

    private static byte[] Pvt(long utc)
    {
        byte[] body = Body(92, utc);
        DateTime time = DateTime.UnixEpoch.AddSeconds(utc);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(4), (ushort)time.Year);
        ((byte[])[(byte)time.Month, (byte)time.Day, (byte)time.Hour, (byte)time.Minute, (byte)time.Second, 0x37])
            .CopyTo(body, 6);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(12), 20);
        ((byte[])[5, 1, 0xE0, 11]).CopyTo(body, 20);
        return ReceiverSetUp.Frame(UbxId.NavPvt, body);
    }

    private static byte[] TimeGps(long utc)
    {
        byte[] body = Body(16, utc);
        BinaryPrimitives.WriteInt16LittleEndian(body.AsSpan(8), (short)Gps(utc).Week);
        ((byte[])[(byte)GpsLessUtcSeconds, 7]).CopyTo(body, 10);
        BinaryPrimitives.WriteUInt32LittleEndian(body.AsSpan(12), 20);
        return ReceiverSetUp.Frame(UbxId.NavTimeGps, body);
    }

    private static byte[] TimeLs(long utc)
    {
        byte[] body = Body(24, utc);
        ((byte[])[2, (byte)GpsLessUtcSeconds, 0]).CopyTo(body, 8);
        body[23] = 1;
        return ReceiverSetUp.Frame(UbxId.NavTimeLs, body);
    }

    private static byte[] TimTp(long utc)
    {
        byte[] body = Body(16, utc);
        BinaryPrimitives.WriteUInt16LittleEndian(body.AsSpan(12), (ushort)Gps(utc).Week);
        return ReceiverSetUp.Frame(UbxId.TimTp, body);
    }

    private sealed class Source(PlayedReceiver receiver) : IPulseSource
    {
        public SourceId Id => new(SourceKind.KernelPulse);

        public CounterId Counter => CounterId.MonotonicRaw;

        public bool TryTake(int timeoutMs, out PulseObservation pulse) => receiver.TryTake(timeoutMs, out pulse);
    }
}
