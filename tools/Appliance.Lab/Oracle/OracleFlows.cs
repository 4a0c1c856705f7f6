using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Appliance.Wire;

namespace Appliance.Lab.Oracle;

/// <summary>One flow of one leg, as the oracle's split rules see it.</summary>
public struct OracleFlow
{
    public FlowTuple Tuple;
    public long FirstNs;
    public long LastNs;

    /// <summary>A packet from the line's end was seen; without one it is a scan.</summary>
    public bool HasUp;
    internal bool HasSyn;
    internal uint SynSequence;
}

/// <summary>
/// Groups the packets of one leg into flows. A tuple is taken anew by a SYN with another initial sequence, or, for
/// anything but TCP, after 60 s of silence.
/// </summary>
internal sealed class OracleFlows(Func<Ip, bool> isLocal)
{
    private const byte Tcp = 6;
    private const byte Syn = 2;
    private const int TupleBytes = 56;
    private const byte SynAckMask = 0x12;
    private const long IdleNs = 60_000_000_000;

    // A SYN that comes this soon after a flow's first packet was overtaken by its own answer.
    private const long OvertakenNs = 1_000_000_000;

    private readonly Dictionary<UInt128, int> current = [];
    private readonly List<OracleFlow> flows = [];

    public IReadOnlyList<OracleFlow> All => flows;

    /// <summary>Number of the packet's flow, and its direction.</summary>
    public int Place(in OracleFrame frame, long stampNs, out bool up)
    {
        up = isLocal(frame.Source);
        FlowTuple tuple = up
            ? new(frame.Protocol, frame.Source, frame.SourcePort, frame.Target, frame.TargetPort, frame.WireSource)
            : new(frame.Protocol, frame.Target, frame.TargetPort, frame.Source, frame.SourcePort, frame.WireTarget);
        if (frame.IsEcho)
        {
            tuple = tuple with { RemotePort = 0 };
        }

        ref int number = ref CollectionsMarshal.GetValueRefOrAddDefault(current, KeyOf(tuple), out bool known);
        bool isSyn = frame.Protocol == Tcp && (frame.TcpFlags & SynAckMask) == Syn;
        if (!known || IsNew(flows[number], isSyn, frame.Sequence, stampNs))
        {
            number = flows.Count;
            flows.Add(new OracleFlow { Tuple = tuple, FirstNs = stampNs });
        }

        ref OracleFlow flow = ref CollectionsMarshal.AsSpan(flows)[number];
        flow.LastNs = stampNs;
        flow.HasUp |= up;
        if (isSyn)
        {
            flow.HasSyn = true;
            flow.SynSequence = frame.Sequence;
        }

        return number;
    }

    // A whole IPv4 tuple fits in 104 bits, which is a third of the memory; others are named by their digest.
    private static UInt128 KeyOf(in FlowTuple tuple)
    {
        if (tuple.Local.IsV4 && tuple.Remote.IsV4 && tuple.Softwire.IsNone)
        {
            return new UInt128(
                ((ulong)tuple.Protocol << 32) | tuple.Local.V4,
                ((ulong)tuple.Remote.V4 << 32) | ((uint)tuple.LocalPort << 16) | tuple.RemotePort);
        }

        Span<byte> text = stackalloc byte[TupleBytes];
        text.Clear();
        text[0] = tuple.Protocol;
        BinaryPrimitives.WriteUInt16BigEndian(text[2..], tuple.LocalPort);
        BinaryPrimitives.WriteUInt16BigEndian(text[4..], tuple.RemotePort);
        tuple.Local.Write(text[8..]);
        tuple.Remote.Write(text[24..]);
        tuple.Softwire.Write(text[40..]);
        return OracleDigest.Of(text) | (UInt128.One << 127);
    }

    private static bool IsNew(in OracleFlow flow, bool isSyn, uint sequence, long stampNs)
    {
        if (flow.Tuple.Protocol != Tcp)
        {
            return stampNs - flow.LastNs > IdleNs;
        }

        return isSyn && (flow.HasSyn ? sequence != flow.SynSequence : stampNs - flow.FirstNs > OvertakenNs);
    }
}
