using System.Text.Json;
using Appliance.Evidence;
using Appliance.TestSupport;
using Appliance.Tests.Retention.Store;
using Xunit;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>The verbs around an evidence pack, as the store's operator sees them.</summary>
public sealed class EvidenceVerbTests : IDisposable
{
    private readonly EvidenceWorld world = new();

    public void Dispose() => world.Dispose();

    [Transcript("retention evidence make")]
    [Fact]
    public void A_delivered_answer_becomes_a_pack_that_holds_with_a_statement_to_read()
    {
        world.Vouch();
        string made = world.Make();
        PackReport report = PackChecker.Run(world.Pack, world.Pins());

        Assert.StartsWith($"pack       {world.Name}.tar\nstatement  {world.Name}.html", made);
        Assert.Contains("records    1\n", made);
        Assert.Contains("open       stamp.log: no time-stamp authority is configured at the store\n", made);
        Assert.DoesNotContain(report.Checks, check => check.Result == CheckResult.Fail);
        Assert.Equal(
            ["anchors", "heads", "stamp.ledger", "stamp.log"],
            report.Checks.Where(check => check.Result == CheckResult.NotCheckable).Select(check => check.Id).Order());
        Assert.Equal("line-1", Assert.Single(report.Rows).Subscriber);
        string page = File.ReadAllText(world.Name + ".html");
        Assert.Contains("One line: “line-1”.", System.Net.WebUtility.HtmlDecode(page));
        Assert.DoesNotContain("://", page);
    }

    [Transcript("retention evidence pins")]
    [Transcript("retention evidence vouch")]
    [Fact]
    public void Pins_name_the_public_keys_alone_and_a_voucher_needs_the_pinned_two()
    {
        Assert.Matches("^device [0-9a-f]{32} is vouched for until 2030-01-01T00:00Z\n$", world.Vouch());
        JsonElement pins = JsonDocument.Parse(world.PinsText()).RootElement;
        (int code, _, string errors) = world.Orders.Run(
            "evidence", "vouch", world.Orders.Device.ToString(), "--data", world.Orders.Data, "--operator",
            world.Orders.File("asker.json"), "--custodian", world.Orders.File("custodian.json"), "--until",
            "2030-01-01T00:00Z");

        Assert.Equal(
            [
                "operator", "custodian", "log", "log_key", "witnesses", "store", "store_key", "devices", "stamp_roots",
                "stamp_crls",
            ],
            pins.EnumerateObject().Select(pin => pin.Name));
        Assert.DoesNotContain("private", pins.ToString());
        Assert.Equal((2, true), (code, errors.Contains("the keys that this store pins", StringComparison.Ordinal)));
    }

    [Transcript("retention evidence lab-authority")]
    [Transcript("retention evidence stamp")]
    [ProgramFact("openssl")]
    public void An_authority_outside_stamps_the_ledger_and_the_logs_state()
    {
        (int none, _, string without) = world.Orders.Run("evidence", "stamp", "--data", world.Orders.Data);
        string lab = world.Succeed("evidence", "lab-authority", "--data", world.Orders.Data);
        string stamped = world.Succeed("evidence", "stamp", "--data", world.Orders.Data);
        string made = world.Make();
        SortedDictionary<string, byte[]> files = world.Files();
        Pins pins = world.Pins();
        files[PackNames.LedgerStamp] = files[PackNames.CheckpointStamp];

        Assert.Equal((2, true), (none, without.Contains("names no time-stamp authority", StringComparison.Ordinal)));
        Assert.Matches("^root  .*root.pem\n      a lab's authority proves no time: this store has its key\n$", lab);
        Assert.Equal("stamped  the ledger of 3 batches\n", stamped);
        Assert.DoesNotContain("stamp", made);
        Assert.Contains(
            PackChecker.Run(world.Resealed(files), pins).Checks,
            line => line is { Id: "stamp.ledger", Result: CheckResult.Fail });
        Assert.Contains(
            PackChecker.Run(world.Pack, pins with { StampRoots = EvidenceWorld.OtherRoot() }).Checks,
            line => line is { Id: "stamp.log", Result: CheckResult.Fail });
        Assert.True(PackChecker.Run(world.Pack, pins).IsGood);
    }

    [Fact]
    public void An_answer_that_was_not_delivered_or_altered_since_becomes_no_pack()
    {
        world.Make();
        File.AppendAllText(world.Answer, " ");
        (int code, _, string errors) = world.Orders.Run(world.MakeWords());

        Assert.Equal((2, true), (code, errors.Contains("no delivery of this answer", StringComparison.Ordinal)));
    }

    [Fact]
    public void When_the_order_is_over_a_further_order_is_asked_and_logged_and_its_answer_becomes_the_pack()
    {
        world.Make();
        world.Orders.StopWarden();
        world.Orders.Day = TestBox.Day + 20;
        world.Orders.StartWarden();
        (int late, _, string refused) = world.Orders.Run(world.MakeWords());
        string further = world.Orders.Request(expires: "2024-11-20T00:00Z");
        world.Orders.Approve(further);
        (int code, string answer, string errors) = world.Orders.Resolve(further, "--format", "json");
        File.WriteAllText(world.Answer, answer);
        string[] words = world.MakeWords();
        words[Array.IndexOf(words, "--request") + 1] = further;
        world.Succeed(words);
        PackReport report = PackChecker.Run(world.Pack, world.Pins());

        Assert.Equal((2, true), (late, refused.Contains("ask again under a further order", StringComparison.Ordinal)));
        Assert.True(code == 0, errors);
        Assert.True(report.IsGood, report.ToText());
        Assert.Contains(report.Checks, line => line.Id == "request" && line.Detail.StartsWith(further));
    }

    [Fact]
    public void That_a_pack_was_made_and_its_batches_opened_for_it_stands_in_the_log()
    {
        world.Make();
        string log = world.Orders.Run("log", "--data", world.Orders.Data).Output;
        (int code, string audit, _) = world.Orders.Run(
            "audit", "--data", world.Orders.Data, "--copy", world.Orders.File("copy"));

        string[] kinds =
            [.. log.Split('\n')[3..^1].Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[2])];
        Assert.Equal(["delivery", "release", "delivery"], kinds[^3..]);
        Assert.Equal((0, true), (code, audit.EndsWith("The log only grew.\n", StringComparison.Ordinal)));
    }
}
