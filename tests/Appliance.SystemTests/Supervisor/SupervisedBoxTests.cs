using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.Supervisor.Link;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Supervisor;

/// <summary>The real daemon at a serial line with the supervisor's firmware link on its other end.</summary>
[Collection(KernelNat.Name)]
public sealed class SupervisedBoxTests
{
    [Transcript("icrctl tamper")]
    [Transcript("icrctl tamper acknowledge")]
    [RootFact("ip")]
    public void A_case_that_is_opened_takes_the_keys_until_an_engineer_has_looked()
    {
        using PlayedChip chip = new();
        using BoardDaemon box = new(chip.Path, batchSeconds: 3600);
        chip.Next(LinkKind.Heartbeat);
        WatchdogMessage armed = new();
        Assert.True(armed.Read(chip.Last(LinkKind.Watchdog), WatchdogMessage.Bytes));
        Assert.Equal((1, 45), (armed.Arm, armed.TimeoutSeconds));
        box.WaitForStatus(s => s.GetProperty("health").GetString() != "locked", "a recording box");

        // Open: the process that holds keys ends, and what it had is on the flash with the alarm in its manifest.
        chip.Measure(new HealthMessage { TamperNow = 1, TamperLatched = 1 });
        chip.Raise(7, AlarmKind.TamperLid);
        Assert.Equal(0, box.Finish());
        Assert.True(box.HasOnFlash("board 7: lid opened raised"));
        Assert.Equal(1, chip.Count(LinkKind.AlarmRecorded));
        Assert.Equal(0, chip.Count(LinkKind.KeysEvicted));

        // The next one reads no key, says so to chip and engineer, and is not talked out of it while the case is open.
        box.Start();
        KeysEvictedMessage evicted = new();
        Assert.True(evicted.Read(chip.Next(LinkKind.KeysEvicted), KeysEvictedMessage.Bytes));
        Assert.Equal(7, evicted.AlarmNumber);
        JsonElement locked = box.WaitForStatus(
            s => s.GetProperty("supervisor").GetProperty("is_open").GetBoolean(), "a locked box with an open case");
        Assert.Equal("locked", locked.GetProperty("health").GetString());
        PlayedChip.WaitUntil(() => chip.FirstPage()[0].TrimEnd() == "LOCKED: TAMPER", "panel that says it");
        Outcome shown = box.Icrctl("tamper");
        Assert.Equal(
            (1, "LOCKED    tamper alarm 7 (lid opened) of 2026-11-18 11:06:40Z: the keys are evicted and nothing is "
                + "recorded; look at the box, then `icrctl tamper acknowledge --reason TEXT`\n"),
            (shown.Code, shown.Output));
        Outcome early = box.Icrctl("tamper", "acknowledge", "--reason", "looked at");
        Assert.Equal((2, "icrctl: the case is still open; close it first\n"), (early.Code, early.Error));

        chip.Measure(new HealthMessage { TamperLatched = 1 });
        box.WaitForStatus(s => !s.GetProperty("supervisor").GetProperty("is_open").GetBoolean(), "a closed case");
        Outcome said = box.Icrctl("tamper", "acknowledge", "--reason", "lid opened by us, seals 14 and 15");
        Assert.Equal((0, "acknowledged; the service begins anew with its keys\n"), (said.Code, said.Output));
        Assert.Equal(0, box.Finish());

        box.Start();
        box.WaitForStatus(s => s.GetProperty("health").GetString() != "locked", "a recording box again");
        chip.Next(LinkKind.ClearTamper);
        BedProcess.Signal("TERM", box.Id);
        Assert.Equal(0, box.Finish());
        Assert.True(box.HasOnFlash("tamper alarm 7 acknowledged by user 0"));
        Assert.Equal(0, chip.Last(LinkKind.Watchdog)[0]);
    }

    [RootFact("ip")]
    public void Failing_power_makes_the_open_batch_durable_at_once()
    {
        using PlayedChip chip = new();
        using BoardDaemon box = new(chip.Path, batchSeconds: 3600);
        chip.Next(LinkKind.Heartbeat);
        JsonElement before = box.WaitForStatus(s => s.GetProperty("storage").TryGetProperty("batches", out _), "a box");
        Assert.Equal(0, before.GetProperty("storage").GetProperty("batches").GetInt64());

        chip.Raise(1, AlarmKind.PowerFailing);
        PlayedChip.WaitUntil(() => box.HasOnFlash("board 1: power failing raised"), "a batch with the warning");
        chip.Measure(new HealthMessage { SupplyMillivolts = 9_100, ActiveAlarms = 1 << AlarmKind.PowerFailing });
        JsonElement status = box.WaitForStatus(
            s => s.GetProperty("supervisor").GetProperty("supply_millivolts").GetInt32() == 9_100, "the low supply");
        Assert.Contains(
            status.GetProperty("alarms").EnumerateArray(),
            alarm => alarm.GetString()!.StartsWith("the power is failing"));
    }

    [RootFact("ip")]
    public void A_host_that_hangs_is_silent_for_the_chip_and_one_that_goes_on_is_heard_again()
    {
        using PlayedChip chip = new();
        using BoardDaemon box = new(chip.Path, batchSeconds: 10);
        chip.Next(LinkKind.Heartbeat);
        BedProcess.Signal("STOP", box.Id);
        Thread.Sleep(1_500);
        int before = chip.Count(LinkKind.Heartbeat);
        Thread.Sleep(2_500);
        int silent = chip.Count(LinkKind.Heartbeat);
        BedProcess.Signal("CONT", box.Id);
        Assert.Equal(before, silent);
        chip.Next(LinkKind.Heartbeat);
    }

    [Transcript("icrctl update")]
    [RootFact("ip")]
    public void Firmware_is_sent_to_the_chip_and_an_older_one_is_refused()
    {
        using PlayedChip chip = new();
        using BoardDaemon box = new(chip.Path, batchSeconds: 10);
        chip.Next(LinkKind.Heartbeat);
        box.WaitForStatus(s => s.TryGetProperty("supervisor", out JsonElement b)
            && b.GetProperty("firmware").GetString() == "1.4.0", "a chip that said its version");
        string file = Path.GetTempFileName();

        File.WriteAllBytes(file, Firmware(rollback: 3));
        Outcome old = box.Icrctl("update", file);
        File.WriteAllBytes(file, Firmware(rollback: 4));
        Outcome sent = box.Icrctl("update", file);
        File.Delete(file);

        Assert.Equal(2, old.Code);
        Assert.Equal("icrctl: it is older than what the chip may go back to (number 3, at least 4)\n", old.Error);
        Assert.Equal((0, "sending it to the supervisor\n"), (sent.Code, sent.Output));
        UpdateBeginMessage begun = new();
        PlayedChip.WaitUntil(() => chip.Count(LinkKind.UpdateBegin) > 0, "the head of the update");
        Assert.True(begun.Read(chip.Last(LinkKind.UpdateBegin), UpdateBeginMessage.Bytes));
        Assert.Equal((4, 700), (begun.Rollback, begun.Length));
    }

    private static byte[] Firmware(int rollback)
    {
        byte[] image = new byte[700];
        UpdateBeginMessage head = new() { Rollback = rollback, Length = image.Length, Hash = SHA256.HashData(image) };
        byte[] written = new byte[UpdateBeginMessage.Bytes];
        head.Write(written);
        return [.. written, .. image];
    }
}
