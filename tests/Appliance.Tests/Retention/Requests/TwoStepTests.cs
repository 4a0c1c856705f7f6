using Appliance.TestSupport;
using Xunit;
using static System.StringComparison;

namespace Appliance.Tests.Retention.Requests;

/// <summary>Operator and custodian sign one after the other; before both have, nothing holds.</summary>
public sealed class TwoStepTests : IDisposable
{
    private readonly OrderWorld world = new();

    public void Dispose() => world.Dispose();

    [Transcript("retention people sign")]
    [Transcript("retention people add")]
    [Fact]
    public void An_enrolment_holds_when_the_second_has_signed_it_and_stands_in_the_log()
    {
        world.SetUpLive();
        string half = world.File("new.half");
        world.NewKey("new");
        (int first, string said, _) = world.Run(
            [.. world.EnrolWords("new", "approver", ""), "--sign", world.File("operator.json"), "--out", half]);
        (int early, _, string notYet) = world.Run("people", "add", half, "--data", world.Data);
        (int same, _, string twice) = world.Run(
            "people", "sign", half, "--key", world.File("operator.json"), "--out", world.File("both"));
        (int other, _, _) = world.Run(
            "people", "sign", half, "--key", world.File("new.json"), "--out", world.File("foreign"));
        (int foreign, _, string why) = world.Run("people", "add", world.File("foreign"), "--data", world.Data);
        (int second, string signed, _) = world.Run(
            "people", "sign", half, "--key", world.File("custodian.json"), "--out", world.File("both"));
        (int added, string taken, _) = world.Run("people", "add", world.File("both"), "--data", world.Data);

        Assert.Equal((0, true), (first, said.EndsWith("until the other has signed it\n", Ordinal)));
        Assert.Equal((2, true), (early, notYet.Contains("holds for nothing here", Ordinal)));
        Assert.Equal((2, true), (same, twice.Contains("cannot be signed", Ordinal)));
        Assert.Equal((0, 2, true), (other, foreign, why.Contains("with the keys that are pinned", Ordinal)));
        Assert.Equal((0, true), (second, signed.EndsWith("signed by both\n", Ordinal)));
        Assert.Equal((0, true), (added, taken.EndsWith("; it is logged\n", Ordinal)));
        Assert.Equal(["operator", "custodian"], Log("control").TakeLast(2));
    }

    [Fact]
    public void Both_keys_on_one_machine_are_for_a_lab_and_a_live_store_does_not_take_that()
    {
        world.SetUpLive();
        string[] enrol =
        [
            .. world.EnrolWords("asker", "requester", ""), "--operator", world.File("operator.json"), "--custodian",
            world.File("custodian.json"), "--to", world.Store.People,
        ];

        (int code, _, string errors) = world.Run(enrol);
        (int lab, _, string live) = world.Run([.. enrol, "--lab"]);

        Assert.Equal((2, true), (code, errors.Contains("both keys on one machine are for a lab", Ordinal)));
        Assert.Equal((2, true), (lab, live.Contains("is no lab's", Ordinal)));
    }

    [Transcript("retention rules confirm")]
    [Transcript("retention rules sign")]
    [Transcript("retention rules add")]
    [Fact]
    public void A_live_gate_stays_shut_until_two_people_have_confirmed_the_rules()
    {
        world.SetUpLive();
        string request = world.Request();
        (int shut, string refused, _) = world.Approve(request);
        string half = world.File("rules.half");
        (int confirmed, string said, _) = world.Run(
            "rules", "confirm", "GB", "--by", "counsel", "--key", world.File("custodian.json"), "--out", half);
        (int alone, _, string one) = world.Run("rules", "add", half, "--data", world.Data);
        (int signed, _, _) = world.Run(
            "rules", "sign", half, "--key", world.File("operator.json"), "--out", world.File("rules.both"));
        (int added, string taken, _) = world.Run("rules", "add", world.File("rules.both"), "--data", world.Data);
        (int warden, _, _) = world.Run("rules", "add", world.File("rules.both"), "--warden", world.WardenFolder);
        world.StartWarden();

        (int open, string answer, _) = world.Resolve(request);

        Assert.Equal((1, true), (shut, refused.Contains("[law.rules_confirmed]", Ordinal)));
        Assert.Equal((0, true), (confirmed, said.Contains("the rules of GB with the hash", Ordinal)));
        Assert.Equal((2, true), (alone, one.Contains("holds for nothing here", Ordinal)));
        Assert.Equal((0, 0, 0), (signed, added, warden));
        Assert.EndsWith("are confirmed by counsel; it is logged\n", taken);
        Assert.True(open == 0 && answer.StartsWith("-----BEGIN SEALED ANSWER-----", Ordinal), answer);
    }

    /// <summary>Actors of the entries of a kind.</summary>
    private string[] Log(string kind) =>
    [
        .. world.Run("log", "--data", world.Data).Output.Split('\n')[3..^1]
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(words => words[2] == kind)
            .Select(words => words[3]),
    ];
}
