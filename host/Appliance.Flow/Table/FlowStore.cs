using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// What all parts of the engine share: the table, the wheel, the interned values, counters and times.
/// </summary>
internal sealed class FlowStore
{
    private const long SecondNs = 1_000_000_000;
    private const byte Tcp = 6;
    private const byte Icmp4 = 1;
    private const byte Icmp6 = 58;
    private readonly PrefixMask[] pools;
    private readonly long udpIdleNs;
    private readonly long icmpIdleNs;
    private readonly long tcpIdleNs;
    private readonly long tcpHalfOpenNs;
    private readonly long lingerNs;

    public FlowStore(FlowOptions options, RecordQueue queue, ReadOnlySpan<byte> key)
    {
        Hash = new KeyedHash(key);
        Table = new FlowTable(options.FlowLimit, Hash);
        Wheel = new TimerWheel(options.FlowLimit);
        Addresses = new AddressTable(options.AddressLimit, Hash);
        Names = new NameTable(options.NameLimit, Hash, queue);
        pools = LegRules.Masks([.. options.PublicPools]);
        WindowNs = options.DelayWindowMs * 1_000_000L;
        Delays = new LegDelays(options, Counters);
        Timeouts = new NatTimeouts(options, Counters);
        Tuples = new TupleBook(this, Timeouts, options.FlowLimit);
        Quiet = new QuietWatch(Table, Timeouts);
        udpIdleNs = options.UdpIdle * SecondNs;
        icmpIdleNs = options.IcmpIdle * SecondNs;
        tcpIdleNs = options.TcpIdle * SecondNs;
        tcpHalfOpenNs = options.TcpHalfOpen * SecondNs;
        lingerNs = options.CloseLinger * SecondNs;
    }

    public KeyedHash Hash { get; }

    public FlowTable Table { get; }

    public TimerWheel Wheel { get; }

    public AddressTable Addresses { get; }

    public NameTable Names { get; }

    public ulong[] Counters { get; } = new ulong[Enum.GetValues<Counter>().Length];

    /// <summary>What joined flows tell of the delay between the legs.</summary>
    public LegDelays Delays { get; }

    /// <summary>What silences of public tuples tell of the NAT's timeouts.</summary>
    public NatTimeouts Timeouts { get; }

    /// <summary>Public tuples beyond the life of their flows.</summary>
    public TupleBook Tuples { get; }

    /// <summary>Joined flows that speak again after a silence.</summary>
    public QuietWatch Quiet { get; }

    /// <summary>Largest difference of the two legs' stamps of one packet.</summary>
    public long WindowNs { get; }

    /// <summary>The latest stamp seen: the engine's time, which never goes back.</summary>
    public long NowNs { get; set; } = long.MinValue;

    /// <summary>Stamp of the latest packet that the inside leg showed.</summary>
    public long LastInsideNs { get; set; } = long.MinValue;

    public void Count(Counter counter, ulong by = 1) => Counters[(int)counter] += by;

    /// <summary>How long a flow may be silent in its present state.</summary>
    public long IdleNs(in HotFlow flow)
    {
        switch (flow.Protocol)
        {
            case Tcp:
                const Seen both = Seen.Up | Seen.Down;
                return flow.IsClosing ? lingerNs : (flow.Seen & both) == both ? tcpIdleNs : tcpHalfOpenNs;
            case Icmp4 or Icmp6:
                return icmpIdleNs;
            default:
                return udpIdleNs;
        }
    }

    /// <summary>Why a flow that was silent for long enough is over.</summary>
    public static EndReason SilentReason(in HotFlow flow) =>
        (flow.Seen & Seen.Reset) != 0 ? EndReason.Reset : flow.IsClosing ? EndReason.Fin : EndReason.Idle;

    /// <summary>The address that a key holds as 32 bits.</summary>
    public Ip AddressOf(uint bits, bool isNumber) => isNumber ? Addresses[bits] : Ip.FromV4(bits);

    /// <summary>True for the NAT's own public addresses.</summary>
    public bool IsPublic(in Ip address)
    {
        foreach (ref readonly PrefixMask pool in pools.AsSpan())
        {
            if (pool.Contains(address))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Gives back the references that a flow's keys hold.</summary>
    public void ReleaseAddresses(in HotFlow flow)
    {
        KeyFlags flags = flow.Flags;
        if (flags != KeyFlags.None)
        {
            Release(flow.InsideKey);
            ReleaseIf((flags & KeyFlags.Public) != 0, flow.PublicAddress);
        }
    }

    /// <summary>One more reference to each address of a key that is a number.</summary>
    public void Hold(FlowKey key)
    {
        if (key.IsLineNumber)
        {
            Addresses.Hold(key.Line);
        }

        if (key.IsRemoteNumber)
        {
            Addresses.Hold(key.Remote);
        }
    }

    /// <summary>Gives back what <see cref="Hold"/> took.</summary>
    public void Release(FlowKey key)
    {
        ReleaseIf(key.IsLineNumber, key.Line);
        ReleaseIf(key.IsRemoteNumber, key.Remote);
    }

    private void ReleaseIf(bool isNumber, uint number)
    {
        if (isNumber)
        {
            Addresses.Release(number);
        }
    }
}
