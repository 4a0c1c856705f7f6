using Appliance.Retention.Archive;
using Appliance.Retention.Forgetting;
using Appliance.Retention.Requests;

namespace Appliance.Retention.Warden;

/// <summary>What a warden tells of itself: numbers and names of rules, nothing of any request.</summary>
internal sealed class WardenStatus(
    KeyRing ring, People people, IReadOnlyList<string> confirmed, WardenTrust trust, KeptTerm term)
{
    /// <param name="warden">The warden.</param>
    /// <param name="noticesProblem">Why orders about notices are not acted on; null where all are.</param>
    public WardenReport Read(Warden warden, string? noticesProblem)
    {
        int dayKeys = 0;
        foreach (DeviceKeys device in ring.Devices)
        {
            dayKeys += device.WardenKeys;
        }

        return new WardenReport(
            warden.Id.ToString(),
            Convert.ToHexStringLower(warden.Key.Point.Span),
            warden.SeenSize,
            ring.Devices.Count,
            dayKeys,
            people.All.Count,
            [.. confirmed],
            !trust.IsLab,
            trust.Witness is not null,
            noticesProblem,
            ring.Devices.Count == 0 ? null : term.Now.Sentence);
    }
}
