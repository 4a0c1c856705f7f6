using System.Text.Json;
using System.Text.RegularExpressions;
using Appliance.Retention.Archive;
using Appliance.Retention.Holds;
using Appliance.Tests.Retention.Requests;
using Appliance.Tests.Retention.Store;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Holds;

/// <summary>
/// A legal hold: the records of one question outlive the keys of their day, under a key of their own that ends too.
/// </summary>
public sealed partial class HoldTests : IDisposable
{
    private const string Until = "2026-06-30T00:00:00.000000Z";
    private const int YearLater = TestBox.Day + 366;
    private readonly OrderWorld world = new() { EnrolledUntil = "2029-12-31T00:00Z" };

    public void Dispose() => world.Dispose();

    [Transcript("retention hold list")]
    [Transcript("retention hold show")]
    [Fact]
    public void After_the_keys_of_the_day_are_gone_the_hold_opens_under_a_further_order_and_nothing_else_does()
    {
        string hold = Hold();
        AgeOneYear();
        string request = LaterRequest(hold);

        (int listed, string list, _) = world.Run("hold", "list", "--data", world.Data, "--socket", world.Socket);
        string pack = world.File("pack.json");
        (int code, string output, string errors) = Show(hold, request, "--out", pack);
        (int other, string refused, _) = world.Resolve(request);

        Assert.Equal((0, true), (listed, list.Contains($"until {Until}", StringComparison.Ordinal)));
        Assert.Equal((0, ""), (code, errors));
        Assert.StartsWith($"hold     {hold}\nsha256   {Hash32.Of(File.ReadAllBytes(pack))}\n", output);
        Assert.Contains("\nproven   1 records of 1 batches\n", output);
        Assert.EndsWith(
            " row 0 attribution\n           line line-1 at cgn 100.64.0.1 port 5000 was 192.0.2.1 port 1100, "
                + "protocol 6, 2024-10-04T00:01:40.000000Z to 2024-10-04T00:01:45.000000Z, bound 40 us\n",
            output);
        HeldRecords records = HeldRecords.Decode(File.ReadAllBytes(pack))!;
        Assert.Equal(Refusal.None, records.TryVerify(_ => null, out IReadOnlyList<RecordProof> proven));
        Assert.Equal("line-1", TextIn(Assert.Single(proven).Canonical));
        Assert.Equal((1, true), (other, refused.Contains("out of period", StringComparison.Ordinal)));
        Assert.DoesNotContain(PrivateDayKeys(), key => key.Day == TestBox.Day);
    }

    [Fact]
    public void An_order_that_names_a_hold_opens_nothing_of_the_archive()
    {
        string request = LaterRequest(Hold(), "2024-10-20T00:00Z");

        (int code, string output, _) = world.Resolve(request);

        Assert.Equal((1, true), (code, output.Contains("[hold.only]", StringComparison.Ordinal)));
    }

    [Fact]
    public void A_hold_keeps_no_key_of_its_batch()
    {
        string hold = Hold();

        // The pack is whatever the case key opens; neither it nor the warden's file has a content or day key.
        string file = File.ReadAllText(Path.Combine(world.WardenFolder, "holds", hold + ".json"));
        Assert.Equal(1, Count(file, "private"));
        foreach (RecipientKey key in PrivateDayKeys())
        {
            Assert.DoesNotContain(Convert.ToHexStringLower(key.Public.Point.Span), file);
        }
    }

    [Fact]
    public void The_end_of_a_hold_destroys_its_case_key_and_stands_in_the_log()
    {
        string hold = Hold();
        AgeOneYear(days: 730);
        string request = LaterRequest(hold, "2026-10-20T00:00Z");

        (int code, string output, _) = Show(hold, request);
        (_, string list, _) = world.Run("hold", "list", "--data", world.Data, "--socket", world.Socket, "--json");

        Assert.Equal((1, true), (code, output.Contains("[hold.ended]", StringComparison.Ordinal)));
        JsonElement row = JsonDocument.Parse(list).RootElement.GetProperty("holds")[0];
        Assert.Equal("its time was over", row.GetProperty("cause").GetString());
        Assert.DoesNotContain(
            "private", File.ReadAllText(Path.Combine(world.WardenFolder, "holds", hold + ".json")));
        // The store has stated its own day keys besides.
        Assert.Equal(1, LogLines().Count(line => line.Contains(" destroy   warden", StringComparison.Ordinal)));
        Assert.Empty(Directory.GetFiles(world.Store.Holds, "*.sealed"));
        Assert.Equal(0, world.Run("audit", "--data", world.Data, "--copy", world.File("copy")).Code);
    }

    [Transcript("retention hold end")]
    [Fact]
    public void Operator_and_custodian_end_a_hold_together_and_neither_alone()
    {
        string hold = Hold();

        (int alone, string no, _) = End(hold, "operator", "operator");
        (int code, string output, _) = End(hold, "operator", "custodian");

        Assert.Equal((1, true), (alone, no.Contains("[keeping.signature]", StringComparison.Ordinal)));
        Assert.Equal(
            (0, $"hold {hold} is ended: its case key is destroyed, its records are removed\n"), (code, output));
        Assert.Equal(1, LogLines().Count(line => line.Contains(" destroy ", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_order_that_does_not_reach_what_was_held_does_not_open_it()
    {
        string hold = Hold();
        AgeOneYear();
        string narrow = LaterRequest(hold, address: "192.0.2.1:1200");

        (int code, string output, _) = Show(hold, narrow);
        (int unnamed, string without, _) = Show(hold, LaterRequest(new string('0', 31) + "1"));

        Assert.Equal((1, true), (code, output.Contains("[question.scope]", StringComparison.Ordinal)));
        Assert.Equal(1, unnamed);
        Assert.Contains("[law.period_retention]", without);
    }

    [Fact]
    public void A_hold_belongs_to_an_order_and_ends_within_ten_years()
    {
        world.SetUp();
        world.StartWarden();
        string request = world.Request();
        world.Approve(request);

        (int code, _, string why) = world.Resolve(request, "--hold-until", "2050-01-01T00:00Z");
        (int lab, _, string errors) = world.Run(
            "resolve", "--data", world.Data, "--ip", "192.0.2.1", "--at", "2024-10-04T00:01:42Z", "--hold-until",
            "2026-06-30T00:00Z");

        Assert.Equal((1, true), (code, why.Contains("[hold.until]", StringComparison.Ordinal)));
        Assert.Equal((2, true), (lab, errors.Contains("--request", StringComparison.Ordinal)));
    }

    private string Hold()
    {
        world.SetUp();
        world.StartWarden();
        string request = world.Request();
        world.Approve(request);
        (int code, string output, string errors) = world.Resolve(request, "--hold-until", Until);
        Assert.True(code == 0, output + errors);
        return Made().Match(errors).Groups[1].Value;
    }

    /// <summary>Warden and store forget the days whose retention is over.</summary>
    private void AgeOneYear(int days = 366)
    {
        world.StopWarden();
        world.Day = TestBox.Day + days;
        Assert.Equal(0, world.Run("expire", "--data", world.Data).Code);
        world.StartWarden();
    }

    private string LaterRequest(
        string hold, string expires = "2025-10-20T00:00Z", string address = "192.0.2.1:1100")
    {
        string request = world.Request(address: address, expires: expires, more: (HeldOrder.Statement, hold));
        world.Approve(request);
        return request;
    }

    private (int Code, string Output, string Errors) Show(string hold, string request, params string[] more) =>
        world.Run(
            ["hold", "show", hold, "--request", request, "--data", world.Data, "--socket", world.Socket, .. more]);

    private (int Code, string Output, string Errors) End(string hold, string one, string two) => world.Run(
        "hold", "end", hold, "--operator", world.File(one + ".json"), "--custodian", world.File(two + ".json"),
        "--reason", "acquitted", "--data", world.Data, "--socket", world.Socket);

    private string[] LogLines() => world.Run("log", "--data", world.Data).Output.Split('\n');

    private RecipientKey[] PrivateDayKeys() =>
    [
        .. new[] { world.Store.Keys, Path.Combine(world.WardenFolder, "keys") }
            .SelectMany(folder => Directory.GetFiles(folder, "*" + StoreFolder.KeySetEnding))
            .SelectMany(file => KeyRing.ReadSet(file).Recipients)
            .Where(key => key.HasPrivate),
    ];

    private static int Count(string text, string word) => Regex.Count(text, word);

    private static string TextIn(ReadOnlyMemory<byte> canonical) =>
        System.Text.Encoding.UTF8.GetString(canonical.Span).Contains("line-1", StringComparison.Ordinal)
            ? "line-1"
            : "";

    [GeneratedRegex("hold ([0-9a-f]{32}) keeps 1 records until 2026-06-30T00:00:00")]
    private static partial Regex Made();
}
