using System.Buffers.Binary;
using Appliance.Flow;
using Appliance.Wire;

namespace Appliance.Tests.Flow.Engine;

/// <summary>
/// A small stage for packets on two legs: frames are written down in any order with their times in milliseconds,
/// then played to an engine in order of time, one by one or in blocks, and the records are collected.
/// </summary>
internal sealed class TwoLegs
{
    public const string LineA = "10.0.0.1";
    public const string LineB = "10.0.0.2";
    public const string Public = "198.51.100.7";
    public const string Remote = "192.0.2.80";
    public const string Remote2 = "192.0.2.81";
    public const int Syn = 2;
    public const int SynAck = 18;
    public const int Ack = 16;
    public const int FinAck = 17;
    public const int Rst = 4;
    public const long StartNs = 1_700_000_000_000_000_000;

    private readonly List<(long Ns, int Order, int Leg, byte[] Frame)> frames = [];
    private ushort ipId = 1;

    public FlowOptions Options { get; init; } = new()
    {
        PublicPools = [Prefix("198.51.100.0/24")],
        FlowLimit = 4096,
        JoinLimit = 1024,
        ProbeLimit = 16384,

        // A handful of packets tells nothing of the loss: these legs are whole.
        LossUnknownPpm = 10_000,
    };

    public List<FlowRecord> Records { get; } = [];

    public ulong[] Counters { get; private set; } = [];

    public ulong this[Counter counter] => Counters[(int)counter];

    public IEnumerable<FlowRecord> Ends => Records.Where(r => r.Kind is FlowKind.End or FlowKind.Quiet);

    public static byte[] Bytes(int seed, int count)
    {
        byte[] bytes = new byte[count];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    public static IpPrefix Prefix(string text) =>
        IpPrefix.TryParse(text, out IpPrefix prefix) ? prefix : throw new FormatException(text);

    /// <summary>Adds a TCP segment; an id of -1 takes the next one.</summary>
    public TwoLegs Tcp(int leg, double ms, string from, string to, int flags, uint seq, uint ack = 0,
        byte[]? payload = null, uint? stamp = null, int id = -1)
    {
        byte[] options = stamp is null ? [] : FrameBuilder.Join(
            FrameBuilder.Hex("0101080A"), FrameBuilder.Big32(stamp.Value), FrameBuilder.Big32(1));
        byte[] header = FrameBuilder.Join(
            Port(from), Port(to), FrameBuilder.Big32(seq), FrameBuilder.Big32(ack),
            [(byte)((20 + options.Length) / 4 << 4), (byte)flags, 0x20, 0, 0, 0, 0, 0], options, payload ?? []);
        return Add(leg, ms, from, to, 6, header, id);
    }

    public TwoLegs Udp(int leg, double ms, string from, string to, byte[] payload, int id = -1) => Add(leg, ms, from,
        to, 17, FrameBuilder.Join(Port(from), Port(to), FrameBuilder.Big16(8 + payload.Length), [0, 0], payload), id);

    public TwoLegs Ping(
        int leg, double ms, string from, string to, int type, int query, int sequence, byte[] payload) =>
        Add(leg, ms, from, to, 1, FrameBuilder.Join(
            [(byte)type, 0, 0, 0], FrameBuilder.Big16(query), FrameBuilder.Big16(sequence), payload), -1);

    public TwoLegs Add(int leg, double ms, string from, string to, int protocol, byte[] inner, int id)
    {
        byte[] packet = FrameBuilder.Ip4(protocol, inner, id < 0 ? ipId++ : id);
        Address(from).CopyTo(packet, 12);
        Address(to).CopyTo(packet, 16);
        return AddFrame(leg, ms, FrameBuilder.Ethernet(0x0800, packet));
    }

    public TwoLegs AddFrame(int leg, double ms, byte[] frame)
    {
        frames.Add((StartNs + (long)(ms * 1e6), frames.Count, leg, frame));
        return this;
    }

    /// <summary>Plays all frames and closes; <paramref name="quietSeconds"/> pass in between.</summary>
    public TwoLegs Play(double quietSeconds = 0, bool close = true)
    {
        RecordQueue queue = new(8192);
        FlowEngine engine = new(Options, queue, Bytes(20, 32));
        Play(engine, queue, quietSeconds, close);
        return this;
    }

    public void Play(FlowEngine engine, RecordQueue queue, double quietSeconds, bool close)
    {
        long last = 0;
        foreach ((long ns, int _, int leg, byte[] frame) in frames.OrderBy(f => f.Ns).ThenBy(f => f.Order))
        {
            last = ns;
            PacketRef packet = new()
            {
                StampNs = ns, Captured = frame.Length, Length = frame.Length, Interface = (ushort)leg, LinkType = 1,
            };
            while (engine.Process(frame, [packet]) == 0)
            {
                Drain(queue);
            }

            Drain(queue);
        }

        while (quietSeconds > 0 && !engine.AdvanceTo(last + (long)(quietSeconds * 1e9)))
        {
            Drain(queue);
        }

        while (close && !engine.CloseAll(EndReason.Stopped))
        {
            Drain(queue);
        }

        Drain(queue);
        Counters = engine.Counters.ToArray();
    }

    public void Drain(RecordQueue queue)
    {
        while (!queue.Peek().IsEmpty)
        {
            ReadOnlySpan<FlowRecord> next = queue.Peek();
            Records.AddRange(next);
            queue.Release(next.Length);
        }
    }

    /// <summary>
    /// Both legs of one packet of a translated flow, the outside one later by <paramref name="delayMs"/>.
    /// </summary>
    public TwoLegs Both(double ms, bool up, string line, string open, string remote, double delayMs,
        Action<int, double, string, string> add)
    {
        int first = up ? 0 : 1;
        string near = line;
        for (int leg = 0; leg < 2; leg++)
        {
            near = leg == 0 ? line : open;
            double at = ms + (leg == first ? 0 : up ? delayMs : -delayMs);
            add(leg, at, up ? near : remote, up ? remote : near);
        }

        return this;
    }

    /// <summary>A whole TCP conversation of six packets on both legs.</summary>
    public TwoLegs Conversation(double ms, string line, string open, string remote, uint isn, double delayMs = 1)
    {
        uint answer = isn * 7919;
        byte[] hello = Bytes((int)isn, 120);
        Segment(ms, true, Syn, isn, 0, []);
        Segment(ms + 20, false, SynAck, answer, isn + 1, []);
        Segment(ms + 40, true, Ack, isn + 1, answer + 1, hello);
        Segment(ms + 60, false, FinAck, answer + 1, isn + 121, hello);
        Segment(ms + 80, true, FinAck, isn + 121, answer + 122, []);
        Segment(ms + 100, false, Ack, answer + 122, isn + 122, []);
        return this;

        void Segment(double at, bool up, int flags, uint seq, uint ack, byte[] payload) =>
            Both(at, up, line, open, remote, delayMs,
                (leg, t, from, to) => Tcp(leg, t, from, to, flags, seq, ack, payload));
    }

    private static byte[] Address(string end) =>
        [.. end.Split(':')[0].Split('.').Select(part => byte.Parse(part))];

    private static byte[] Port(string end)
    {
        byte[] port = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(port, ushort.Parse(end.Split(':')[1]));
        return port;
    }
}
