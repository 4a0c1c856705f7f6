using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Replay;

/// <summary>Transcript of <c>icrctl replay</c>.</summary>
public sealed class ReplayVerbTests(ReplayFixture fixture) : IClassFixture<ReplayFixture>
{
    [Transcript("icrctl replay")]
    [Fact]
    public void What_was_read_written_and_attributed_is_said_and_that_lab_keys_were_made()
    {
        string box = fixture.In("told-box");

        Outcome replay = Programs.Icrctl(
            "replay", "--inside", fixture.Inside, "--outside", fixture.Outside, "--out", box);

        Assert.Equal(0, replay.Code);
        Assert.StartsWith(
            $"icrctl: no keys are configured; made a lab key set in {box}/keys/keyset.json "
                + "(it opens what it seals: not for a live box)\n",
            replay.Error);
        Assert.Matches(
            """
            ^packets      N inside, N outside
                         0 not decoded, 0 duplicates, 0 sliced
            flows        N in N records, N names
            attributed   N; ambiguous N; unattributed N
            written      N batches, N bytes \(N a flow\) in DIR
            took         N s, N s of CPU
            $
            """.Replace("N", "[0-9][0-9,.]*"),
            replay.Output.Replace(box, "DIR"));
    }
}
