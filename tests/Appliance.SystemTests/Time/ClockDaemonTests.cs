using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Linux.Clocks;
using Appliance.Supervisor.Link;
using Appliance.SystemTests.Linux;
using Appliance.SystemTests.Supervisor;
using Appliance.TestSupport;
using Appliance.Time;
using Appliance.Time.Observations;
using Appliance.Wire;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Time;

/// <summary>
/// A receiver on a pseudo-terminal and a real chronyd at the real daemon. Pulses come through the seam where it opens
/// its source: no machine that runs the tests has a PPS input.
/// </summary>
public sealed class ClockDaemonTests(ITestOutputHelper output) : IDisposable
{
    // Eight messages name the pulses, sixteen pulses in a row lock the clock.
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(60);
    private readonly string folder = Directory.CreateTempSubdirectory("clock-daemon-").FullName;

    private string Log => Path.Combine(folder, "clock");

    private string Journal => Path.Combine(folder, "journal");

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [RootFact("ip", "chronyd")]
    public void A_played_receiver_locks_the_daemon_and_its_absence_is_told_and_its_return_locks_again()
    {
        using VethPair cables = new(cables: 2);
        using RealChronyd chronyd = new("refclock SOCK @/feed.sock refid ICR poll 0 delay 0.000001");
        using PlayedReceiver receiver = new(Path.Combine(folder, "line"));
        object clock = Configuration(chronyd);
        using (ClockDaemon daemon = new(folder, cables, clock, _ => receiver.Pulses))
        {
            BoxStatus locked = WaitLocked(daemon);
            output.WriteLine(string.Join('\n', locked.Clock.Detail!.Events));
            Assert.Contains(locked.Clock.Detail.Class, "AB");
            Assert.Equal(("known", 37), (locked.Clock.Detail.Leap, locked.Clock.Detail.TaiMinusUtc));
            SendFlow(cables);
            daemon.WaitFor("a batch", LockPatience, status => status.Storage.Batches > 0);

            receiver.Unplug();
            BoxStatus coasting = daemon.WaitFor(
                "coasting", LockPatience, status => status.Clock.State == "free-running" && IsLineGone(status));
            Assert.Contains(coasting.Alarms, alarm => alarm.StartsWith("the clock coasts", StringComparison.Ordinal));
            Assert.NotNull(coasting.Clock.BoundUs);

            receiver.Plug();
            WaitLocked(daemon);
            daemon.WaitFor("fed", LockPatience, status => status.Clock.Detail!.Fed > 3);
            daemon.Stop();
        }

        ManifestClocksAre(named: 2);
        AssertHandedOver(clock, receiver);
        using (ClockDaemon again = new(folder, cables, clock, _ => receiver.Pulses))
        {
            // What it kept is there; no witness agrees with it yet, so the clock is unset until one does.
            BoxStatus first = again.WaitFor("started", LockPatience, status => status.Clock.Detail is not null);
            Assert.Equal(("unset", "the counter ran on since"), (first.Clock.State, first.Clock.Detail!.KeptBefore));
            again.Stop();
        }

        ManifestClocksAre(named: 3);
        Assert.True(Directory.GetFiles(Log).Length >= 2);
        AssertChronydFollows(chronyd);
    }

    [RootFact("ip")]
    public void A_receiver_behind_the_supervisor_locks_the_daemon_and_the_chip_is_given_the_second()
    {
        using VethPair cables = new(cables: 2);
        using RelayingChip chip = new();
        using PlayedReceiver receiver = new(chip.Relay);
        object clock = new
        {
            receiver = new { device = "supervisor", kind = "as-is", pulseNoiseNanoseconds = 1000 },
            pulses = new { kind = "kernel", device = "/dev/pps0" },
            log = new { folder = Log },
            kept = Path.Combine(folder, "clock.sealed"),
        };
        using ClockDaemon daemon = new(folder, cables, clock, _ => receiver.Pulses, chip.Path);
        BoxStatus locked = WaitLocked(daemon);
        SimulatedBox.WaitUntil(() => chip.Told is not null, "a second from the clock");

        Assert.Equal((0, 0), (locked.Clock.Detail!.ReceiverDamaged, locked.Supervisor!.ReceiverBytesLost));
        Assert.True(locked.Clock.Detail.ReceiverMessages > 30);
        SetTimeMessage set = chip.Told!;
        Assert.InRange(set.AccuracyMs, 1, 600);
        Assert.InRange(set.UnixSeconds, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 600, long.MaxValue);
    }

    // The process that takes over has the clock of the one before from its first stamp on.
    private void AssertHandedOver(object clock, PlayedReceiver receiver)
    {
        (ApplianceOptions options, KeySet keys, _) = ClockDaemon.Load(folder, clock);
        using ClockService next = new(options, keys, _ => receiver.Pulses, relay: null, isHandedOver: true);

        ClockReading now = next.Map(CounterReader.SystemClock().Reading.Nanoseconds);
        Assert.NotEqual(ClockState.Unset, now.State);
        // Half of the millisecond that a stamp can be late, and the clock itself.
        Assert.InRange(now.BoundUs, 500u, 1200u);
    }

    private static bool IsLineGone(BoxStatus status) =>
        status.Alarms.Any(alarm => alarm.StartsWith("clock: ", StringComparison.Ordinal) && alarm.Contains("line"));

    private static BoxStatus WaitLocked(ClockDaemon daemon) => daemon.WaitFor(
        "locked", LockPatience, status => status.Clock.State == "locked" && !HasClockAlarm(status));

    private static bool HasClockAlarm(BoxStatus status) =>
        status.Alarms.Any(alarm => alarm.Contains("clock", StringComparison.Ordinal));

    private static void SendFlow(VethPair cables)
    {
        using var sender = cables.Sender();
        byte[] frame = RawFrame.Make(17, 40_000, 53, 120);
        ((byte[])[100, 64, 0, 7]).CopyTo(frame, 26);
        ((byte[])[192, 0, 2, 53]).CopyTo(frame, 30);
        frame[39] = 120 - 34;
        Assert.True(sender.TrySend(frame));
    }

    // chronyd follows what it was given, which is the truth of the test: its own clock.
    private static void AssertChronydFollows(RealChronyd chronyd)
    {
        using ChronyLink link = new(chronyd.Command, chronyd.At("ours.sock"));
        Answers answers = new();
        Assert.True(link.TryAsk(answers));
        Assert.Equal(PeerState.Synchronised, answers.Peers[0].State);
        Assert.Equal("ICR\0"u8.ToArray(), BitConverter.GetBytes((uint)answers.Peers[0].Identity).Reverse());
    }

    private object Configuration(RealChronyd chronyd) => new
    {
        receiver = new
        {
            device = Path.Combine(folder, "line"), kind = "as-is", baud = 0, pulseNoiseNanoseconds = 1000,
        },
        pulses = new { kind = "kernel", device = "/dev/pps0" },
        peers = new { chrony = chronyd.Command, socketFolder = folder, pollSeconds = 2 },
        chronyFeed = chronyd.At("feed.sock"),
        log = new { folder = Log },
        kept = Path.Combine(folder, "clock.sealed"),
    };

    private void ManifestClocksAre(int named)
    {
        Outcome verify = Programs.Icrctl(
            "clock", "verify", Log, "--journal", Journal, "--keys", Path.Combine(folder, "keys"));
        output.WriteLine(verify.Output + verify.Error);
        Assert.Equal(0, verify.Code);
        Assert.Contains("another 0, none 0", verify.Output);
        Assert.Contains("whole: every state and bound is what these rows give", verify.Output);
        Assert.True(Summaries().Count >= named);
        Assert.Contains(Summaries(), summary => (summary.States & (1u << (int)ClockState.Locked)) != 0
            && summary.LeapSeconds == 37);
    }

    private List<ClockSummary> Summaries()
    {
        List<ClockSummary> found = [];
        KeySet keys = KeySet.TryParse(
            File.ReadAllText(Path.Combine(folder, "keys", KeySet.FileName)), out KeySet? read, out _) ? read! : null!;
        ChainVerifier chain = new(keys.DeviceKey, new ReaderRules(keys.Device, keys.Notice, int.MaxValue));
        using FlashFolder flash = FlashFolder.OpenForReading(Journal);
        foreach (JournalFrame frame in new JournalReader(flash).Frames())
        {
            if (frame.Label.Kind == FrameKind.EpochStatement)
            {
                chain.AddEpoch(frame.Payload);
            }
            else if (frame.Label.Kind == FrameKind.Batch)
            {
                chain.AddBatch(frame.Payload, out VerifiedBatch? batch);
                found.Add(batch!.Manifest.Clock);
            }
        }

        return found;
    }
}
