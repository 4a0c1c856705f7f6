using Appliance.Flow;
using Appliance.TestSupport;
using Xunit;
using Decoder = Appliance.Flow.Decoder;
using static Appliance.Tests.Flow.FrameBuilder;

namespace Appliance.Tests.Flow;

/// <summary>
/// What must hold for any bytes whatever: nothing thrown, nothing outside the frame, nothing allocated.
/// </summary>
public sealed class PacketPathTests
{
    private const int Seed = 791;

    [Fact]
    public void Mutated_frames_never_throw_and_never_point_outside_themselves()
    {
        int packets = FullRun.IsOn ? 20_000_000 : 300_000;
        Fuzz(packets, view => view);
    }

    [Fact]
    public void The_fuzz_check_itself_notices_an_offset_that_is_one_too_far()
    {
        Assert.ThrowsAny<Exception>(() => Fuzz(1000, view =>
        {
            view.PayloadCaptured++;
            return view;
        }));
    }

    [Fact]
    public void Decoding_and_naming_allocate_nothing()
    {
        List<byte[]> frames = Seeds();
        var state = new DecodeState();
        var sniffer = new NameSniffer(8);
        var names = new NameState[frames.Count];
        Run(frames, state, sniffer, names, 2_000);
        long before = GC.GetAllocatedBytesForCurrentThread();
        int found = Run(frames, state, sniffer, names, 100_000);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(found > 20_000, $"{found} names found");
    }

    private static int Run(List<byte[]> frames, DecodeState state, NameSniffer sniffer, NameState[] names, int packets)
    {
        int found = 0;
        PacketView view = default;
        for (int i = 0; i < packets; i++)
        {
            int at = i % frames.Count;
            byte[] frame = frames[at];
            Decoder.Decode(frame, Place(frame, i), state, ref view);
            NameOutcome outcome = sniffer.Inspect(ref names[at], view, frame, true, i);
            found += outcome == NameOutcome.Found ? 1 : 0;
            if (outcome != NameOutcome.More)
            {
                names[at] = default;
            }
        }

        return found;
    }

    private static void Fuzz(int packets, Func<PacketView, PacketView> bend)
    {
        var random = new Random(Seed);
        List<byte[]> seeds = Seeds();
        ushort[] links = [1, 1, 1, 1, 101, 113, 276, 0, 9, 51, 12, 228, 229, 108, 104];
        var state = new DecodeState();
        var sniffer = new NameSniffer(8);
        var names = new NameState[16];
        for (int i = 0; i < packets; i++)
        {
            byte[] frame = Mutate(random, seeds);
            PacketRef place = Place(frame, i);
            place.LinkType = links[random.Next(links.Length)];
            PacketView view = default;
            Decoder.Decode(frame, place, state, ref view);
            view = bend(view);
            if (view.Kind != PacketKind.Undecoded)
            {
                bool holds = view.PayloadOffset >= 0 && view.PayloadCaptured >= 0 && view.PayloadLength >= 0
                    && view.PayloadOffset + view.PayloadCaptured <= frame.Length && view.IpOffset < frame.Length
                    && view.PayloadCaptured <= view.PayloadLength;
                Assert.True(holds, $"seed {Seed}, packet {i}: {Convert.ToHexString(frame)}");
            }

            ref NameState name = ref names[random.Next(names.Length)];
            if (sniffer.Inspect(ref name, view, frame, random.Next(4) > 0, i) != NameOutcome.More)
            {
                name = default;
            }
        }
    }

    private static PacketRef Place(byte[] frame, long stampNs) =>
        new() { Captured = frame.Length, Length = frame.Length, LinkType = 1, StampNs = stampNs };

    private static byte[] Mutate(Random random, List<byte[]> seeds)
    {
        byte[] frame = [.. seeds[random.Next(seeds.Count)]];
        for (int i = random.Next(6); i > 0; i--)
        {
            int within = random.Next(3) == 0 ? frame.Length : Math.Min(64, frame.Length);
            frame[random.Next(within)] = (byte)random.Next(256);
        }

        return random.Next(3) == 0 ? frame[..random.Next(frame.Length)] : frame;
    }

    private static List<byte[]> Seeds()
    {
        byte[] hello = Hellos.Records(Hellos.Message("www.example.com"));
        byte[] tcp = Ip4(6, Tcp(hello, options: "0101080A 00000001 00000002"));
        byte[] dns = Udp(Join(Hex("1234 0100 0001 0000 0000 0000 03"), "www"u8.ToArray(), Hex("00 0001 0001")));
        byte[] ether = Ethernet(0x0800, tcp);
        return
        [
            Ethernet(0x0800, tcp),
            Ethernet(0x86DD, Ip6(6, Tcp("GET / HTTP/1.1\r\nHost: a.example\r\n\r\n"u8.ToArray()))),
            Ethernet(0x0800, Ip4(17, Udp(Hex(QuicVectors.Version1), 50000, 443))),
            Ethernet(0x86DD, Ip6(17, Udp(Hex(QuicVectors.Version2), 50001, 443))),
            Ethernet(0x0800, Ip4(17, dns)),
            Ethernet(0x0800, Ip4(17, dns, 3, 0x2000)),
            Ethernet(0x0800, Ip4(17, dns, 3, 5)),
            Ethernet(0x8100, Tag(100, 0x8847, Hex("0001 1140"), tcp)),
            Ethernet(0x8847, Hex("0001 1140 00000000"), ether),
            Ethernet(0x8864, Hex("1100 0042 0040 0021"), tcp),
            Ethernet(0x0800, Ip4(47, Join(Hex("B000 6558 00000000 00000009 00000001"), ether))),
            Ethernet(0x0800, Ip4(17, Udp(Join(Hex("08000000 00000500"), ether), 5, 4789))),
            Ethernet(0x0800, Ip4(17, Udp(Join(Hex("0100 6558 00000600 01020304"), ether), 5, 6081))),
            Ethernet(0x86DD, Ip6(0, Join(Hex("2C00 000000000000 1100 0001 00000007"), dns))),
            Ethernet(0x86DD, Ip6(4, tcp)),
            Ethernet(0x0800, Ip4(1, Hex("0800 0000 1234 0001"))),
        ];
    }
}
