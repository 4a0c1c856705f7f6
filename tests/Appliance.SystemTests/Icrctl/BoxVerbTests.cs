using System.Security.Cryptography;
using Appliance.Edge.Service;
using Appliance.Icrctl;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.SystemTests.Icrctl;

/// <summary>What a field engineer reads of a box: transcripts of the verbs that ask the daemon.</summary>
public sealed class BoxVerbTests
{
    [Transcript("icrctl status")]
    [Fact]
    public void Status_is_the_whole_of_it_on_one_screen() => AssertPrints(
        "status",
        """
        OK  device 00112233445566778899aabbccddeeff, version 1.0, up 3600 s
        epoch     3; the start found the journal clean
        start     from a stop, 850 ms not recorded before it; recording after 420 ms
        memory    260 MiB now, 1,117 with 4,000,000 flows (configured) and 500 ms of rings
                  of 1,536 MiB (the machine's 2048 MiB, less what the rest of it needs)
        clock     network, within 1,500 us
        flows     1,200 of 4,000,000 open, 50,000 closed, 0 evicted
        joined    49,000 attributed, 800 ambiguous
                  200 unattributed
        records   61,000 written, 0 dropped
        packets   longest pause 3.0 ms in the last minute, 12.0 ms since the start; 0 ms waited for the writer
        leg       mirror0    inside        1,000,000 packets        0 dropped       25 duplicates, ring 1 % full
        leg       mirror1    outside         990,000 packets        0 dropped       25 duplicates, ring 1 % full
        mirror    inside: the mirror hides about 3 packets in a million
                  3 packets not shown in all, 0 shortened, 40 flows on this leg only
        mirror    outside: the mirror hides about 3 packets in a million
                  3 packets not shown in all, 0 shortened, 40 flows on this leg only
        delay     outside against inside: 1.25 ms earlier (+-0.18), drift 2 us/s, 49,000 flows, 1 step
        journal   620 batches, 4 segments, 67,108,864 bytes in /var/lib/appliance
        uplink    connected to vault:8883; 2 batches without a receipt (40,000 bytes, the oldest 3 s old), 618 receipted
        """);

    [Transcript("icrctl legs")]
    [Fact]
    public void Legs_shows_each_interface_and_what_the_mirror_hides() => AssertPrints(
        "legs",
        """
        leg       mirror0    inside        1,000,000 packets        0 dropped       25 duplicates, ring 1 % full
        leg       mirror1    outside         990,000 packets        0 dropped       25 duplicates, ring 1 % full
        mirror    inside: the mirror hides about 3 packets in a million
                  3 packets not shown in all, 0 shortened, 40 flows on this leg only
        mirror    outside: the mirror hides about 3 packets in a million
                  3 packets not shown in all, 0 shortened, 40 flows on this leg only
        delay     outside against inside: 1.25 ms earlier (+-0.18), drift 2 us/s, 49,000 flows, 1 step
        """);

    [Transcript("icrctl nat")]
    [Fact]
    public void Nat_shows_how_many_flows_found_their_line() => AssertPrints(
        "nat",
        """
        flows     1,200 of 4,000,000 open, 50,000 closed, 0 evicted
        joined    49,000 attributed, 800 ambiguous
                  200 unattributed
        records   61,000 written, 0 dropped
        timeout   default, udp: a binding ends 298.5 to 301.2 s after its last packet (4,100 kept, 760 changed)
        """);

    [Transcript("icrctl storage")]
    [Fact]
    public void Storage_shows_what_lies_on_the_flash() => AssertPrints(
        "storage",
        """
        journal   620 batches, 4 segments, 67,108,864 bytes in /var/lib/appliance
        """);

    [Transcript("icrctl uplink")]
    [Fact]
    public void Uplink_shows_what_has_no_receipt_yet() => AssertPrints(
        "uplink",
        """
        uplink    connected to vault:8883; 2 batches without a receipt (40,000 bytes, the oldest 3 s old), 618 receipted
        """);

    [Transcript("icrctl clock")]
    [Fact]
    public void Clock_of_the_kernel_is_its_state_and_bound() => AssertPrints(
        "clock",
        """
        clock     network, within 1,500 us
        """);

    [Transcript("icrctl clock")]
    [Fact]
    public void Clock_of_the_box_shows_time_satellites_witnesses_log_and_events() => AssertPrints(
        ToldStatus.Good with { Clock = ToldStatus.OwnClock },
        "clock",
        """
        clock     locked, within 8 us; class A
        leg       mirror0 inside: records within 5 us
        leg       mirror1 outside: records within 8 us
        time      2026-11-22T07:46:28Z within 61 ns; the counter runs off by -1,234.5 ns/s
        leap      known, TAI - UTC = 37 s until 2027-06-28
        receiver  11 of 14 satellites used; 120,000 messages, 2 damaged; 30,000 pulses, 2 more without a time
        peers     1,870 answers
        chronyd   took 29,980 samples
        checks    all hold
        system    its clock was stepped 0 times by others
        before    the counter ran on since
        log       00000007-020779.anchors, 1,200,000 bytes, head 00112233445566ff
        event     2026-11-21T23:26:40Z  clock locked; leap seconds known
        event     3 more are in no manifest
        """);

    [Transcript("icrctl watch")]
    [Fact]
    public void Watch_is_a_line_each_time() => AssertPrints(
        "watch",
        """
        ok            1,990,000 packets        0 dropped     1,200 flows       49,000 attributed     620 batches
        """,
        "--count", "1");

    [Transcript("icrctl selftest")]
    [Fact]
    public void Selftest_passes_a_box_that_may_be_left() => AssertPrints(
        "selftest",
        """
        pass  interface mirror0 (inside) has shown 1,000,000 packets
        pass  ring      mirror0 (inside) lost nothing on this box
        pass  interface mirror1 (outside) has shown 990,000 packets
        pass  ring      mirror1 (outside) lost nothing on this box
        pass  mirror    inside: the mirror hides about 3 packets in a million
        pass  slicing   inside: frames arrive whole
        pass  copies    inside: 25 packets were shown twice and counted once
        pass  mirror    outside: the mirror hides about 3 packets in a million
        pass  slicing   outside: frames arrive whole
        pass  copies    outside: 25 packets were shown twice and counted once
        pass  balance   999,975 packets inside, 989,975 outside
        pass  join      0.1 % of the flows are on the inside leg only
        pass  join      0.1 % of the flows are on the outside leg only
        pass  delay     outside against inside: 1.25 ms earlier (+-0.18), drift 2 us/s, 49,000 flows, 1 step
        pass  flows     1,200 of 4,000,000 open, none given up
        pass  clock     network, within 1,500 us
        pass  storage   620 batches in /var/lib/appliance
        17 passed, 0 to look at, 0 failed
        """);

    [Transcript("icrctl selftest")]
    [Fact]
    public void Selftest_fails_a_box_with_a_dead_port_and_no_clock_and_says_what_to_do()
    {
        BoxStatus bad = ToldStatus.Good with
        {
            Health = "warning",
            Clock = new ClockStatus("unset", null),
            Legs = [ToldStatus.Leg("mirror0", "inside", 1_000_000), ToldStatus.Leg("mirror1", "outside", 0)],
        };
        using ToldStatus told = new(bad);

        Outcome outcome = Programs.Icrctl("selftest", "--socket", told.Path);

        Assert.Equal((1, ""), (outcome.Code, outcome.Error));
        Assert.Contains(
            "FAIL  interface mirror1 (outside) has shown no packet; check the mirror session, the port and its cable\n",
            outcome.Output);
        Assert.Contains(
            "FAIL  clock     the clock is unset: records carry no time bound; start chrony or another discipline\n",
            outcome.Output);
        Assert.EndsWith("2 failed\n", outcome.Output);
    }

    [Transcript("icrctl selftest")]
    [Transcript("icrctl verify")]
    [Fact]
    public void An_acceptance_is_written_down_signed_by_the_box_and_checked_with_its_public_key()
    {
        KeySet keys = KeySet.MakeLab(RandomNumberGenerator.Fill, 20_000, 1);
        using ToldStatus told = new(
            ToldStatus.Good with { Device = keys.Device.ToString() },
            hash => SignedBy(keys, hash));
        DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-acceptance-");
        string In(string name) => Path.Combine(folder.FullName, name);
        File.WriteAllText(In(KeySet.FileName), keys.ForStore().ToJson());
        File.WriteAllText(In("answers"), "1 yes seals 14, 15\n2 yes\n3 yes\n20 yes back after 70 s\n22 yes\n");
        string[] asked =
            ["selftest", "--socket", told.Path, "--answers", In("answers"), "--protocol", In("protocol")];

        Outcome first = Programs.Icrctl(asked);
        Outcome again = Programs.Icrctl(asked);
        Outcome check = Programs.Icrctl("verify", In("protocol"), "--keys", folder.FullName);
        Outcome keyless = Programs.Icrctl("verify", In("protocol"));
        File.WriteAllText(In("protocol"), File.ReadAllText(In("protocol")).Replace("after 70 s", "after 10 s"));
        Outcome changed = Programs.Icrctl("verify", In("protocol"), "--keys", folder.FullName);
        folder.Delete(recursive: true);

        Assert.Equal((1, ""), (first.Code, first.Error));
        Assert.Contains("pass  step 20   the supply is pulled for a minute", first.Output);
        Assert.EndsWith(
            "open  step 21   the lid is opened: the store shows the alarm; closed again and acknowledged\n"
            + "pass  step 22   one own connection, made through the NAT, is found by the retention operator under a "
            + "test order\nby hand: 5 passed, 0 failed, 1 open\n", first.Output);
        Assert.Equal(2, again.Code);
        Assert.EndsWith("a protocol is never written over, name a new file\n", again.Error);
        Assert.Matches(
            $@"^acceptance of device {keys.Device} in epoch 3, 20\d\d-[-0-9T:]+Z\nwhole     yes\n"
            + "signed    yes, by the device's key at 2027-01-15T08:00:00Z by its own clock, within 2 ms\n"
            + "accepted  no: a check failed, or a step is not passed\nProven: ", check.Output);
        Assert.Equal((0, ""), (check.Code, check.Error));
        Assert.Equal(2, keyless.Code);
        Assert.EndsWith("give its folder with --keys DIR, not from the box\n", keyless.Error);
        Assert.Equal(1, changed.Code);
        Assert.Contains("whole     NO: it was changed after it was written\n", changed.Output);
        Assert.Contains("signed    NO: it is of another protocol\n", changed.Output);
    }

    [Fact]
    public void A_protocol_that_the_box_does_not_sign_is_written_all_the_same_and_is_not_passed()
    {
        using ToldStatus told = new(ToldStatus.Good);
        Outcome all = Programs.Icrctl("selftest", "--socket", told.Path, "--yes", "--json");

        Assert.Equal(1, all.Code);
        Assert.Contains("\"signature\": null,\n", all.Output);
        Assert.Equal(
            "icrctl: the protocol is not signed: what the daemon answers is no signature; are daemon and icrctl of "
            + "one version?\n", all.Error);
    }

    [Fact]
    public void A_daemon_that_does_not_answer_is_one_line_that_says_what_to_look_at()
    {
        Outcome outcome = Programs.Icrctl("status", "--socket", "/nowhere/admin.sock");

        Assert.Equal((2, ""), (outcome.Code, outcome.Output));
        Assert.Equal(
            "icrctl: the daemon does not answer on /nowhere/admin.sock; is it running (systemctl status appliance), "
                + "and are you root?\n",
            outcome.Error);
    }

    private static string SignedBy(KeySet keys, string hash)
    {
        using SigningKey key = keys.OpenDeviceKey();
        AcceptanceStatement statement = new(
            keys.Device, new EpochRef(3, default), new KnownTime(1_800_000_000_000_000, 2_000),
            Hash32.FromBytes(Convert.FromHexString(hash)));
        return Convert.ToHexStringLower(statement.Sign(key).Bytes);
    }

    private static void AssertPrints(string verb, string text, params string[] more) =>
        AssertPrints(ToldStatus.Good, verb, text, more);

    private static void AssertPrints(BoxStatus status, string verb, string text, params string[] more)
    {
        using ToldStatus told = new(status);

        Outcome outcome = Programs.Icrctl([verb, "--socket", told.Path, .. more]);

        Assert.Equal((0, ""), (outcome.Code, outcome.Error));
        Assert.Equal(text, outcome.Output.TrimEnd());
    }
}
