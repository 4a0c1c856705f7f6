using Appliance.Supervisor.Board;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Supervisor;

/// <summary>
/// The real daemon signs an acceptance, tells so in its chain, and signs none once its case was opened.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class SignedAcceptanceTests
{
    [RootFact("ip")]
    public void The_box_signs_a_protocol_its_manifest_names_it_and_a_locked_box_signs_none()
    {
        using SimulatedBox board = new();
        using BoardDaemon box = new(board.Path, batchSeconds: 3600);
        box.WaitForStatus(s => s.GetProperty("storage").TryGetProperty("batches", out _), "a recording box");
        string protocol = Path.Combine(box.Folder, "protocol"), late = Path.Combine(box.Folder, "late");

        // Nothing comes in at its port, so it is not accepted; that is signed too.
        Outcome asked = box.Icrctl("selftest", "--yes", "--protocol", protocol);
        Outcome check = Programs.Icrctl("verify", protocol, "--keys", box.Folder);
        Assert.Equal((1, ""), (asked.Code, asked.Error));
        Assert.Equal((0, ""), (check.Code, check.Error));
        Assert.Contains("signed    yes, by the device's key ", check.Output);
        Assert.Contains("accepted  no: a check failed", check.Output);

        board.Drive(BoardPins.TamperLid, true);
        Assert.Equal(0, box.Finish());
        string hash = File.ReadAllText(protocol).Split('"')[3];
        Assert.True(box.HasOnFlash($"signature of an acceptance protocol asked by user 0: SHA-256 {hash}"));

        box.Start();
        box.WaitForStatus(s => s.GetProperty("health").GetString() == "locked", "a locked box");
        Outcome locked = box.Icrctl("selftest", "--yes", "--protocol", late);
        Assert.Equal(1, locked.Code);
        Assert.Equal(
            "icrctl: the protocol is not signed: it is starting, records nothing, or is locked after a "
            + "tamper alarm: it signs nothing (`icrctl status`)\n", locked.Error);
        Assert.Contains("\"signature\": null", File.ReadAllText(late));
    }
}
