using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>The NAT's timeouts, for each realm and class of protocol, as silences of tuples show them.</summary>
internal sealed class NatTimeouts
{
    private const int Classes = 4;
    private const byte Tcp = 6;
    private const byte Icmp4 = 1;
    private const byte Icmp6 = 58;
    private const long NsPerMs = 1_000_000;
    private readonly QuietTimes[] times;
    private readonly NatTimeoutReading[] readings;
    private readonly ulong[] counters;

    public NatTimeouts(FlowOptions options, ulong[] counters)
    {
        this.counters = counters;
        RealmBook realms = new(options.Rules);
        times = new QuietTimes[realms.Names.Count * Classes];
        readings = new NatTimeoutReading[times.Length];
        for (int i = 0; i < times.Length; i++)
        {
            times[i] = new QuietTimes();
            times[i].Name(realms.RuleOf((ushort)(i / Classes)), (NatClass)(i % Classes));
            readings[i] = times[i].Reading;
        }
    }

    /// <summary>What is known, by realm and class; any thread may read.</summary>
    public ReadOnlySpan<NatTimeoutReading> Readings => readings;

    /// <summary>The class in which a NAT counts the flow now.</summary>
    public static NatClass ClassOf(in HotFlow flow)
    {
        const Seen both = Seen.Up | Seen.Down;
        return flow.Protocol switch
        {
            Tcp => flow.IsClosing || (flow.Seen & both) != both ? NatClass.TcpTransitory : NatClass.TcpEstablished,
            Icmp4 or Icmp6 => NatClass.Icmp,
            _ => NatClass.Udp,
        };
    }

    /// <summary>A tuple spoke again after a silence, with its line or with another.</summary>
    public void Take(ushort realm, NatClass kind, long quietNs, bool isKept)
    {
        uint quietMs = (uint)Math.Clamp(quietNs / NsPerMs, 0, Limits.QuietMsMax);
        if (isKept && quietMs < Limits.QuietMsMin)
        {
            return;
        }

        int number = (realm * Classes) + (int)kind;
        counters[(int)(isKept ? Counter.TuplesKept : Counter.TuplesChanged)]++;
        if (times[number].Take(quietMs, isKept))
        {
            readings[number] = times[number].Reading;
        }
    }

    /// <summary>True where a binding is known to survive a silence.</summary>
    public bool IsSurvived(ushort realm, NatClass kind, long quietNs) =>
        quietNs >= 0 && quietNs / NsPerMs < times[(realm * Classes) + (int)kind].SurvivedMs;
}
