using Appliance.Supervisor.Board;
using Appliance.Supervisor.Clock;

namespace Appliance.Supervisor.Watch;

/// <summary>What time it is, as well as the chip knows: the receiver's, else the battery-backed clock's.</summary>
internal sealed class WallClock
{
    private const long FreshMs = 24L * 3600 * 1000;
    private readonly IBoard board;
    private readonly GnssLine gnss;
    private readonly Rtc rtc;
    private long rtcAtMs;

    public WallClock(IBoard board, GnssLine gnss, Rtc rtc)
    {
        this.board = board;
        this.gnss = gnss;
        this.rtc = rtc;
    }

    /// <summary>0 unknown, 1 battery-backed clock, 2 receiver within a day.</summary>
    public int Quality
    {
        get
        {
            if (gnss.UtcSeconds > 0 && board.NowMs - gnss.UtcAtMs < FreshMs)
            {
                return 2;
            }

            return rtc.IsValid ? 1 : 0;
        }
    }

    /// <summary>UTC, or 0.</summary>
    public long UnixSeconds
    {
        get
        {
            switch (Quality)
            {
                case 2:
                    return gnss.UtcSeconds + ((board.NowMs - gnss.UtcAtMs) / 1000);
                case 1:
                    return rtc.UnixSeconds + ((board.NowMs - rtcAtMs) / 1000);
                default:
                    return 0;
            }
        }
    }

    /// <summary>The clock was read just now.</summary>
    public void RtcWasRead() => rtcAtMs = board.NowMs;
}
