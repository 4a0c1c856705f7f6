using System.Text.Json;
using Appliance.Lab.Bed;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Controls;

/// <summary>
/// Control messages from the operator's program through a real mosquitto to the daemon: one that withdraws its notice
/// ends the recording at once and for good, a strange or old one changes nothing, and the number outlives a loss of
/// power, a hand-over and the withdrawal itself.
/// </summary>
[Collection(KernelNat.Name)]
public sealed class ControlMessageTests(ITestOutputHelper output)
{
    private const string Other = "00000000000000000000000000000001";

    [Transcript("retention control send")]
    [RootFact("ip", "mosquitto")]
    public void A_withdrawn_notice_ends_the_recording_and_no_old_or_strange_message_does_anything()
    {
        using ControlledBox box = new();

        // Sent while the box is away, and taken once it is there.
        Func<(int, string)> waiting = box.BeginSend(box.Message(5, Other));
        box.Start();
        Says(0, "taken by box-1: it says recording", waiting());
        box.WaitForStatus(s => Control(s, "last_number") == 5 && IsRecording(s), "message that was taken");
        int first = box.Send(50);

        // A stranger signs in the custodian's place.
        Says(1, "refused by box-1: it is signed by a key that no accepted epoch statement certifies",
            box.SendMessage(box.Message(7, box.NoticeId, box.StrangerKey())));
        box.WaitForStatus(
            s => Control(s, "refused") == 1 && IsRecording(s)
                && s.GetProperty("flows").GetProperty("records").GetInt64() >= 50
                && s.GetProperty("storage").GetProperty("open_rows").GetInt32() == 0,
            "refusal, and records on flash");

        // The number outlives a loss of power and a hand-over.
        box.Kill();
        box.Start();
        box.WaitForStatus(s => Control(s, "last_number") == 5 && IsRecording(s), "number that was kept");
        box.Start("--takeover");
        box.WaitForStatus(s => Control(s, "last_number") == 5 && IsRecording(s), "successor");
        Says(1, "refused by box-1: the control message is not newer than the last one that took effect",
            box.SendMessage(box.Message(4, box.NoticeId)));

        // Now its own notice, while packets go on: the process begins anew in its own place and listens to no port.
        box.Send(50);
        int id = box.Id;
        Says(0, "taken by box-1: it says withdrawn", box.SendMessage(box.Message(6, box.NoticeId)));
        JsonElement over = box.WaitForStatus(s => !HasLegs(s), "box that listens to nothing");
        Assert.Equal("withdrawn", over.GetProperty("health").GetString());
        Assert.Equal(id, box.Id);
        Outcome words = box.Status();
        output.WriteLine(words.Output);
        Assert.Equal(1, words.Code);
        Assert.Contains($"notice {box.NoticeId} is withdrawn: nothing is recorded", words.Output);
        Assert.Contains($"control   withdrawn; last taken 6: notice {box.NoticeId} withdrawn", words.Output);
        int after = box.Send(50);
        box.Kill();
        box.Start();
        box.Send(50);
        box.WaitForStatus(s => Control(s, "last_number") == 6 && !HasLegs(s), "box that is still withdrawn");
        box.Stop();
        HashSet<int> recorded = box.Recorded();
        Assert.Superset(new HashSet<int>(Enumerable.Range(first, 50)), recorded);
        Assert.DoesNotContain(recorded, port => port >= after);
        Assert.True(box.HasOnFlash($"control 6 taken: notice {box.NoticeId} withdrawn; recording ends"));
        Assert.True(box.HasOnFlash("control message refused: "));

        // A later notice is recorded under.
        box.GiveNewNotice();
        box.Start();
        box.WaitForStatus(s => IsRecording(s) && Control(s, "last_number") == 6, "box that records again");
        box.Send(50);
        box.WaitForStatus(s => s.GetProperty("flows").GetProperty("records").GetInt64() >= 50, "records");
        box.Stop();
    }

    private void Says(int code, string sentence, (int Code, string Output) said)
    {
        output.WriteLine(said.Output);
        Assert.True(said.Code == code && said.Output.Contains(sentence), $"{said.Code}: {said.Output}");
    }

    private static long Control(JsonElement status, string name) =>
        status.GetProperty("control").GetProperty(name).GetInt64();

    private static bool IsRecording(JsonElement status) =>
        status.GetProperty("control").GetProperty("state").GetString() == "recording" && HasLegs(status);

    private static bool HasLegs(JsonElement status) => status.GetProperty("legs").GetArrayLength() > 0;
}
