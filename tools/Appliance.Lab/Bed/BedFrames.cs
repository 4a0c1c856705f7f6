using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;

namespace Appliance.Lab.Bed;

/// <summary>
/// Counts the frames of one leg by connection, straight from the capture file: a second, deliberately simple reader
/// that shares nothing with the product, so that truth and capture are held against each other before the product is.
/// Knows what tcpdump writes here: nanosecond pcap of this machine's byte order, Ethernet, IPv4 without options.
/// </summary>
internal sealed class BedFrames
{
    private const int EthernetBytes = 14;
    private readonly Dictionary<string, Count> _counts = [];

    /// <summary>Connections by key (<see cref="ConntrackEntry.InsideKey"/> or its outside twin).</summary>
    public IReadOnlyDictionary<string, Count> Connections => _counts;

    public int Frames { get; private set; }

    /// <summary>Frames that are no IPv4 TCP, UDP or echo; the layout leaves no reason for any.</summary>
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
    /// remote: on the outside leg such connections share a key, and their counters are added.
    /// </summary>
    public static List<string> Differences(
        IReadOnlyCollection<ConntrackEntry> truth, BedFrames inside, BedFrames outside)
    {
        List<string> found = [];
        Compare(found, "inside", inside, truth.ToLookup(e => e.InsideKey));
        Compare(found, "outside", outside, truth.ToLookup(e => e.OutsideKey));
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
        bool plain = frame.Length >= EthernetBytes + 28 && frame[12] == 8 && frame[13] == 0 && frame[14] == 0x45;
        if (!plain || (frame[20] & 0x3F) != 0 || frame[21] != 0 || frame[23] is not (1 or 6 or 17))
        {
            Others++;
            return;
        }

        ReadOnlySpan<byte> ip = frame[EthernetBytes..];
        ushort bytes = BinaryPrimitives.ReadUInt16BigEndian(ip[2..]);
        Oversized += bytes > 1_500 ? 1 : 0;
        string source = new IPAddress(ip[12..16]).ToString();
        string target = new IPAddress(ip[16..20]).ToString();
        bool up = source.StartsWith(ours, StringComparison.Ordinal);
        (int near, int far) = Ports(ip, up);
        string key = string.Create(CultureInfo.InvariantCulture,
            $"{ip[9]} {(up ? source : target)}:{near} > {(up ? target : source)}:{far}");
        ref Count count = ref CollectionsMarshal.GetValueRefOrAddDefault(_counts, key, out _);
        count.PacketsUp += up ? 1u : 0;
        count.BytesUp += up ? bytes : 0u;
        count.PacketsDown += up ? 0u : 1;
        count.BytesDown += up ? 0u : bytes;
    }

    private static (int Near, int Far) Ports(ReadOnlySpan<byte> ip, bool up)
    {
        ushort first = BinaryPrimitives.ReadUInt16BigEndian(ip[20..]);
        ushort second = BinaryPrimitives.ReadUInt16BigEndian(ip[22..]);
        if (ip[9] == 1)
        {
            return (BinaryPrimitives.ReadUInt16BigEndian(ip[24..]), 0);
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
