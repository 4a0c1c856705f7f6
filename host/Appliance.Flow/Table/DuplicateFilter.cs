using System.Buffers.Binary;

namespace Appliance.Flow;

/// <summary>
/// Finds frames that a mirror showed twice on one leg (SPAN of both directions, a routed packet in two VLANs): same
/// tuple, same IP id, same checksum and headers, within 2 ms. TTL and link headers do not matter. A genuine
/// retransmission has a new IP id and is never taken for a copy; IPv4 packets without an IP id are never looked at.
/// IPv6 has no such id: there all of the transport header and the first payload stand for it, which a sender repeats
/// within the window only in an acknowledgment that has neither SACK blocks nor a newer timestamp.
/// </summary>
internal sealed class DuplicateFilter(KeyedHash hash, long windowNs)
{
    private const byte Tcp = 6;
    private const int Ways = 2;
    private readonly Entry[] entries = new Entry[Limits.DuplicateSlots];

    /// <summary>True where the same packet was seen within the window; remembers this one.</summary>
    /// <param name="view">The packet.</param>
    /// <param name="frame">Its bytes.</param>
    /// <param name="keyHash">Hash of the flow's tuple.</param>
    /// <param name="isUp">Direction within the flow.</param>
    /// <param name="stampNs">Raw time.</param>
    public bool IsCopy(in PacketView view, ReadOnlySpan<byte> frame, ulong keyHash, bool isUp, long stampNs)
    {
        if (windowNs == 0 || view.IsFragment)
        {
            return false;
        }

        bool isV6 = view.IpId == 0 && frame[view.IpOffset] >> 4 == 6;
        if (view.IpId == 0 && !isV6)
        {
            return false;
        }

        ulong digest = isV6 ? DigestOfV6(view, frame, keyHash) : DigestOf(view, frame, keyHash, isUp);
        int set = (int)digest & (Limits.DuplicateSlots - Ways);
        ref Entry first = ref entries[set];
        ref Entry second = ref entries[set + 1];
        if (IsSame(first, digest, stampNs) || IsSame(second, digest, stampNs))
        {
            return true;
        }

        ref Entry older = ref first.StampNs <= second.StampNs ? ref first : ref second;
        older = new Entry { Digest = digest, StampNs = stampNs };
        return false;
    }

    private bool IsSame(in Entry entry, ulong digest, long stampNs) =>
        entry.Digest == digest && Math.Abs(stampNs - entry.StampNs) <= windowNs;

    /// <summary>
    /// The transport checksum stands for the payload; the first bytes are added for senders that leave it to the card
    /// or send none.
    /// </summary>
    private ulong DigestOf(in PacketView view, ReadOnlySpan<byte> frame, ulong keyHash, bool isUp)
    {
        ulong first = ((ulong)view.Sequence << 32) | view.Acknowledgment;
        ulong second = ((ulong)view.IpId << 48) | ((ulong)view.TcpFlags << 40) | ((ulong)(ushort)view.IpLength << 16)
            | ChecksumOf(view, frame);
        ulong third = ((ulong)view.TimestampValue << 32) | ((ulong)view.IcmpType << 24) | ((ulong)view.IcmpCode << 16)
            | view.Window;
        ulong digest = hash.Of(hash.Of(first ^ keyHash, second), isUp ? third : ~third);
        int bytes = Math.Min(view.PayloadCaptured, 32);
        return bytes <= 0 ? digest : hash.Of(digest, frame.Slice(view.PayloadOffset, bytes));
    }

    /// <summary>
    /// The 40 bytes before the payload hold addresses or options, ports and checksum, but never the hop limit.
    /// </summary>
    private ulong DigestOfV6(in PacketView view, ReadOnlySpan<byte> frame, ulong keyHash)
    {
        int first = Math.Max(view.IpOffset + 8, view.PayloadOffset - 40);
        int last = Math.Min(frame.Length, view.PayloadOffset + Math.Clamp(view.PayloadCaptured, 0, 32));
        ulong numbers = ((ulong)view.Sequence << 32) | (uint)view.IpLength;
        return last <= first ? keyHash ^ numbers : hash.Of(hash.Of(keyHash, numbers), frame[first..last]);
    }

    private static ushort ChecksumOf(in PacketView view, ReadOnlySpan<byte> frame)
    {
        // UDP: the last two bytes of its header. TCP and ICMP: at a fixed place from the end of the IPv4 header.
        int ipHeader = view.IpOffset < frame.Length ? (frame[view.IpOffset] & 15) * 4 : 0;
        int at = view.Protocol switch
        {
            17 => view.PayloadOffset - 2,
            Tcp => view.IpOffset + ipHeader + 16,
            _ => view.IpOffset + ipHeader + 2,
        };
        return at >= 0 && at + 2 <= frame.Length ? BinaryPrimitives.ReadUInt16BigEndian(frame[at..]) : (ushort)0;
    }

    private struct Entry
    {
        public ulong Digest;
        public long StampNs;
    }
}
