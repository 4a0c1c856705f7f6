using System.Globalization;
using System.Text;

namespace Appliance.Simulation.Clocks;

/// <summary>The section of CLOCK.md on what cannot be seen, and how far the damage goes.</summary>
internal static class ClockLimitTable
{
    private const int PullSeconds = 20_000;
    private const int LieSeconds = 2000;

    public static void Add(StringBuilder text)
    {
        AddPulls(text);
        AddLies(text);
    }

    private static void AddPulls(StringBuilder text)
    {
        text.Append("""

            ## What a clock cannot see

            Pulses that are pulled more slowly than the oscillator itself may drift look like the oscillator. The bound
            is then as true as the receiver: NOT COVERED by the clock alone. Peers that tell the truth see the pull once
            it leaves their interval and the clock's. One peer widens the bound: no error larger than its whole interval
            is outside. Three end the trust: from the first answer that excludes the clock the bound is what peers say,
            wider by the oscillator's limit until the next, and the pulses are believed again only after an hour in
            which they agreed with every answer. What was said before that first answer stays said: then the error is
            at most the peers' whole interval. 20,000 s of pull after 20,000 s of lock.

            | pull | peers | first seen | largest error outside the bound | last second outside |
            |---|---|---|---|---|

            """);
        foreach ((ClockWorld world, double rate, long half) in new[]
        {
            (ClockWorld.Ocxo, 0.3, 1000L), (ClockWorld.Tcxo, 3.0, 1000L), (ClockWorld.Xo, 10.0, 1000L),
            (ClockWorld.Xo, 10.0, 75_000L),
        })
        {
            foreach (byte peers in new byte[] { 0, 1, 3 })
            {
                PullResult result = PullScenarios.Run(world, rate, peers, half, PullSeconds);
                string witness = peers == 0 ? "none" : $"{peers} of +-{half / 1000} us";
                string seen = result.SeenAfter < 0 ? "never" : $"{result.SeenAfter} s";
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {world.Plant.Name} {rate:0.0}e-9 | {witness} | {seen} "
                    + $"| {result.WorstOutsideNs / 1000:F1} us | {result.LastOutside} |\n");
            }
        }
    }

    private static void AddLies(StringBuilder text)
    {
        text.Append("""

            A lone peer is all that a box without sky has: its bound says *if this peer is honest*. A lie within the
            peer's own bound is not seen; the bound holds it where it is wide enough (NTP, 1 ms). One that jumps is
            seen, told as a check and an event, and believed in the end, for a peer may also have been set right: NOT
            COVERED. Seconds outside of the 2000 of the lie; three peers: above.

            | peer | lie | seen after | seconds outside |
            |---|---|---|---|

            """);
        foreach (PeerWorld world in new[] { PeerWorld.PtpAware, PeerWorld.Ptp, PeerWorld.Ntp })
        {
            foreach (double lie in new[] { 1e5, 1e6, 2e7, 1e9 })
            {
                PeerResult result =
                    PeerScenarios.Lie(world, 1, PeerScenarios.LieAt + LieSeconds, _ => lie);
                string seen = result.DetectedAfter < 0 ? "not seen" : $"{result.DetectedAfter} s";
                text.Append(
                    CultureInfo.InvariantCulture,
                    $"| {world.Name} | {lie / 1e6:0.0} ms | {seen} | {result.Tally.BrokenInAll} |\n");
            }
        }
    }
}
