using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace Appliance.Lab.Bed;

/// <summary>
/// Counts the frames of one leg by connection, straight from the capture file: a second, deliberately simple reader
/// that shares nothing with the product, so that truth and capture are held against each other before the product is.
/// Knows what tcpdump writes here: nanosecond pcap of this machine's byte order, Ethernet, IPv4 without
/// options, IPv6 without extension headers.
/// </summary>
internal sealed class BedFrames
{
    private const int EthernetBytes = 14;
    private readonly Dictionary<string, Count> _counts = [];

    /// <summary>Connections by key (<see cref="ConntrackEntry.InsideKey"/> or its outside twin).</summary>
    public IReadOnlyDictionary<string, Count> Connections => _counts;

    public int Frames { get; private set; }

    /// <summary>Frames that are no TCP, UDP or echo; the layout leaves no reason for any.</summary>
    public int Others { get; private set; }

    /// <summary>Frames whose IP length is above the MTU: an offload was left on.</summary>
    public int Oversized { get; private set; }

    /// <summary>Reads a leg; <paramref name="ours"/> begins the addresses of the near side.</summary>
    /// <exception cref="BedException">The file is not what the bed's tcpdump writes.</exception>
    public static BedFrames Read(string file, string ours)
    {
        byte[] data = File.ReadAllBytes(file);
        if (data.Length < 24 || BinaryPrimitives.ReadUInt32LittleEndian(data) != 0xA1B23C4D)
        {
            throw new BedException($"{file}: no nanosecond pcap file");
        }

        BedFrames frames = new();
        int at = 24;
        while (at < data.Length)
        {
            int length = at + 16 <= data.Length ? BinaryPrimitives.ReadInt32LittleEndian(data.AsSpan(at + 8)) : -1;
            if (length < 0 || at + 16 + length > data.Length)
            {
                throw new BedException($"{file}: cut at byte {at}");
            }

            frames.Add(data.AsSpan(at + 16, length), ours);
            at += 16 + length;
        }

        return frames;
    }

    /// <summary>
    /// Every difference between the kernel's counters and the frames of both legs, as lines; none is right. A refused
    /// connection leaves the table at once, so the NAT may give its public port to the next one towards the same
    /// remote: on the outside leg such connections share a key, and their counters are added. The outside leg is held
    /// against what was tracked, the inside leg against the truth made of it: a NAT64 changes lengths between them.
    /// </summary>
    public static List<string> Differences(
        IReadOnlyCollection<ConntrackEntry> truth, IReadOnlyCollection<ConntrackEntry> tracked, BedFrames inside,
        BedFrames outside)
    {
        List<string> found = [];
        Compare(found, "inside", inside, truth.ToLookup(e => e.InsideKey));
        Compare(found, "outside", outside, tracked.Where(e => !e.IsTurned).ToLookup(e => e.OutsideKey));
        return found;
    }

    private static void Compare(List<string> found, string leg, BedFrames frames, ILookup<string, ConntrackEntry> truth)
    {
        foreach (IGrouping<string, ConntrackEntry> entries in truth)
        {
            Count kernel = default;
            foreach (ConntrackEntry entry in entries)
            {
                kernel.PacketsUp += entry.PacketsUp;
                kernel.BytesUp += entry.BytesUp;
                kernel.PacketsDown += entry.PacketsDown;
                kernel.BytesDown += entry.BytesDown;
            }

            Count wire = frames._counts.GetValueOrDefault(entries.Key);
            if (wire != kernel)
            {
                found.Add($"{leg} {entries.Key}: the kernel counted {kernel}, the wire carried {wire}");
            }
        }

        if (frames._counts.Count != truth.Count || frames.Others > 0 || frames.Oversized > 0)
        {
            found.Add($"{leg}: {frames._counts.Count} connections for {truth.Count}, " +
                $"{frames.Others} other frames, {frames.Oversized} above the MTU");
        }
    }

    private void Add(ReadOnlySpan<byte> frame, string ours)
    {
        Frames++;
        if (frame.Length >= EthernetBytes + 28 && frame[12] == 8 && frame[13] == 0)
        {
            Add4(frame[EthernetBytes..], ours);
        }
        else if (frame.Length >= EthernetBytes + 48 && frame[12] == 0x86 && frame[13] == 0xDD)
        {
            Add6(frame[EthernetBytes..], ours);
        }
        else
        {
            Others++;
        }
    }

    private void Add4(ReadOnlySpan<byte> ip, string ours)
    {
        if (ip[0] != 0x45 || (ip[6] & 0x3F) != 0 || ip[7] != 0 || ip[9] is not (1 or 6 or 17))
        {
            Others++;
            return;
        }

        string source = new IPAddress(ip[12..16]).ToString();
        string target = new IPAddress(ip[16..20]).ToString();
        bool up = source.StartsWith(ours, StringComparison.Ordinal);
        (string near, string far) = up ? (source, target) : (target, source);
        Add(ip[9], ip[20..], BinaryPrimitives.ReadUInt16BigEndian(ip[2..]), up, near, far);
    }

    /// <summary>The leg before a NAT64; remotes are named as behind it.</summary>
    private void Add6(ReadOnlySpan<byte> ip, string ours)
    {
        if (ip[6] is not (6 or 17 or 58))
        {
            Others++;
            return;
        }

        string source = new IPAddress(ip[8..24]).ToString();
        string target = new IPAddress(ip[24..40]).ToString();
        bool up = source.StartsWith(ours, StringComparison.Ordinal);
        (string near, string far) = up ? (source, target) : (target, source);
        int bytes = 40 + BinaryPrimitives.ReadUInt16BigEndian(ip[4..]);
        Add(ip[6] == 58 ? (byte)1 : ip[6], ip[40..], bytes, up, near, BedNat64.Extract(far));
    }

    private void Add(byte protocol, ReadOnlySpan<byte> transport, int bytes, bool up, string near, string far)
    {
        Oversized += bytes > 1_500 ? 1 : 0;
        (int nearPort, int farPort) = Ports(protocol, transport, up);
        string key = string.Create(CultureInfo.InvariantCulture, $"{protocol} {near}:{nearPort} > {far}:{farPort}");
        ref Count count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _);
        count.PacketsUp += up ? 1u : 0;
        count.BytesUp += up ? (ulong)bytes : 0;
        count.PacketsDown += up ? 0u : 1;
        count.BytesDown += up ? 0 : (ulong)bytes;
    }

    private static (int Near, int Far) Ports(byte protocol, ReadOnlySpan<byte> transport, bool up)
    {
        ushort first = BinaryPrimitives.ReadUInt16BigEndian(transport);
        ushort second = BinaryPrimitives.ReadUInt16BigEndian(transport[2..]);
        if (protocol == 1)
        {
            return (BinaryPrimitives.ReadUInt16BigEndian(transport[4..]), 0);
        }

        return up ? (first, second) : (second, first);
    }

    /// <summary>Packets and IP bytes each way.</summary>
    internal record struct Count
    {
        public ulong PacketsUp { get; set; }

        public ulong BytesUp { get; set; }

        public ulong PacketsDown { get; set; }

        public ulong BytesDown { get; set; }

        public override readonly string ToString() => string.Create(CultureInfo.InvariantCulture,
            $"{PacketsUp} packets {BytesUp} bytes up, {PacketsDown} packets {BytesDown} bytes down");
    }
}
