using Appliance.Linux.Packets;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Linux;

public sealed class SnapFilterTests
{
    private const byte Tcp = 6, Udp = 17;
    private const uint Tag = 0x8100_0064, ServiceTag = 0x88A8_0065;
    private static readonly FilterInstruction[] Program = SnapFilter.Build();

    [Theory]
    [InlineData(Tcp, 50_000, 443, SnapFilter.LongBytes)]
    [InlineData(Tcp, 50_000, 80, SnapFilter.LongBytes)]
    [InlineData(Tcp, 50_000, 853, SnapFilter.LongBytes)]
    [InlineData(Tcp, 53, 50_000, SnapFilter.LongBytes)]
    [InlineData(Tcp, 443, 50_000, SnapFilter.ShortBytes)]
    [InlineData(Tcp, 50_000, 8080, SnapFilter.ShortBytes)]
    [InlineData(Udp, 50_000, 443, SnapFilter.LongBytes)]
    [InlineData(Udp, 443, 50_000, SnapFilter.ShortBytes)]
    [InlineData(Udp, 50_000, 53, SnapFilter.LongBytes)]
    [InlineData(Udp, 53, 50_000, SnapFilter.LongBytes)]
    [InlineData(Udp, 50_000, 2152, SnapFilter.LongBytes)]
    [InlineData(Udp, 4789, 50_000, SnapFilter.LongBytes)]
    [InlineData(Udp, 50_000, 50_001, SnapFilter.ShortBytes)]
    [InlineData(1, 0x0800, 0, SnapFilter.ShortBytes)]
    [InlineData(58, 0x8000, 0, SnapFilter.ShortBytes)]
    [InlineData(47, 0, 0x0800, SnapFilter.LongBytes)]
    [InlineData(4, 1, 2, SnapFilter.LongBytes)]
    public void Frames_that_may_carry_a_name_stay_whole_under_any_header_before_them(
        byte protocol, int from, int to, uint expected)
    {
        foreach (uint[] tags in (uint[][])[[], [Tag], [ServiceTag, Tag]])
        {
            foreach (bool isV6 in (bool[])[false, true])
            {
                byte[] frame = RawFrame.Make(protocol, (ushort)from, (ushort)to, 1400, isV6, tags: tags);
                Assert.Equal(expected, FilterInterpreter.Run(Program, frame));
            }
        }

        byte[] optioned = RawFrame.Make(
            protocol, (ushort)from, (ushort)to, 1400, options: 10, tags: [ServiceTag, Tag]);
        Assert.Equal(expected, FilterInterpreter.Run(Program, optioned));
    }

    [Fact]
    public void What_cannot_be_judged_stays_whole()
    {
        Assert.Equal(1600u, FilterInterpreter.Run(Program, RawFrame.Make(Tcp, 1, 2, 1400, fragment: 0x2000)));
        Assert.Equal(1600u, FilterInterpreter.Run(Program, RawFrame.Make(Tcp, 1, 2, 1400, fragment: 7)));
        Assert.Equal(1600u, FilterInterpreter.Run(Program, RawFrame.Make(44, 1, 2, 1400, isV6: true)));
        Assert.Equal(1600u, FilterInterpreter.Run(Program, RawFrame.Make(Tcp, 1, 2, 1400, tags: [Tag, Tag, Tag])));
        byte[] arp = RawFrame.Make(0, 0, 0, 300);
        (arp[12], arp[13]) = (0x08, 0x06);
        Assert.Equal(1600u, FilterInterpreter.Run(Program, arp));
    }

    [Fact]
    public void No_frame_of_any_length_or_content_is_refused()
    {
        Random random = new(7);
        for (int round = 0; round < 20_000; round++)
        {
            byte[] frame = new byte[random.Next(0, 400)];
            random.NextBytes(frame);
            if (frame.Length > 40 && round % 2 == 0)
            {
                RawFrame.Make(Tcp, 1, 2, 60, isV6: round % 4 == 0).AsSpan(0, 14).CopyTo(frame);
            }

            uint bytes = FilterInterpreter.Run(Program, frame);
            Assert.True(bytes is SnapFilter.ShortBytes or SnapFilter.LongBytes, $"round {round}: {bytes}");
        }
    }

    [Fact]
    public void A_ring_is_sized_for_a_time_at_a_rate()
    {
        Assert.Equal(144, RingSize.SlotBytes(60));
        Assert.Equal(280, RingSize.SlotBytes(192));
        long bytes = RingSize.For(500, 1_500_000, 192);
        Assert.InRange(bytes, 750_000L * 280, 760_000L * 280);
        Assert.Equal(0, bytes % (256 << 10));
    }

    [Theory]
    [InlineData("", 20, 1 << 20, "'' is not the name of an interface")]
    [InlineData("mirror0", 0, 1 << 20, "mirror0: block timeout of 0 ms is not from 1 to 1000")]
    [InlineData("mirror0", 20, 4096, "mirror0: ring of 4096 bytes is not from 262144 to 1073741824")]
    public void Wrong_settings_are_said_in_a_line(string name, int timeoutMs, long bytes, string expected)
    {
        RingOptions options = new() { Interface = name, BlockTimeoutMs = timeoutMs, RingBytes = bytes };
        Assert.Equal(expected, options.Check());
    }
}
