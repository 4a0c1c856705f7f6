using System.Text.Json;
using Appliance.Wire;

namespace Appliance.Edge.Configuration;

/// <summary>What the notice permits, as the rows' policy, and the hash by which each manifest names it.</summary>
internal static class NoticePolicy
{
    /// <summary>The policy of a checked configuration.</summary>
    public static Policy Of(NoticeOptions notice) => new(new PolicyOptions
    {
        Profile = notice.Profile switch
        {
            "uk-icr" => PolicyProfile.UkIcr,
            "ipdr" => PolicyProfile.Ipdr,
            _ => PolicyProfile.SourceOnly,
        },
        Names = notice.Names == "none" ? NamePolicy.None : NamePolicy.Host,
        Excluded = [.. notice.Excluded.Select(FlowSettings.PrefixOf)],
    });

    /// <summary>SHA-256 over the notice's settings as JSON in the order of their declaration.</summary>
    public static Hash32 HashOf(NoticeOptions notice) => Hash32.Of(JsonSerializer.SerializeToUtf8Bytes(notice));
}
