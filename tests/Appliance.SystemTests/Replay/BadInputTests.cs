using System.Text.Json;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Replay;

/// <summary>
/// Whatever is handed to the programs: one clear line, the right exit code, nothing corrupt left behind.
/// </summary>
public sealed class BadInputTests(ReplayFixture fixture) : IClassFixture<ReplayFixture>
{
    [Fact]
    public void A_truncated_capture_gives_what_was_whole_and_says_where_it_ends()
    {
        string cut = fixture.In("cut.pcap");
        byte[] whole = File.ReadAllBytes(fixture.Inside);
        File.WriteAllBytes(cut, whole[..((whole.Length / 2) + 3)]);
        string box = fixture.In("cut-box");

        Outcome replay = Programs.Icrctl("replay", "--inside", cut, "--out", box);

        Assert.Equal(2, replay.Code);
        Assert.Matches("cut.pcap: byte [0-9]+: the file ends in the middle of a frame", replay.Error);
        JsonElement summary = JsonDocument.Parse(File.ReadAllText(Path.Combine(box, "summary.json"))).RootElement;
        Assert.True(summary.GetProperty("packets_inside").GetInt64() > 1000);
        Assert.Equal(0, Programs.Icrctl("verify", box).Code);
    }

    [Fact]
    public void A_file_that_is_no_capture_is_refused_before_anything_is_made()
    {
        string foreign = fixture.In("foreign.pcap");
        File.WriteAllText(foreign, "this is a letter, not a capture file at all");

        Outcome replay = Programs.Icrctl("replay", "--inside", foreign, "--out", fixture.In("foreign-box"));

        Refused(replay, "foreign.pcap");
        Assert.False(Directory.Exists(fixture.In("foreign-box")));
    }

    [Fact]
    public void A_missing_capture_is_named() => Refused(
        Programs.Icrctl("replay", "--inside", fixture.In("absent.pcap"), "--out", fixture.In("x")), "absent.pcap");

    [Fact]
    public void Nothing_to_replay_is_said() =>
        Refused(Programs.Icrctl("replay", "--out", fixture.In("x")), "nothing to replay; give --inside FILE");

    [Fact]
    public void An_unknown_configuration_key_is_named_with_its_line()
    {
        string config = fixture.In("unknown.json");
        File.WriteAllText(config, "{\n  \"batch\": { \"rowMax\": 5 }\n}\n");

        Outcome replay = Programs.Icrctl(
            "replay", "--inside", fixture.Inside, "--config", config, "--out", fixture.In("y"));

        Refused(replay, "line 2: the key 'rowMax' is unknown");
        Assert.False(Directory.Exists(fixture.In("y")));
    }

    [Fact]
    public void Keys_that_are_not_there_are_named()
    {
        string config = fixture.In("keyless.json");
        File.WriteAllText(config, JsonSerializer.Serialize(new { keys = fixture.In("no-such-keys.json") }));

        Outcome replay = Programs.Icrctl(
            "replay", "--inside", fixture.Inside, "--config", config, "--out", fixture.In("z"));

        Refused(replay, "cannot read the keys");
        Assert.Empty(Directory.Exists(fixture.In("z")) ? Directory.GetFiles(fixture.In("z")) : []);
    }

    [Fact]
    public void A_folder_that_holds_something_is_not_mixed_with_a_new_run() => Refused(
        Programs.Icrctl("replay", "--inside", fixture.Inside, "--out", fixture.Box), "is not empty; give a new folder");

    [RootFact("mount", "umount")]
    public void A_full_disk_is_said_and_what_was_written_verifies()
    {
        string small = fixture.In("small");
        Directory.CreateDirectory(small);
        using Mount mount = Mount.Tmpfs(small, "1600k");
        string config = fixture.In("small.json");
        File.WriteAllText(config, """
            { "journal": { "segmentMiB": 1 }, "batch": { "rowsMax": 16, "ageSeconds": 1 },
              "notice": { "profile": "uk-icr" } }
            """);
        string box = Path.Combine(small, "box");

        Outcome replay = Programs.Icrctl("replay", "--inside", fixture.Inside, "--outside", fixture.Outside,
            "--config", config, "--out", box);

        Refused(replay, "full");
        Outcome verify = Programs.Icrctl("verify", box);
        Assert.True(verify.Code == 0, verify.Output + verify.Error);
    }

    private static void Refused(Outcome outcome, string sentence)
    {
        Assert.Equal(2, outcome.Code);
        // On a busy machine a replay takes so long that it says how far it is.
        string line = Assert.Single(
            outcome.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries),
            line => !line.Contains("made a lab key set", StringComparison.Ordinal)
                && !line.StartsWith("icrctl replay: ", StringComparison.Ordinal));
        Assert.StartsWith("icrctl: ", line, StringComparison.Ordinal);
        Assert.Contains(sentence, line, StringComparison.Ordinal);
    }
}
