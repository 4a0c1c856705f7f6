using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>What stands next in a frame.</summary>
internal enum Layer : byte
{
    Ethernet,

    /// <summary>What <see cref="Walk.Type"/> says as an ethertype.</summary>
    EtherType,
    Ip,
    Ip4,
    Ip6,

    /// <summary>What <see cref="Walk.Type"/> says as an IP protocol.</summary>
    Protocol,
    Mpls,
    PppoE,
    Ppp,
    Gre,

    /// <summary>The view is filled, or says why not.</summary>
    Done,
}

/// <summary>
/// The place in a frame while its headers are peeled off. <see cref="End"/> is where the innermost length so far says
/// the packet ends; it may lie behind the captured bytes (slicing), reading never does.
/// </summary>
internal ref struct Walk
{
    public ReadOnlySpan<byte> Frame;
    public int At;
    public int End;

    /// <summary>Ethertype or IP protocol of what stands at <see cref="At"/>.</summary>
    public uint Type;

    /// <summary>IPv6 fragment identification, or IPv4's.</summary>
    public uint FragmentId;
    public bool MoreFragments;
    public ushort Interface;
    public long StampNs;

    /// <summary>True where the next <paramref name="count"/> bytes are in the capture and in the packet.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly bool Has(int count) => Math.Min(End, Frame.Length) - At >= count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly ReadOnlySpan<byte> Take(int count) => Frame.Slice(At, count);

    public readonly ushort Word(int offset) => BinaryPrimitives.ReadUInt16BigEndian(Frame[(At + offset)..]);

    public readonly uint Long(int offset) => BinaryPrimitives.ReadUInt32BigEndian(Frame[(At + offset)..]);

    /// <summary>Ends the walk: the header does not fit. Cut off by the capture, or by a length that lies.</summary>
    public readonly Layer Short(int count, ref PacketView view) =>
        Stop(End - At < count ? Counter.UndecodedMalformed : Counter.UndecodedTruncated, ref view);

    public static Layer Stop(Counter why, ref PacketView view)
    {
        view.Kind = PacketKind.Undecoded;
        view.Undecoded = why;
        return Layer.Done;
    }
}
