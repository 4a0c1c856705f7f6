using Appliance.Supervisor.Link;
using Xunit;

namespace Appliance.Tests.Firmware.Link;

/// <summary>
/// Two ends of the link and a line between them that cuts, flips, inserts and loses bytes. Fault model: each byte is
/// lost, flipped or doubled, or up to 40 bytes are cut or babbled; either end starts anew.
/// </summary>
public sealed class LinkResynchronisationTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 25)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Reliable_messages_arrive_once_in_order_and_unaltered_over_a_line_that_spoils_bytes(int seed)
    {
        LinkWorld world = new(seed);
        const int messages = 40;
        int offered = 0;
        for (int step = 0; step < 60_000 && world.Alarms < messages; step++)
        {
            offered += offered < messages && world.Chip.Waiting < 8 && world.SendAlarm(offered) ? 1 : 0;
            world.Step(faultsPerMille: step < 40_000 ? 4 : 0);
        }

        byte[][] alarms = [.. world.AtHost.Messages.Where(m => m.Kind == LinkKind.Alarm).Select(m => m.Payload)];
        Assert.True(messages == alarms.Length, $"{alarms.Length} of {messages} arrived, seed {seed}");
        for (int i = 0; i < messages; i++)
        {
            Assert.True(LinkWorld.Alarm(i).SequenceEqual(alarms[i]), $"alarm {i} is another one, seed {seed}");
        }

        Assert.True(world.Host.BadFrames > 0, $"no frame was spoilt, seed {seed}: the fault model did nothing");
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void After_the_last_fault_the_next_frame_but_one_is_understood(int seed)
    {
        LinkWorld world = new(seed);
        for (int step = 0; step < 3000; step++)
        {
            world.Step(faultsPerMille: 20);
        }

        world.Settle();
        int bad = world.Host.BadFrames;
        int before = world.AtHost.Messages.Count;
        world.SendHealth();
        world.SendHealth();
        world.Settle();
        Assert.True(world.AtHost.Messages.Count >= before + 1, $"still out of step, seed {seed}");
        Assert.True(world.Host.BadFrames <= bad + 1, $"more than one frame was lost, seed {seed}");
    }

    [Fact]
    public void A_lost_acknowledgement_brings_the_message_again_and_it_is_delivered_once()
    {
        LinkWorld world = new(1) { HostIsMute = true };
        world.SendAlarm(0);
        world.Run(1000);
        Assert.Single(world.AtHost.Messages);
        Assert.True(world.Host.Duplicates >= 1);
        Assert.Equal(1, world.Chip.Waiting);
        world.HostIsMute = false;
        world.Run(3000);
        Assert.Equal(0, world.Chip.Waiting);
        Assert.Single(world.AtHost.Messages);
    }

    [Fact]
    public void What_the_program_cannot_take_now_comes_again()
    {
        LinkWorld world = new(1);
        int refusals = 3;
        world.AtHost.Answer = () => refusals-- <= 0;
        world.SendAlarm(0);
        world.SendAlarm(1);
        world.Run(10_000);
        Assert.Equal(2, world.AtHost.Messages.Count);
        Assert.Equal(0, world.Chip.Waiting);
    }

    [Fact]
    public void An_alarm_that_is_under_way_reaches_a_host_that_starts_anew()
    {
        LinkWorld world = new(1) { HostIsDeaf = true };
        world.SendAlarm(0);
        world.Run(60_000);
        Assert.Empty(world.AtHost.Messages);
        world.HostIsDeaf = false;
        world.RestartHost(session: 77);
        world.Run(2_100);
        Assert.Single(world.AtHost.Messages);
        Assert.Equal(0, world.Chip.Waiting);
    }

    [Fact]
    public void A_chip_that_starts_anew_is_noticed_and_its_numbers_begin_again()
    {
        LinkWorld world = new(1);
        world.SendAlarm(0);
        world.Run(500);
        world.RestartChip(session: 2);
        world.SendAlarm(1);
        world.Run(500);
        Assert.Equal(2, world.AtHost.Messages.Count);
        Assert.Equal(1, world.Host.PeerRestarts);
    }

    [Fact]
    public void Lost_frames_are_counted_by_their_sequence_numbers()
    {
        LinkWorld world = new(1);
        world.SendHealth();
        world.Settle();
        world.HostIsDeaf = true;
        world.SendHealth();
        world.SendHealth();
        world.SendHealth();
        world.Settle();
        world.HostIsDeaf = false;
        world.SendHealth();
        world.Settle();
        Assert.Equal(3, world.Host.LostFrames);
    }

    [Fact]
    public void A_full_queue_refuses_and_counts()
    {
        LinkPort port = new(LinkRole.Supervisor, 1, new Collected());
        for (int i = 0; i < LinkLimits.WaitingMax; i++)
        {
            Assert.True(port.Send(LinkKind.Alarm, LinkWorld.Alarm(i), AlarmMessage.Bytes));
        }

        Assert.False(port.Send(LinkKind.Alarm, LinkWorld.Alarm(99), AlarmMessage.Bytes));
        Assert.False(port.Send(LinkKind.Health, new byte[300], 243));
        Assert.Equal(2, port.Dropped);
    }

    [Fact]
    public void Hello_is_read_in_every_version()
    {
        Collected collected = new();
        LinkPort port = new(LinkRole.Supervisor, 1, collected);
        byte[] frame = LinkVectors.Framed(LinkVectors.Body(LinkKind.Hello, new byte[HelloMessage.Bytes], version: 9));
        port.Receive(frame, frame.Length);
        Assert.Equal(LinkKind.Hello, Assert.Single(collected.Messages).Kind);
    }

    [Fact]
    public void A_number_out_of_order_that_is_insisted_on_is_taken()
    {
        Collected collected = new();
        LinkPort port = new(LinkRole.Host, 1, collected);
        foreach (int number in new[] { 5, 900, 900, 900, 901 })
        {
            byte[] body = LinkVectors.Body(LinkKind.Alarm, LinkWorld.Alarm(number));
            LinkBytes.PutU16(body, 6, number);
            byte[] frame = LinkVectors.Framed(body);
            port.Receive(frame, frame.Length);
        }

        Assert.Equal(3, collected.Messages.Count);
    }
}
