using Appliance.Time.Observations;
using Appliance.Wire;

namespace Appliance.Time.Leaps;

/// <summary>
/// The table of leap seconds that this program was built with (Appliance.Wire), as a witness. While IERS vouches for
/// it, it is as good as the file; after that it counts only where nobody else knows, and says that it is old.
/// </summary>
internal static class BuiltInLeaps
{
    private const long SecondsPerDay = 86_400;

    /// <summary>What it says. No leap second is announced in it: its last one is past when it is built.</summary>
    public static LeapObservation Observation { get; } = new(
        new SourceId(SourceKind.BuiltIn), default,
        LeapSeconds.AtUtc(LeapSeconds.ExpiryDay * SecondsPerDay * TaiTime.MicrosecondsPerSecond), LeapEvent.None, null,
        LeapSeconds.ExpiryDay * SecondsPerDay, LeapOrigin.BuiltIn);
}
