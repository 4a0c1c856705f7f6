using System.Globalization;
using System.Net;
using Appliance.Flow;

namespace Appliance.Edge.Configuration;

/// <summary>What the NAT itself tells: logs that are sent to the box, and rules that it follows.</summary>
public sealed record NatLogOptions
{
    /// <summary>"address:port" on which IPFIX, NetFlow v9 and syslog datagrams are taken.</summary>
    public IReadOnlyList<string> Udp { get; init; } = [];

    /// <summary>"address:port" on which IPFIX and syslog streams are taken.</summary>
    public IReadOnlyList<string> Tcp { get; init; } = [];

    /// <summary>Addresses that may send; empty: every sender that reaches the listeners.</summary>
    public IReadOnlyList<string> Exporters { get; init; } = [];

    /// <summary>Longest time between an event and the arrival of its message, milliseconds.</summary>
    public int DelayMs { get; init; } = 3000;

    /// <summary>Largest error of the NAT's clock, milliseconds.</summary>
    public int ClockErrorMs { get; init; } = 1000;

    /// <summary>What log times without a zone are ahead of UTC, minutes.</summary>
    public int ZoneMinutes { get; init; }

    /// <summary>Inside realm of the lines that logs name.</summary>
    public string Realm { get; init; } = "default";

    /// <summary>Realms by the number of the VRF or service in an event; events of others are not used.</summary>
    public IReadOnlyDictionary<string, string> Vrfs { get; init; } = new Dictionary<string, string>();

    /// <summary>Sessions and bindings remembered; memory for them is taken at start where there is a log.</summary>
    public int BindingLimit { get; init; } = 1 << 18;

    /// <summary>Blocks of ports remembered.</summary>
    public int BlockLimit { get; init; } = 1 << 15;

    /// <summary>The sealed table of bindings that survives a restart.</summary>
    public string Table { get; init; } = "bindings.sealed";

    /// <summary>Rules of a deterministic NAT (RFC 7422); the first that fits decides.</summary>
    public IReadOnlyList<NatRuleOptions> Rules { get; init; } = [];

    /// <summary>True where the box listens for logs.</summary>
    internal bool Listens => Udp.Count + Tcp.Count > 0;
}

/// <summary>One rule of a deterministic NAT, and the time it was in force.</summary>
public sealed record NatRuleOptions
{
    /// <summary>Lines in their order: a prefix, or first-last.</summary>
    public string Inside { get; init; } = "";

    /// <summary>Public addresses in their order: a prefix, or first-last.</summary>
    public string Public { get; init; } = "";

    public int FirstPort { get; init; } = 1024;

    public int LastPort { get; init; } = 65_535;

    public int PortsPerLine { get; init; }

    /// <summary>sequential (an address is filled first) or staggered (addresses in turn).</summary>
    public string Order { get; init; } = "sequential";

    /// <summary>Realm of the lines.</summary>
    public string Realm { get; init; } = "default";

    /// <summary>From when the rule was in force, with Z or an offset; null: always.</summary>
    public string? From { get; init; }

    /// <summary>From when it was no longer.</summary>
    public string? To { get; init; }
}

/// <summary>Checks of the section, and what the engine makes of it.</summary>
public static class NatLogSettings
{
    /// <summary>Options of the engine's witnesses.</summary>
    /// <param name="options">Checked configuration.</param>
    /// <param name="hasLog">There is a log: the box listens, or a replay was given one.</param>
    public static WitnessOptions Make(NatLogOptions options, bool hasLog) => new()
    {
        BindingLimit = hasLog ? options.BindingLimit : 0,
        BlockLimit = options.BlockLimit,
        DelayMs = options.DelayMs,
        ClockErrorMs = options.ClockErrorMs,
        Realm = options.Realm,
        Vrfs = options.Vrfs.ToDictionary(
            pair => uint.Parse(pair.Key, CultureInfo.InvariantCulture), pair => pair.Value),
        Rules = [.. options.Rules.Select((rule, i) => RuleOf(rule, $"natLog.rules[{i}]"))],
    };

    private static RuleNat RuleOf(NatRuleOptions rule, string at) => TryRule(rule, at, out RuleNat? made) is { } fault
        ? throw new InvalidOperationException($"the configuration was not checked: {fault}")
        : made!;

    /// <summary>An address and port to listen on; null where the text is none.</summary>
    internal static IPEndPoint? EndPointOf(string text) =>
        IPEndPoint.TryParse(text, out IPEndPoint? point) && point.Port != 0 ? point : null;

    internal static IEnumerable<string?> Problems(NatLogOptions o)
    {
        int listeners = o.Udp.Count + o.Tcp.Count;
        yield return listeners > NatLog.Limits.ListenersMax ? string.Create(
            CultureInfo.InvariantCulture,
            $"natLog.udp and natLog.tcp have {listeners} entries; there may be {NatLog.Limits.ListenersMax}") : null;
        foreach (string text in o.Udp.Concat(o.Tcp))
        {
            yield return EndPointOf(text) is null
                ? $"natLog listens on '{text}'; it must be an address and a port, as in 192.0.2.1:4739" : null;
        }

        foreach (string text in o.Exporters)
        {
            yield return Wire.Ip.TryParse(text, out _) ? null : $"natLog.exporters has '{text}'; it must be an address";
        }

        foreach (string text in o.Vrfs.Keys)
        {
            yield return uint.TryParse(text, CultureInfo.InvariantCulture, out _)
                ? null : $"natLog.vrfs has '{text}'; it must be the number that the NAT writes";
        }

        yield return o.Listens && o.Table.Length == 0 ? "natLog.table is empty; name a file" : null;
        yield return InRange("delayMs", o.DelayMs, 1, Flow.Limits.LogDelayMsMax);
        yield return InRange("clockErrorMs", o.ClockErrorMs, 1, Flow.Limits.LogDelayMsMax);
        yield return InRange("zoneMinutes", o.ZoneMinutes, -14 * 60, 14 * 60);
        yield return InRange("bindingLimit", o.BindingLimit, 16, Flow.Limits.BindingsMax);
        yield return InRange("blockLimit", o.BlockLimit, 16, Flow.Limits.BindingsMax);
        for (int i = 0; i < o.Rules.Count; i++)
        {
            yield return TryRule(o.Rules[i], $"natLog.rules[{i}]", out _);
        }
    }

    private static string? InRange(string key, int value, int least, int most) => value >= least && value <= most
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"natLog.{key} is {value}; it must be {least} to {most}");

    private static string? TryRule(NatRuleOptions rule, string at, out RuleNat? made)
    {
        made = null;
        if (!AddressRange.TryParse(rule.Inside, out AddressRange inside)
            || !AddressRange.TryParse(rule.Public, out AddressRange open))
        {
            return $"{at} needs inside and public as a prefix or first-last, as in 100.64.0.0/22";
        }

        if (rule.Order is not ("sequential" or "staggered"))
        {
            return $"{at}.order is '{rule.Order}'; it must be sequential or staggered";
        }

        if (!TryTime(rule.From, long.MinValue, out long fromNs) || !TryTime(rule.To, long.MaxValue, out long toNs))
        {
            return $"{at}.from and .to are times with Z or an offset, as in 2026-01-01T00:00:00Z";
        }

        made = new RuleNat
        {
            Inside = inside,
            Public = open,
            FirstPort = rule.FirstPort,
            LastPort = rule.LastPort,
            PortsPerLine = rule.PortsPerLine,
            Order = rule.Order == "sequential" ? RuleOrder.AddressFull : RuleOrder.AddressInTurn,
            Realm = rule.Realm,
            FromNs = fromNs,
            ToNs = toNs,
        };
        return made.Fault() is { Length: > 0 } fault ? $"{at}: {fault}" : null;
    }

    /// <summary>A time without an offset is refused: which one it means decides whose flow it was.</summary>
    private static bool TryTime(string? text, long otherwise, out long ns)
    {
        ns = otherwise;
        if (text is null)
        {
            return true;
        }

        bool hasZone = text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10;
        bool isRead = DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTimeOffset time);
        ns = isRead ? (time.UtcTicks - DateTime.UnixEpoch.Ticks) * 100 : 0;
        return hasZone && isRead;
    }
}
