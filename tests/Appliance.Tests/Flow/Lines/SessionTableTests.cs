using System.Globalization;
using Appliance.Flow.Lines;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Flow.Lines;

/// <summary>From messages to who held what when; times are seconds after a begin.</summary>
public sealed class SessionTableTests
{
    private const string A = "100.64.0.1";
    private const string B = "100.64.0.2";
    private readonly LineWorld world = new();

    [Fact]
    public void Start_interim_and_stop_make_a_record_at_the_begin_and_one_with_the_end()
    {
        world.Hear(10, RadiusMessage.Start("s", A));
        world.Hear(70, RadiusMessage.Interim("s", A).Number(46, 60));
        world.Hear(100, RadiusMessage.Stop("s", A).Number(46, 90));

        Assert.Equal([$"s {A} 10-", $"s {A} 10-100"], world.Records());
    }

    [Fact]
    public void What_is_sent_again_makes_no_second_record()
    {
        world.Hear(10, RadiusMessage.Start("s", A));
        world.Hear(15, RadiusMessage.Start("s", A).Number(41, 5));
        world.Hear(100, RadiusMessage.Stop("s", A));
        world.Hear(103, RadiusMessage.Stop("s", A).Number(41, 3));
        world.Hear(110, RadiusMessage.Interim("s", A).Number(46, 60));

        Assert.Equal([$"s {A} 10-", $"s {A} 10-100"], world.Records());
        Assert.Equal(3UL, world.Tally.Repeated);
    }

    [Fact]
    public void The_delay_that_a_server_admits_is_taken_off()
    {
        world.Hear(130, RadiusMessage.Start("s", A).Number(41, 30));

        Assert.Equal([$"s {A} 100-"], world.Records());
    }

    [Fact]
    public void A_stop_that_overtakes_its_start_makes_one_whole_session()
    {
        world.Hear(100, RadiusMessage.Stop("s", A).Number(46, 90));
        world.Hear(101, RadiusMessage.Start("s", A).Number(41, 91));

        Assert.Equal([$"s {A} 10-", $"s {A} 10-100"], world.Records());
    }

    [Fact]
    public void A_lost_start_is_made_up_from_the_age_that_an_interim_tells()
    {
        world.Hear(1000, RadiusMessage.Interim("s", A).Number(46, 600));

        Assert.Equal([$"s {A} 400-"], world.Records());
        Assert.Equal(1UL, world.Tally.StartsMissed);
    }

    [Fact]
    public void A_lost_stop_ends_where_the_next_session_takes_the_address()
    {
        world.Hear(10, RadiusMessage.Start("old", A));
        world.Hear(500, RadiusMessage.Start("new", A));

        Assert.Equal([$"old {A} 10-", $"old {A} 10-500", $"new {A} 500-"], world.Records());
        Assert.Equal(1UL, world.Tally.Replaced);
    }

    [Fact]
    public void An_address_used_again_within_a_second_is_told_apart_in_either_order()
    {
        world.Hear(10, RadiusMessage.Start("old", A));
        world.Hear(500.4, RadiusMessage.Start("new", A));
        world.Hear(500.6, RadiusMessage.Stop("old", A));
        world.Hear(900.2, RadiusMessage.Stop("new", A));
        world.Hear(900.3, RadiusMessage.Start("third", A));

        Assert.Equal(
            [$"old {A} 10-", $"old {A} 10-500.4", $"new {A} 500.4-", $"new {A} 500.4-900.2", $"third {A} 900.3-"],
            world.Records());
        Assert.Equal(0UL, world.Tally.Conflicts);
    }

    [Fact]
    public void A_late_start_is_put_behind_the_session_that_came_after_it()
    {
        world.Hear(10, RadiusMessage.Start("first", A));
        world.Hear(500, RadiusMessage.Start("third", A));
        world.Hear(600, RadiusMessage.Start("second", A).Number(41, 300));

        Assert.Equal(
            [$"first {A} 10-", $"first {A} 10-500", $"third {A} 500-", $"first {A} 10-300", $"second {A} 300-500"],
            world.Records());
    }

    [Fact]
    public void A_late_stop_moves_the_end_that_was_presumed()
    {
        world.Hear(10, RadiusMessage.Start("old", A));
        world.Hear(500, RadiusMessage.Start("new", A));
        world.Hear(600, RadiusMessage.Stop("old", A).Number(41, 200));

        Assert.Equal($"old {A} 10-400", world.Records()[^1]);
    }

    [Fact]
    public void Two_live_sessions_of_one_address_are_both_kept_and_counted()
    {
        world.Hear(10, RadiusMessage.Start("here", A));
        world.Hear(500, RadiusMessage.Start("there", A));
        world.Hear(600, RadiusMessage.Interim("here", A).Number(46, 590));
        world.Hear(700, RadiusMessage.Interim("here", A).Number(46, 690));
        world.Hear(800, RadiusMessage.Stop("here", A).Number(46, 790));

        Assert.Equal(
            [$"here {A} 10-", $"here {A} 10-500", $"there {A} 500-", $"here {A} 500-", $"here {A} 500-800"],
            world.Records());
        Assert.Equal(1UL, world.Tally.Conflicts);
    }

    [Fact]
    public void Realms_keep_equal_addresses_of_two_servers_apart()
    {
        LineWorld two = new(new LineOptions
        {
            Realms = [new RealmRule("east", null, "e"), new RealmRule("", 100, "vpn")],
        });
        two.Hear(10, new RadiusMessage(1, "s", "east").Address(8, A));
        two.Hear(20, new RadiusMessage(1, "s", "west").Address(8, A));
        two.Hear(30, new RadiusMessage(1, "t", "west").Address(8, A).Vendor(6527, 100, 0, 0, 0, 100));

        Assert.Equal([$"e:s {A} 10-", $"s {A} 20-", $"vpn:t {A} 30-"], two.Records());
    }

    [Fact]
    public void A_server_that_begins_anew_ends_its_sessions_and_nobody_elses()
    {
        world.Hear(10, RadiusMessage.Start("s", A));
        world.Hear(11, new RadiusMessage(1, "t", "bras2").Address(8, B));
        world.Hear(50, new RadiusMessage(7));

        Assert.Equal([$"s {A} 10-", $"t {B} 11-", $"s {A} 10-50"], world.Records());
        Assert.Equal(1UL, world.Tally.EndedByServer);
    }

    [Fact]
    public void A_session_that_outlives_a_reset_of_another_part_of_its_server_goes_on_without_a_hole()
    {
        world.Hear(10, RadiusMessage.Start("s", A));
        world.Hear(50, new RadiusMessage(8));
        world.Hear(90, RadiusMessage.Interim("s", A).Number(46, 80));

        Assert.Equal([$"s {A} 10-", $"s {A} 10-50", $"s {A} 50-"], world.Records());
    }

    [Fact]
    public void A_session_that_stopped_sending_interims_ends_at_the_last_one()
    {
        world.Hear(0, RadiusMessage.Start("s", A));
        world.Hear(900, RadiusMessage.Interim("s", A).Number(46, 900));
        world.Table.AdvanceTo(LineWorld.At(900 + 3601));

        Assert.Equal([$"s {A} 0-", $"s {A} 0-900"], world.Records());
        Assert.Equal(1UL, world.Tally.TimedOut);
    }

    [Fact]
    public void A_session_without_a_sign_of_life_ends_where_its_server_sends_interims_for_others()
    {
        world.Hear(0, RadiusMessage.Start("s", A));
        world.Hear(0, RadiusMessage.Start("t", B));
        for (int i = 1; i <= 6; i++)
        {
            world.Hear(i * 900, RadiusMessage.Interim("t", B).Number(46, (uint)(i * 900)));
        }

        Assert.Equal([$"s {A} 0-", $"t {B} 0-", $"s {A} 0-0"], world.Records());
    }

    [Fact]
    public void A_long_session_is_recorded_again_every_six_hours()
    {
        world.Hear(0, RadiusMessage.Start("s", A));
        for (int hour = 1; hour <= 13; hour++)
        {
            world.Hear(hour * 3600, RadiusMessage.Interim("s", A).Number(46, (uint)(hour * 3600)));
        }

        Assert.Equal([$"s {A} 0-", $"s {A} 0-", $"s {A} 0-"], world.Records());
        Assert.Equal([true, false, false], world.Firsts);
    }

    [Fact]
    public void Addresses_that_come_and_go_during_a_session_have_their_own_times()
    {
        world.Hear(0, RadiusMessage.Start("s", A));
        world.Hear(10, RadiusMessage.Interim("s", A).Number(46, 10).Prefix(123, "2001:db8:100::", 56));
        world.Hear(20, RadiusMessage.Interim("s", B).Number(46, 20));
        world.Hear(30, RadiusMessage.Stop("s", B).Number(46, 30));

        Assert.Equal(
            [
                $"s {A} 0-", "s 2001:db8:100::/56 10-", $"s {A} 0-20", $"s {B} 20-", "s 2001:db8:100::/56 10-30",
                $"s {B} 20-30",
            ],
            world.Records());
    }

    [Fact]
    public void A_routed_address_beside_the_sessions_own_does_not_take_its_place()
    {
        for (int i = 0; i < 3; i++)
        {
            RadiusMessage message = i == 0 ? RadiusMessage.Start("s", A) : RadiusMessage.Interim("s", A);
            world.Hear(i * 10, message.Number(46, (uint)(i * 10)).Text(22, "192.0.2.7/32 0.0.0.0 1"));
        }

        Assert.Equal([$"s {A} 0-", "s 192.0.2.7 0-"], world.Records());
    }

    [Fact]
    public void A_nats_own_accounting_makes_blocks_and_no_session()
    {
        const string Range = "192.0.2.1 1024-2047 router base";
        world.Hear(0, RadiusMessage.Start("s", A));
        world.Hear(1, Nat(1, Range));
        world.Hear(5, Nat(3, "192.0.2.1 4096-5119 router base").Number(46, 4));
        world.Hear(8, Nat(3, "192.0.2.1 4096-5119 router base").Number(46, 7).Number(49, 15));
        world.Hear(9, Nat(2, Range).Number(46, 8));

        Assert.Equal(
            [
                $"s {A} 0-", $"{A} 192.0.2.1 1024-2047 1-", $"{A} 192.0.2.1 4096-5119 5-",
                $"{A} 192.0.2.1 4096-5119 5-8", $"{A} 192.0.2.1 1024-2047 1-9",
            ],
            world.Records());

        static RadiusMessage Nat(uint status, string range) => new RadiusMessage(status, "lsn", "nat1").Address(8, A)
            .Vendor(6527, 11, $"LSN44@{A}").Vendor(6527, 121, range);
    }

    [Fact]
    public void A_full_table_forgets_what_has_ended_and_then_refuses_without_leaving_the_old_holder_in_place()
    {
        LineWorld small = new(new LineOptions { SessionLimit = 1024 });
        for (int i = 0; i < 1024; i++)
        {
            small.Hear(i, RadiusMessage.Start($"s{i}", $"100.64.{i / 256}.{i % 256}"));
        }

        small.Hear(1100, RadiusMessage.Stop("s7", "100.64.0.7"));
        small.Hear(1101, RadiusMessage.Start("more", "100.65.0.1"));
        Assert.Equal(0UL, small.Tally.Refused);
        small.Hear(1102, RadiusMessage.Start("most", "100.64.0.9"));

        Assert.Equal((1UL, 1024), (small.Tally.Refused, small.Table.Count));
        Assert.Equal(["s9 100.64.0.9 9-1102", "most 100.64.0.9 1102-"], small.Records()[^2..]);
    }

    [Fact]
    public void A_name_heard_later_counts_from_then_on()
    {
        world.Hear(0, RadiusMessage.Start("s", A));
        world.Hear(60, RadiusMessage.Interim("s", A).Number(46, 60).Vendor(3561, 1, "node1 eth 1/1"));
        world.Hear(90, RadiusMessage.Stop("s", A).Number(46, 90).Vendor(3561, 1, "node1 eth 1/1"));

        Assert.Equal(
            [$"s {A} 0-", $"s {A} 0-60", $"node1 eth 1/1 {A} 60-", $"node1 eth 1/1 {A} 60-90"], world.Records());
    }

    [Fact]
    public void A_session_name_used_again_is_another_session()
    {
        world.Hear(0, RadiusMessage.Start("s", A));
        world.Hear(10, RadiusMessage.Stop("s", A));
        world.Hear(20, RadiusMessage.Start("s", B));
        world.Hear(30, RadiusMessage.Stop("s", B));
        world.Table.AdvanceTo(LineWorld.At(5000));

        Assert.Equal([$"s {A} 0-", $"s {A} 0-10", $"s {B} 20-", $"s {B} 20-30"], world.Records());
        Assert.Equal((0, 0), (world.Table.Count, world.Table.Addresses));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Whatever_order_messages_come_in_no_moment_of_an_address_has_two_lines(int seed)
    {
        // Sessions one after the other on few addresses; each message may come up to 3 s late, twice, or not at all.
        Random random = new(seed);
        List<(double At, RadiusMessage Message)> messages = [];
        Dictionary<string, List<(double From, double To, string Session)>> truth = [];
        foreach (string address in (string[])[A, B, "100.64.0.3"])
        {
            double time = 10;
            truth[address] = [];
            for (int i = 0; i < 60; i++)
            {
                string session = $"{address}-{i}";
                double end = time + 5 + (random.NextDouble() * 100);
                Send(time, RadiusMessage.Start(session, address));
                Send(end, RadiusMessage.Stop(session, address).Number(46, (uint)(end - time)));
                truth[address].Add((time, end, session));
                time = end + 0.2 + random.NextDouble();
            }
        }

        foreach ((double at, RadiusMessage message) in messages.OrderBy(message => message.At))
        {
            world.Hear(at, message);
        }

        world.AssertTrue(truth, $"seed {seed}", jitter: 0.2);

        void Send(double at, RadiusMessage message)
        {
            int copies = random.Next(10) switch { 0 => 0, 1 => 2, _ => 1 };
            for (int copy = 0; copy < copies; copy++)
            {
                messages.Add((at + (random.NextDouble() * 0.2), message));
            }
        }
    }
}
