using Appliance.Edge.Service;
using Appliance.Icrctl;
using Xunit;

namespace Appliance.Tests.Icrctl;

/// <summary>The steps of an acceptance that an engineer answers, and the protocol of them.</summary>
public sealed class HandStepTests
{
    private static readonly IReadOnlyList<SelfCheck> Good = SelfTest.Of(BoxStatusMaker.Good());

    [Fact]
    public void Each_step_is_asked_and_what_is_not_answered_stays_open_and_is_not_passed()
    {
        StringWriter said = new();
        IReadOnlyList<StepAnswer> answers = Acceptance.Ask(
            new StringReader("yes seals 14 and 15\n\nperhaps\nno, no sky\ny\n"), said);

        Assert.Equal(["pass", "open", "FAIL", "pass", "open", "open"], answers.Select(answer => answer.Outcome));
        Assert.Equal("seals 14 and 15", answers[0].Note);
        Assert.Contains("begin with yes or no", said.ToString());
        Assert.Equal(Acceptance.Steps.Count, said.ToString().Split("yes or no, and a remark").Length - 1);
        Assert.False(Acceptance.IsAccepted(Good, answers));
        Assert.EndsWith("by hand: 2 passed, 1 failed, 3 open", Acceptance.Text(answers));
    }

    [Fact]
    public void A_file_answers_by_number_and_one_that_is_not_right_is_refused_with_its_line()
    {
        Assert.True(Acceptance.TryRead("# PoP 7\n20 yes back after 70 s\n3 no\n", out var answers, out _));
        Assert.Equal(["open", "open", "FAIL", "pass", "open", "open"], answers.Select(answer => answer.Outcome));
        (string Text, string Problem)[] wrong =
        [
            ("4 yes", "line 1: '4' is no step by hand; they are 1, 2, 3, 20, 21, 22"),
            ("1 yes\n2 maybe", "line 2: say yes or no after the number of the step, then a remark"),
            ("1", "line 1: say yes or no after the number of the step, then a remark"),
            ("1 yes\n1 no", "line 2: step 1 is answered twice"),
        ];
        Assert.All(wrong, each =>
        {
            Assert.False(Acceptance.TryRead(each.Text, out _, out string problem));
            Assert.Equal(each.Problem, problem);
        });
    }

    [Fact]
    public void Only_a_box_without_a_failure_and_with_every_step_passed_is_accepted()
    {
        BoxStatus bad = BoxStatusMaker.Good();
        bad = bad with { Storage = bad.Storage with { IsFull = true } };

        Assert.True(Acceptance.IsAccepted(Good, Acceptance.Yes()));
        Assert.False(Acceptance.IsAccepted(SelfTest.Of(bad), Acceptance.Yes()));
        Assert.All(Acceptance.Yes(), answer => Assert.Equal("answered by --yes", answer.Note));
    }
}
