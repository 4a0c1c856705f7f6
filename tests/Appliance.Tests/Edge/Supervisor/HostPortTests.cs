using System.Security.Cryptography;
using Appliance.Edge.Clocks;
using Appliance.Edge.Supervisor;
using Appliance.Supervisor.Link;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Edge.Supervisor;

/// <summary>The host's side of the supervisor's line, against the chip's side of the same link.</summary>
public sealed class HostPortTests : IDisposable
{
    private static readonly byte[] TestBytes = [9, 8, 7];
    private readonly ChipSide chip = new();

    public void Dispose() => chip.Dispose();

    [Fact]
    public void It_greets_arms_the_watchdog_and_lives_and_does_so_again_when_the_chip_begins_anew()
    {
        chip.SayHello();
        chip.Pass(3_000);

        Assert.Equal(3, chip.Count(LinkKind.Heartbeat));
        WatchdogMessage armed = new();
        Assert.True(armed.Read(chip.Last(LinkKind.Watchdog), 4));
        Assert.Equal((1, 60), (armed.Arm, armed.TimeoutSeconds));
        Assert.Equal(("connected", "1.2.3"), (chip.Host.Status().State, chip.Host.Status().Firmware));
        int before = chip.Count(LinkKind.Watchdog);

        chip.RestartChip();
        chip.SayHello();
        chip.Pass(3_000);
        Assert.True(chip.Count(LinkKind.Watchdog) > before);
    }

    [Fact]
    public void A_box_that_does_not_live_gives_no_sign_of_life()
    {
        chip.SayHello();
        chip.Pass(2_000);
        int before = chip.Count(LinkKind.Heartbeat);

        chip.Lives = false;
        chip.Pass(10_000);
        Assert.Equal(before, chip.Count(LinkKind.Heartbeat));

        chip.Lives = true;
        chip.Pass(1_000);
        Assert.Equal(before + 1, chip.Count(LinkKind.Heartbeat));
    }

    [Fact]
    public void A_chip_that_says_nothing_or_another_version_is_an_alarm()
    {
        chip.Pass(1_000);
        Assert.Equal("silent", chip.Host.Status().State);
        Assert.StartsWith("the supervisor says nothing", Assert.Single(chip.Host.Status().Alarms));

        chip.Say(LinkKind.Hello, new HelloMessage { ProtocolMin = 2, ProtocolMax = 3, Role = 1 }.Write);
        chip.Pass(200);
        Assert.Equal("other-version", chip.Host.Status().State);
        Assert.Contains("icrctl update", Assert.Single(chip.Host.Status().Alarms));
    }

    [Fact]
    public void A_tamper_alarm_evicts_before_it_is_recorded_and_locks_for_every_later_start()
    {
        Raise(7, AlarmKind.TamperLid);
        chip.Pass(500);

        Assert.Equal([7L], chip.Tampered);
        Assert.Equal(7, AlarmBook.Open(chip.BookPath).Lock?.Number);
        Assert.Equal(1, chip.Count(LinkKind.AlarmRecorded));
        Assert.True(AlarmBook.Open(chip.BookPath).TryAcknowledge(0, "looked at it", 1_800_000_100));
        Assert.Null(AlarmBook.Open(chip.BookPath).Lock);
    }

    [Fact]
    public void What_the_flash_does_not_take_is_not_said_to_be_recorded_and_comes_again()
    {
        Directory.CreateDirectory(chip.BookPath + ".new");
        Raise(3, AlarmKind.FanStalled);
        chip.Pass(2_000);
        Assert.Equal((0, 1), (chip.Count(LinkKind.AlarmRecorded), chip.Chip.Waiting));

        Directory.Delete(chip.BookPath + ".new");
        chip.Pass(3_000);
        Assert.Equal((1, 0), (chip.Count(LinkKind.AlarmRecorded), chip.Chip.Waiting));
        Assert.Equal(3, AlarmBook.Open(chip.BookPath).LastNumber);
    }

    [Fact]
    public void A_damaged_book_stops_the_start_since_it_may_hide_a_lock()
    {
        File.WriteAllText(chip.BookPath, "{ \"lock\":");
        IOException told = Assert.Throws<IOException>(() => AlarmBook.Open(chip.BookPath));
        Assert.Contains("look at the case", told.Message);
    }

    [Fact]
    public void Failing_power_is_known_until_it_is_gone()
    {
        Raise(1, AlarmKind.PowerFailing);
        chip.Pass(500);
        Assert.True(chip.Host.IsPowerFailing);

        chip.Say(LinkKind.Alarm, new AlarmMessage { Number = 2, Kind = AlarmKind.PowerFailing }.Write);
        chip.Pass(500);
        Assert.False(chip.Host.IsPowerFailing);
    }

    [Fact]
    public void Standing_alarms_and_measurements_are_in_the_status_in_words()
    {
        chip.SayHello();
        chip.Say(LinkKind.Health, new HealthMessage
        {
            SupplyMillivolts = 11_950, FanRpm = 0, BoardMilliC = 41_260, ActiveAlarms = 1 << AlarmKind.FanStalled,
        }.Write);
        chip.Say(LinkKind.Oscillator, new OscillatorMessage { State = OscillatorState.Holdover }.Write);
        chip.Pass(200);

        SupervisorStatus status = chip.Host.Status();
        Assert.Equal((11_950, 41.3, "holdover"), (status.SupplyMillivolts, status.BoardCelsius, status.Oscillator));
        Assert.Equal("the fan is driven and does not turn; exchange it", Assert.Single(status.Alarms));
    }

    [Fact]
    public void The_receivers_bytes_reach_the_clock_in_order_and_a_hole_is_counted()
    {
        byte[] taken = new byte[16];
        SayReceiver(offset: 0, TestBytes);
        chip.Pass(200);
        Assert.Equal(0, chip.Relay.Read(taken, timeoutMs: 0, out _));
        SayReceiver(offset: TestBytes.Length, [1, 2, 3]);
        SayReceiver(offset: TestBytes.Length + 5, [6]);
        chip.Pass(200);

        int count = chip.Relay.Read(taken, timeoutMs: 0, out RawTime at);

        Assert.Equal([1, 2, 3, 6], taken[..count]);
        Assert.Equal((2, chip.NowMs - 100), (chip.Relay.LostBytes, at.Nanoseconds));
        chip.Relay.Write([0xB5, 0x62]);
        chip.Pass(200);
        Assert.Equal([0xB5, 0x62], chip.Last(LinkKind.ReceiverBytes));
    }

    [Fact]
    public void What_the_receiver_says_while_nobody_reads_it_is_neither_kept_nor_called_lost()
    {
        byte[] taken = new byte[16];
        chip.Relay.Read(taken, timeoutMs: 0, out _);
        chip.Relay.Dispose();
        SayReceiver(offset: 0, TestBytes);
        chip.Pass(200);

        Assert.Equal(0, chip.Relay.Read(taken, timeoutMs: 0, out _));
        Assert.Equal(0, chip.Relay.LostBytes);
    }

    [Fact]
    public void The_chips_clock_is_set_by_the_boxs_own_as_soon_as_that_knows_the_second()
    {
        chip.Time = null;
        chip.SayHello();
        chip.Pass(2_000);
        Assert.Equal(0, chip.Count(LinkKind.SetTime));
        chip.Time = new BoardTime(1_800_000_000, 1_001);
        chip.Pass(500);
        Assert.Equal(0, chip.Count(LinkKind.SetTime));

        chip.Time = BoardTime.Of(1_799_999_999_600_000_000, 2_500_000);
        chip.Pass(2_000);

        SetTimeMessage set = new();
        Assert.True(set.Read(chip.Last(LinkKind.SetTime), SetTimeMessage.Bytes));
        Assert.Equal((1, 1_800_000_000, 404), (chip.Count(LinkKind.SetTime), set.UnixSeconds, set.AccuracyMs));
        Assert.Null(BoardTime.Of(0, double.PositiveInfinity));
    }

    [Fact]
    public void An_update_is_sent_where_the_chip_wants_it_and_a_trial_that_works_is_kept()
    {
        byte[] image = new byte[1_000];
        new Random(8).NextBytes(image);
        chip.SayHello(rollbackFloor: 4);
        chip.Say(LinkKind.Health, new HealthMessage().Write);
        chip.Pass(200);
        Assert.True(FirmwareUpdate.TryMake(
            Signed(image, rollback: 4), chip.Host.RollbackFloor!.Value, chip.NowMs, out FirmwareUpdate? update, out _));
        chip.Host.Update = update;
        chip.Pass(200);
        Assert.Equal((1, 0), (chip.Count(LinkKind.UpdateBegin), chip.Count(LinkKind.UpdateBlock)));

        chip.Say(LinkKind.UpdateStatus, new UpdateStatusMessage { Phase = UpdatePhase.Receiving }.Write);
        chip.Pass(3_000);
        Assert.Equal(
            image,
            chip.Heard.Where(one => one.Kind == LinkKind.UpdateBlock).SelectMany(one => one.Payload[4..]));
        Assert.Equal(1, chip.Last(LinkKind.UpdateCommand)[0]);

        chip.Say(LinkKind.UpdateStatus, new UpdateStatusMessage { Phase = UpdatePhase.Staged }.Write);
        chip.Pass(1_000);
        Assert.Equal("staged: the chip starts anew with it", chip.Host.Status().Update);
        Assert.Equal(4, chip.Last(LinkKind.UpdateCommand)[0]);

        // What the old firmware measured says nothing of the new one.
        chip.RestartChip();
        chip.SayHello(rollbackFloor: 4);
        chip.Say(LinkKind.UpdateStatus, new UpdateStatusMessage { Phase = UpdatePhase.Trial }.Write);
        chip.Pass(1_000);
        Assert.Equal(4, chip.Last(LinkKind.UpdateCommand)[0]);
        chip.Say(LinkKind.Health, new HealthMessage().Write);
        chip.Pass(1_000);
        Assert.Equal(3, chip.Last(LinkKind.UpdateCommand)[0]);
        chip.Say(LinkKind.UpdateStatus, new UpdateStatusMessage { Phase = UpdatePhase.Idle, HoldsKey = 1 }.Write);
        chip.Pass(200);
        Assert.Equal(
            ("the new firmware runs and is kept", true),
            (chip.Host.Status().Update, chip.Host.Status().HoldsUpdateKey));
    }

    [Theory]
    [InlineData(3, 0, "it is older than what the chip may go back to")]
    [InlineData(4, 1, "its image is not the one that was signed")]
    public void What_can_be_seen_to_be_wrong_is_refused_before_a_byte_is_sent(int rollback, int flip, string words)
    {
        byte[] file = Signed(new byte[300], rollback);
        file[^1] ^= (byte)flip;
        Assert.False(FirmwareUpdate.TryMake(file, 4, 0, out _, out string problem));
        Assert.StartsWith(words, problem);
        Assert.False(FirmwareUpdate.TryMake(file[..80], 4, 0, out _, out _));
        Assert.False(FirmwareUpdate.TryMake(file[..^1], 4, 0, out _, out _));
    }

    private static byte[] Signed(byte[] image, int rollback)
    {
        UpdateBeginMessage head = new() { Rollback = rollback, Length = image.Length, Hash = SHA256.HashData(image) };
        byte[] written = new byte[UpdateBeginMessage.Bytes];
        head.Write(written);
        return [.. written, .. image];
    }

    private void Raise(int number, int kind) =>
        chip.Say(LinkKind.Alarm, new AlarmMessage { Number = number, Kind = kind, Raised = 1 }.Write);

    private void SayReceiver(int offset, byte[] bytes)
    {
        GnssBytesMessage message = new() { StreamOffset = offset, Count = bytes.Length };
        bytes.CopyTo(message.Data, 0);
        chip.Say(LinkKind.GnssBytes, message.Write);
    }
}
