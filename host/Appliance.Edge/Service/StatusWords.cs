using System.Globalization;

namespace Appliance.Edge.Service;

/// <summary>
/// What alarms and the self-test both say, once: so the self-test knows which alarms it has told already.
/// </summary>
public static class StatusWords
{
    /// <summary>
    /// One packet in a thousand: at this loss every hundredth flow of ten packets has a hole. From here on it is told.
    /// </summary>
    public const ulong LossPpmTold = 1000;

    public const string FlashFull =
        "the flash is full: nothing is recorded; restore the uplink or give the journal more room";

    public const string ClockUnset =
        "the clock is unset: records carry no time bound; start chrony or another discipline";

    public const string OwnClockUnset =
        "the clock is unset: records carry no time bound; it waits for pulses that messages name, or for a peer";

    public const string TableFull = "the flow table has been full; raise traffic.flowLimit";

    public const string SessionConflicts =
        "two sessions held one address at once: tell their address spaces apart in sessions.realms";

    public static string NoPacket(LegStatus leg) =>
        $"{leg.Interface} ({leg.Leg}) has shown no packet; check the mirror session, the port and its cable";

    public static string KernelLost(LegStatus leg) => string.Create(
        CultureInfo.InvariantCulture,
        $"{leg.Interface} ({leg.Leg}): the kernel or the card dropped {leg.KernelDropped:N0} frames before the ring; "
        + $"give the card more receive descriptors (ethtool -G) and its interrupts a processor of their own");

    public static string RingLost(LegStatus leg) => string.Create(
        CultureInfo.InvariantCulture,
        $"{leg.Interface} ({leg.Leg}): {leg.Dropped:N0} packets found the ring full; raise capture.ringMilliseconds");
}
