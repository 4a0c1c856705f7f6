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
        WindowNs = options.DelayWindowMs * 1_000_000L;
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

    /// <summary>Largest difference of the two legs' stamps of one packet.</summary>
    public long WindowNs { get; }

    /// <summary>The latest stamp seen: the engine's time, which never goes back.</summary>
    public long NowNs { get; set; } = long.MinValue;

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

    public Ip AddressOf(uint number, bool isV6) => isV6 ? Addresses[number] : Ip.FromV4(number);

    /// <summary>An address as a key holds it, without a reference; 0 for an IPv6 address that no flow holds.</summary>
    public uint NumberOf(in Ip address, bool isV6) => isV6 ? Addresses.Find(address) : address.V4;

    /// <summary>Gives back the references that a flow's keys hold.</summary>
    public void ReleaseAddresses(in HotFlow flow)
    {
        if ((flow.KeyB & 1) == 0)
        {
            return;
        }

        Addresses.Release((uint)flow.KeyA);
        ReleaseIfSet((uint)(flow.KeyA >> 32));
        ReleaseIfSet(flow.PublicAddress);
    }

    private void ReleaseIfSet(uint number)
    {
        if (number != 0)
        {
            Addresses.Release(number);
        }
    }
}
