using System.Globalization;
using Appliance.Edge.Uplink;
using Appliance.Wire;

namespace Appliance.Edge.Configuration;

/// <summary>
/// Every rule that the configuration must keep, in the order of the file; the first that fails is told.
/// </summary>
internal static class OptionsCheck
{
    private const int FlowLimitMax = 1 << 24;

    public static string? FirstProblem(ApplianceOptions options)
    {
        foreach (string? problem in Problems(options))
        {
            if (problem is not null)
            {
                return problem;
            }
        }

        return null;
    }

    private static IEnumerable<string?> Problems(ApplianceOptions o)
    {
        for (int i = 0; i < o.Legs.Count; i++)
        {
            LegRuleOptions rule = o.Legs[i];
            string at = $"legs[{i}]";
            yield return rule.Interface.Length == 0 ? $"{at}.interface is missing; name the interface" : null;
            yield return OneOf($"{at}.leg", rule.Leg, "inside", "outside");
            yield return rule.Vlan is int vlan ? InRange($"{at}.vlan", vlan, 1, 4094) : null;
            yield return rule.Label is int label ? InRange($"{at}.label", label, 16, (1 << 20) - 1) : null;
            yield return rule.Prefix is string prefix ? IsPrefix($"{at}.prefix", prefix) : null;
        }

        yield return Derived("capture.ringMilliseconds", o.Capture.RingMilliseconds, 10, 5000);
        yield return InRange("capture.ratedPacketsPerSecond", o.Capture.RatedPacketsPerSecond, 1000, 20_000_000);
        yield return InRange("capture.watermarkMs", o.Capture.WatermarkMs, 20, 5000);
        TrafficOptions traffic = o.Traffic;
        yield return Derived("traffic.flowLimit", traffic.FlowLimit, 1024, FlowLimitMax);
        yield return InRange("traffic.delayWindowMs", traffic.DelayWindowMs, 1, Flow.Limits.DelayWindowMsMax);
        yield return InRange("traffic.tcpIdleSeconds", traffic.TcpIdleSeconds, 5, 86400);
        yield return InRange("traffic.udpIdleSeconds", traffic.UdpIdleSeconds, 5, 86400);
        yield return InRange("traffic.icmpIdleSeconds", traffic.IcmpIdleSeconds, 5, 86400);
        yield return ArePrefixes("traffic.customerPrefixes", traffic.CustomerPrefixes);
        yield return ArePrefixes("traffic.publicPrefixes", traffic.PublicPrefixes);
        yield return ArePrefixes("traffic.nat64Prefixes", traffic.Nat64Prefixes);
        yield return InRange("traffic.addressLimit", traffic.AddressLimit, 0, FlowLimitMax);
        for (int i = 0; i < traffic.RemoteMappings.Count; i++)
        {
            yield return IsPrefix($"traffic.remoteMappings[{i}].inside", traffic.RemoteMappings[i].Inside);
            yield return IsPrefix($"traffic.remoteMappings[{i}].outside", traffic.RemoteMappings[i].Outside);
        }

        foreach (string? problem in NatLogSettings.Problems(o.NatLog))
        {
            yield return problem;
        }

        yield return o.Notice.Id.Length == 32 && o.Notice.Id.All(char.IsAsciiHexDigit)
            ? null : "notice.id is not 32 hexadecimal digits";
        yield return OneOf("notice.profile", o.Notice.Profile, "source-only", "uk-icr", "ipdr");
        yield return OneOf("notice.names", o.Notice.Names, "none", "host");
        yield return OneOf("notice.reference", o.Notice.Reference, "line", "imsi", "msisdn", "user");
        yield return ArePrefixes("notice.excluded", o.Notice.Excluded);
        yield return InRange("batch.rowsMax", o.Batch.RowsMax, 16, 1 << 20);
        yield return InRange("batch.ageSeconds", o.Batch.AgeSeconds, 1, 3600);
        yield return InRange("journal.segmentMiB", o.Journal.SegmentMiB, 1, 64);
        yield return InRange("journal.totalMiB", o.Journal.TotalMiB, 0, int.MaxValue);
        yield return InRange("journal.retentionDays", o.Journal.RetentionDays, 1, 366);
        foreach (string? problem in Problems(o.Sessions).Concat(MirrorProblems(o)).Concat(ClockCheck.Problems(o)))
        {
            yield return problem;
        }

        foreach (string? problem in o.Supervisor.Problems().Concat(o.Control.Problems()))
        {
            yield return problem;
        }

        foreach (string? problem in o.Uplink.Host is null ? [] : Problems(o.Uplink))
        {
            yield return problem;
        }
    }

    private static IEnumerable<string?> Problems(SessionOptions sessions)
    {
        yield return InRange("sessions.limit", sessions.Limit, Flow.Limits.SessionsMin, Flow.Limits.SessionsMax);
        for (int i = 0; i < sessions.Realms.Count; i++)
        {
            yield return sessions.Realms[i].Realm.Length == 0
                ? $"sessions.realms[{i}].realm is missing; name the address space" : null;
        }

        for (int i = 0; i < sessions.Clients.Count; i++)
        {
            yield return IsPrefix($"sessions.clients[{i}].prefix", sessions.Clients[i].Prefix);
            yield return sessions.Answer && sessions.Clients[i].SecretFile is null
                ? $"sessions.clients[{i}].secretFile is missing; an answer needs the shared secret" : null;
        }

        if (sessions.Listen is { } listen)
        {
            yield return Ip.TryParse(listen, out _)
                ? null : $"sessions.listen is '{listen}'; it must be an address, as in 192.0.2.1 or 0.0.0.0";
            yield return InRange("sessions.port", sessions.Port, 1, 65_535);
            yield return sessions.Clients.Count == 0
                ? "sessions.clients is empty; name the access servers that may send" : null;
            yield return sessions.Table.Length == 0 ? "sessions.table is empty; name a file" : null;
        }
    }

    private static IEnumerable<string?> MirrorProblems(ApplianceOptions o) => o.Sessions.Mirrors.Select(mirror =>
        mirror.Length == 0 || o.Legs.Any(leg => leg.Interface == mirror)
            ? $"sessions.mirrors has '{mirror}'; it must be an interface that is no leg, where no customer sends"
            : null);

    private static IEnumerable<string?> Problems(UplinkOptions uplink)
    {
        yield return Uri.CheckHostName(uplink.Host) == UriHostNameType.Unknown
            ? $"uplink.host is '{uplink.Host}'; it must be a name or an address, without scheme and port" : null;
        yield return InRange("uplink.port", uplink.Port, 1, 65_535);
        yield return IsNamed("uplink.caFile", uplink.CaFile);
        yield return IsNamed("uplink.certificateFile", uplink.CertificateFile);
        yield return IsNamed("uplink.keyFile", uplink.KeyFile);
        yield return uplink.StoreKeys.Count == 0
            ? "uplink.storeKeys is empty; without a store's key no receipt could ever free flash" : null;
        for (int i = 0; i < uplink.StoreKeys.Count; i++)
        {
            yield return UplinkOptions.KeyOf(uplink.StoreKeys[i]) is null
                ? $"uplink.storeKeys[{i}] is not a point of P-256 in 130 hexadecimal digits" : null;
        }

        yield return InRange("uplink.windowBatches", uplink.WindowBatches, 1, Mqtt.Limits.WindowMax);
        yield return InRange("uplink.keepAliveSeconds", uplink.KeepAliveSeconds, 5, 600);
        yield return OneOf("uplink.client", uplink.Client, "own", "mqttnet");
        yield return uplink.Client == "own" || BrokerClient.HasMqttNet ? null
            : "uplink.client is 'mqttnet', which this program was not built with; say 'own', "
                + "or build with -p:CardPackages=true (host/Appliance.Devices/README.md)";
        yield return InRange("uplink.rateKbit", uplink.RateKbit, 0, 10_000_000);
    }

    private static string? IsNamed(string key, string path) =>
        path.Length > 0 ? null : $"{key} is missing; `icrctl provision` makes the file";

    internal static string? OneOf(string key, string value, params string[] words) => words.Contains(value)
        ? null
        : $"{key} is '{value}'; it must be {string.Join(" or ", words)}";

    internal static string? InRange(string key, int value, int least, int most) => value >= least && value <= most
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"{key} is {value}; it must be {least} to {most}");

    private static string? Derived(string key, int value, int least, int most) =>
        value == 0 ? null : InRange(key, value, least, most) is { } problem ? problem + ", or 0 to derive it" : null;

    private static string? ArePrefixes(string key, IReadOnlyList<string> prefixes)
    {
        for (int i = 0; i < prefixes.Count; i++)
        {
            if (IsPrefix($"{key}[{i}]", prefixes[i]) is string problem)
            {
                return problem;
            }
        }

        return null;
    }

    private static string? IsPrefix(string key, string text) => IpPrefix.TryParse(text, out _)
        ? null
        : $"{key} is '{text}'; it must be an address and a length, as in 100.64.0.0/10";
}
