using Appliance.Edge.Configuration;
using Appliance.Linux.Clocks;
using Appliance.Time.Observations;

namespace Appliance.Edge.Clocks;

/// <summary>
/// Asks chronyd and ptp4l for the time that they know, on a thread of its own: one that does not answer holds up
/// nobody.
/// </summary>
internal sealed class PeerLoop(PeerOptions options, IObservationSink sink) : DeviceLoop("peers")
{
    private ChronyLink? chrony;
    private PtpLink? ptp;
    private HardwareClock? ptpClock;
    private long answers;
    private bool isAsked;

    /// <summary>Questions that were answered.</summary>
    public long Answers => Volatile.Read(ref answers);

    protected override void Open()
    {
        string own = Path.Combine(options.SocketFolder, $"appliance-{Environment.ProcessId}");
        chrony = options.Chrony is { } command ? new ChronyLink(command, own + ".chrony.sock") : null;
        ptpClock = options.PtpClock is { } device ? new HardwareClock(device, 0) : null;
        ptp = options.Ptp is { } socket
            ? new PtpLink(socket, own + ".ptp.sock", (byte)options.PtpDomain, new SourceId(SourceKind.Ptp))
            : null;
    }

    protected override string? Pass()
    {
        string? problem = null;
        if (isAsked && Wait(1000 * options.PollSeconds))
        {
            return problem;
        }

        isAsked = true;
        if (chrony is not null)
        {
            bool isAnswered = chrony.TryAsk(sink);
            answers += isAnswered ? 1 : 0;
            problem = isAnswered ? null : $"{options.Chrony}: chronyd does not answer; is it running, and may we ask";
        }

        if (ptp is not null)
        {
            bool isAnswered = ptp.TryAsk(ptpClock is { } clock ? clock.Read : CounterReader.SystemClock, sink);
            answers += isAnswered ? 1 : 0;
            problem = isAnswered ? problem : $"{options.Ptp}: ptp4l does not answer; is it running, and may we ask";
        }

        return problem;
    }

    protected override void Close()
    {
        chrony?.Dispose();
        ptp?.Dispose();
        ptpClock?.Dispose();
        (chrony, ptp, ptpClock) = (null, null, null);
    }
}
