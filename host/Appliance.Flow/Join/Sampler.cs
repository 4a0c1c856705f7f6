using System.Buffers.Binary;
using System.Numerics;

namespace Appliance.Flow;

/// <summary>
/// Chooses the packets that are compared, and makes their digests. The first eight of each direction and leg; after
/// that packets whose own content says so, ever fewer as the flow grows: both legs then pick the same ones even where
/// a mirror lost some and the counts have slipped.
/// </summary>
internal sealed class Sampler(KeyedHash hash, TcpRewriting rewriting)
{
    /// <summary>Counts of the first samples, four times four bits, all taken.</summary>
    public const ushort FirstTaken = Limits.FirstSamples * 0x1111;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte AckFlag = 16;
    private const byte SynFlag = 2;
    private const ulong Odd = 0x9E37_79B9_7F4A_7C15;
    private readonly ulong secret = hash.Of(1, 2);

    /// <summary>True where this packet is to be compared; counts the first ones of each direction.</summary>
    public bool IsSample(ref HotFlow flow, in PacketView view, ReadOnlySpan<byte> frame, Leg leg, bool isUp)
    {
        int shift = ((leg == Leg.Outside ? 2 : 0) + (isUp ? 0 : 1)) * 4;
        if (((flow.Samples >> shift) & 15) < Limits.FirstSamples)
        {
            flow.Samples += (ushort)(1 << shift);
            return true;
        }

        if (view.Protocol == Tcp && (view.TcpFlags & SynFlag) != 0)
        {
            return true;
        }

        // k zero bits: every second packet of a small flow, about one for each doubling of a long one.
        int sizeBits = 32 - BitOperations.LeadingZeroCount(flow.PacketsUp + flow.PacketsDown);
        int zeroBits = Math.Max(1, sizeBits - 3);
        return ContentOf(view, frame) >> (64 - zeroBits) == 0;
    }

    /// <summary>Makes the sample; false where the packet is worth nothing.</summary>
    public bool TryMake(in PacketView view, ReadOnlySpan<byte> frame, ulong remotePart, bool isUp, out Probe probe)
    {
        ReadOnlySpan<byte> payload = PayloadOf(view, frame);
        bool isPayloadOnly = IsPayloadOnly(view);
        probe = new Probe
        {
            PayloadBits = (byte)Evidence.BitsOf(payload),
            Parts = isPayloadOnly ? Parts.None : PartsOf(view, isUp),
            IpId = view.IpId,
        };
        probe.Marks = isUp ? ProbeMarks.Up : ProbeMarks.None;
        if (probe.PayloadBits == 0 && probe.Parts == Parts.None)
        {
            return false;
        }

        ulong direction = isUp ? 1UL << 63 : 0;
        ulong first = hash.Of(remotePart ^ direction, isPayloadOnly ? 0 : HeaderOf(view, frame));
        ulong length = ((ulong)view.PayloadLength << 40) ^ ((ulong)view.TcpFlags << 32)
            ^ (isPayloadOnly ? 0 : view.TimestampValue ^ (view.HasTimestamp ? 1UL << 39 : 0));
        probe.Digest = hash.Of(hash.Of(first, length), payload);
        return true;
    }

    private bool IsPayloadOnly(in PacketView view) => rewriting.IsOn && view.Protocol == Tcp;

    private static Parts PartsOf(in PacketView view, bool isUp)
    {
        if (view.Protocol != Tcp)
        {
            return Parts.None;
        }

        Parts own = isUp ? Parts.SequenceUp : Parts.SequenceDown;
        Parts other = isUp ? Parts.SequenceDown : Parts.SequenceUp;
        Parts parts = view.Sequence != 0 ? own : Parts.None;
        parts |= (view.TcpFlags & AckFlag) != 0 && view.Acknowledgment != 0 ? other : Parts.None;
        return view.HasTimestamp ? parts | (isUp ? Parts.StampUp : Parts.StampDown) : parts;
    }

    private static ReadOnlySpan<byte> PayloadOf(in PacketView view, ReadOnlySpan<byte> frame)
    {
        int length = Math.Min(view.PayloadCaptured, Limits.DigestBytes);
        return length <= 0 ? [] : frame.Slice(view.PayloadOffset, length);
    }

    /// <summary>The transport fields that a NAT keeps; the query id of an echo it may change.</summary>
    private static ulong HeaderOf(in PacketView view, ReadOnlySpan<byte> frame)
    {
        if (view.Protocol == Tcp)
        {
            return ((ulong)view.Sequence << 32) | view.Acknowledgment;
        }

        return view.Protocol == Udp
            ? 0
            : ((ulong)view.IcmpType << 24) | ((ulong)view.IcmpCode << 16) | EchoSequence(view, frame);
    }

    // RFC 792: the sequence number of an echo is the last two bytes of its header.
    private static ushort EchoSequence(in PacketView view, ReadOnlySpan<byte> frame) =>
        view.PayloadOffset >= 2 && view.PayloadOffset <= frame.Length
            ? BinaryPrimitives.ReadUInt16BigEndian(frame[(view.PayloadOffset - 2)..])
            : (ushort)0;

    /// <summary>A cheap number from the content, equal on both legs; unpredictable to who sends the packet.</summary>
    private ulong ContentOf(in PacketView view, ReadOnlySpan<byte> frame)
    {
        bool isPayload = view.Protocol != Tcp || rewriting.IsOn;
        ulong content = (IsPayloadOnly(view) ? 0 : HeaderOf(view, frame)) ^ ((ulong)view.PayloadLength << 17);
        if (isPayload && view.PayloadCaptured >= 8)
        {
            content ^= BinaryPrimitives.ReadUInt64LittleEndian(frame[view.PayloadOffset..]);
        }

        ulong high = Math.BigMul(content ^ secret, Odd, out ulong low);
        return (high ^ low) * Odd;
    }
}
