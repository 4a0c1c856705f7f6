using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Supervisor;

/// <summary>
/// The real daemon at a serial line with the whole firmware on its other end, on the simulated board.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class SupervisedBoxTests
{
    [Transcript("icrctl tamper")]
    [Transcript("icrctl tamper acknowledge")]
    [RootFact("ip")]
    public void A_case_that_is_opened_takes_the_keys_until_an_engineer_has_looked()
    {
        using SimulatedBox board = new();
        using BoardDaemon box = new(board.Path, batchSeconds: 3600);
        board.WaitFor((chip, _) => chip.Host.State == HostState.Watched, "host that is watched");
        box.WaitForStatus(s => s.GetProperty("health").GetString() != "locked", "a recording box");

        // Open: the process that holds keys ends, and what it had is on the flash with the alarm in its manifest.
        board.Drive(BoardPins.TamperLid, true);
        Assert.Equal(0, box.Finish());
        Assert.True(box.HasOnFlash(": lid opened raised"));
        Assert.False(board.At((_, pins) => pins.ReadPin(BoardPins.HostTamper)));

        // The next one reads no key, says so to chip and engineer, and is not talked out of it while the case is open.
        box.Start();
        JsonElement locked = box.WaitForStatus(
            s => s.GetProperty("supervisor").GetProperty("is_open").GetBoolean(), "a locked box with an open case");
        Assert.Equal("locked", locked.GetProperty("health").GetString());
        board.WaitFor((chip, _) => chip.Alarms.Unrecorded() == 0, "alarm that the chip may forget");
        Outcome shown = box.Icrctl("tamper");
        Assert.Equal(1, shown.Code);
        Assert.Matches(
            @"^LOCKED    tamper alarm \d+ \(lid opened\) of 2027-01-15 08:00:\d\dZ: the keys are evicted and nothing "
            + @"is recorded; look at the box, then `icrctl tamper acknowledge --reason TEXT`\n$", shown.Output);
        Outcome early = box.Icrctl("tamper", "acknowledge", "--reason", "looked at");
        Assert.Equal((2, "icrctl: the case is still open; close it first\n"), (early.Code, early.Error));

        board.Drive(BoardPins.TamperLid, false);
        box.WaitForStatus(s => !s.GetProperty("supervisor").GetProperty("is_open").GetBoolean(), "a closed case");
        Outcome said = box.Icrctl("tamper", "acknowledge", "--reason", "lid opened by us, seals 14 and 15");
        Assert.Equal((0, "acknowledged; the service begins anew with its keys\n"), (said.Code, said.Output));
        Assert.Equal(0, box.Finish());

        // The chip opens its latch only for a host that knows every alarm; then its line rises again.
        box.Start();
        box.WaitForStatus(s => s.GetProperty("health").GetString() != "locked", "a recording box again");
        board.WaitFor((chip, pins) => chip.Tamper.Latched == 0 && pins.ReadPin(BoardPins.HostTamper), "open latch");
        BedProcess.Signal("TERM", box.Id);
        Assert.Equal(0, box.Finish());
        Assert.True(box.HasOnFlash("acknowledged by user 0"));
        board.WaitFor((chip, _) => chip.Host.State == HostState.Unwatched, "watchdog that is not armed");
    }

    [RootFact("ip")]
    public void Failing_power_makes_the_open_batch_durable_before_it_is_gone()
    {
        using SimulatedBox board = new();
        using BoardDaemon box = new(board.Path, batchSeconds: 3600);
        board.WaitFor((chip, _) => chip.Host.State == HostState.Watched, "host that is watched");
        JsonElement before = box.WaitForStatus(s => s.GetProperty("storage").TryGetProperty("batches", out _), "a box");
        Assert.Equal(0, before.GetProperty("storage").GetProperty("batches").GetInt64());

        board.At((_, pins) => pins.SupplyMillivolts = 9_100);
        board.Drive(BoardPins.PowerFail, false);
        SimulatedBox.WaitUntil(() => box.HasOnFlash(": power failing raised"), "batch with the warning");
        JsonElement failing = box.WaitForStatus(
            s => Supply(s) == 9_100, "the low supply");
        Assert.Contains(
            failing.GetProperty("alarms").EnumerateArray(),
            alarm => alarm.GetString()!.StartsWith("the power is failing"));
        Assert.False(board.At((_, pins) => pins.ReadPin(BoardPins.HostPowerFail)));

        // Now it goes, for both at once; what was promised is there when it is back, and told as over.
        box.Kill();
        board.At((_, pins) => pins.SupplyMillivolts = 12_000);
        board.Drive(BoardPins.PowerFail, true);
        board.CutPower(seconds: 30);
        box.Start();
        JsonElement after = box.WaitForStatus(
            s => Supply(s) == 12_000, "a box with its supply");
        Assert.Equal("connected", after.GetProperty("supervisor").GetProperty("state").GetString());
        Assert.True(box.HasOnFlash(": power failing raised"));
    }

    [RootFact("ip")]
    public void The_status_follows_the_oscillator_from_lock_into_holdover_and_back()
    {
        using SimulatedBox board = new(secondsBefore: 600);
        using BoardDaemon box = new(board.Path, batchSeconds: 3600);
        WaitForOscillator(box, "locked");
        Assert.Contains("oscillator locked", box.Icrctl("status").Output);

        board.At((_, pins) => pins.Receiver.HasFix = false);
        WaitForOscillator(box, "holdover");

        // Back takes minutes of the board's time; at ten times its speed a heartbeat still comes within the watchdog's.
        board.Speed = 10;
        board.At((_, pins) => pins.Receiver.HasFix = true);
        WaitForOscillator(box, "locked");
        Assert.Equal(OscillatorState.Track, board.At((chip, _) => chip.Oscillator.State));
    }

    [RootFact("ip")]
    public void A_line_that_babbles_costs_frames_and_one_that_is_silent_is_an_alarm()
    {
        using SimulatedBox board = new();
        using BoardDaemon box = new(board.Path, batchSeconds: 3600);
        board.WaitFor((chip, _) => chip.Host.State == HostState.Watched, "host that is watched");

        board.IsNoisy = true;
        JsonElement noisy = box.WaitForStatus(
            s => s.GetProperty("supervisor").GetProperty("link_faults").GetInt64() > 100, "a line with faults");
        Assert.NotEqual("locked", noisy.GetProperty("health").GetString());
        board.WaitFor((chip, _) => chip.Link.BadFrames > 100, "noise that the chip counts");
        board.IsNoisy = false;
        box.WaitForStatus(IsConnected, "a line that is understood again");
        board.WaitFor((chip, _) => chip.Host.State == HostState.Watched, "host that is watched again");

        board.IsMute = true;
        JsonElement silent = box.WaitForStatus(
            s => s.GetProperty("supervisor").GetProperty("state").GetString() == "silent", "a silent line");
        Assert.Contains(
            silent.GetProperty("alarms").EnumerateArray(),
            alarm => alarm.GetString()!.StartsWith("the supervisor says nothing"));
        board.IsMute = false;
        box.WaitForStatus(IsConnected, "a line that says something again");
        Assert.Equal(1, board.Starts);
    }

    [RootFact("ip")]
    public void A_host_that_hangs_loses_its_power_gets_it_back_and_is_told_why()
    {
        using SimulatedBox board = new();
        using BoardDaemon box = new(board.Path, batchSeconds: 3600);
        board.WaitFor((chip, _) => chip.Host.State == HostState.Watched, "host that is watched");
        BedProcess.Signal("STOP", box.Id);

        // 45 s of patience and 10 s of warning pass at twenty times their speed; who hangs hears nothing of it.
        (board.IsMute, board.Speed) = (true, 20);
        board.WaitFor((_, pins) => !pins.ReadPin(BoardPins.HostPower), "power that is cut");
        box.Kill();
        board.WaitFor((_, pins) => pins.ReadPin(BoardPins.HostPower), "power that is back");
        (board.IsMute, board.Speed) = (false, 1);
        box.Start();

        // The board's health may be heard before it has said which link it speaks.
        box.WaitForStatus(
            s => Number(s, "power_cycles") == 1
                && s.GetProperty("supervisor").GetProperty("state").GetString() == "connected",
            "a box that knows of the cut");
        board.WaitFor((chip, _) => chip.Host.State == HostState.Watched && chip.Alarms.Unrecorded() == 0,
            "host that is watched and has taken the alarm");
        BedProcess.Signal("TERM", box.Id);
        Assert.Equal(0, box.Finish());
        Assert.True(box.HasOnFlash(": host hung raised"));
    }

    private static void WaitForOscillator(BoardDaemon box, string state) => box.WaitForStatus(
        s => s.GetProperty("supervisor").GetProperty("oscillator").GetString() == state, $"an oscillator in {state}");

    private static int? Supply(JsonElement status) => Number(status, "supply_millivolts");

    // Null until the chip has measured.
    private static int? Number(JsonElement status, string name) =>
        status.GetProperty("supervisor").GetProperty(name) is { ValueKind: JsonValueKind.Number } number
            ? number.GetInt32() : null;

    private static bool IsConnected(JsonElement status) =>
        status.GetProperty("supervisor").GetProperty("state").GetString() == "connected";
}
