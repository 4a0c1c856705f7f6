using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Appliance.Evidence;
using Appliance.TestSupport;
using Appliance.Tests.Retention.Evidence;
using Appliance.Tests.Retention.Requests;
using Xunit;

namespace Appliance.SystemTests.SecondReader;

/// <summary>
/// The program and the reader in Python come to the same result in every check, of good packs and of bad ones; of each
/// bad one both find the very check in which alone it is wrong. The table of that is checked in.
/// </summary>
public sealed partial class EvidencePackTests(EvidencePackTests.Made made) : IClassFixture<EvidencePackTests.Made>
{
    private const int Seed = 17;
    private const int Flips = 12;
    private static readonly string Table = Path.Combine(Checkout.Root, "host/Appliance.Evidence/CHECKS.md");
    private readonly EvidenceWorld world = made.World;

    /// <summary>One pack for all: it is only read.</summary>
    public sealed class Made : IDisposable
    {
        public Made()
        {
            World.Vouch();
            World.Make();
        }

        internal EvidenceWorld World { get; } = new(withStamps: true);

        public void Dispose() => World.Dispose();
    }

    [Transcript("icrctl verify")]
    [SecondReaderFact]
    public void A_good_pack_comes_out_the_same_in_every_check()
    {
        string pins = world.PinsFile();
        Outcome text = Programs.Icrctl("verify", world.Name + ".tar", "--pins", pins);
        Outcome product = Programs.Icrctl("verify", world.Name + ".tar", "--pins", pins, "--json");
        Outcome reader = PythonReader.Run("pack", world.Name + ".tar", "--pins", pins);

        (string, string)[] ours = [.. JsonDocument.Parse(product.Output).RootElement.GetProperty("checks")
            .EnumerateArray().Select(line => (line.GetProperty("id").GetString()!, Of(line.GetProperty("result"))))];
        Assert.Equal((0, 0, 0), (text.Code, product.Code, reader.Code));
        Assert.EndsWith("the pack holds", text.Output.TrimEnd());
        Assert.Equal(ours, Results(reader.Output));
        Assert.Equal(ours, Results(text.Output));
        Assert.Equal(
            [("heads", "not checkable"), ("anchors", "not checkable")], ours.Where(line => line.Item2 != "pass"));
        Assert.Equal(2, reader.Output.Split("openssl ts says so too").Length - 1);

        static string Of(JsonElement element) => element.GetString()!;
    }

    [SecondReaderFact]
    public void Of_each_bad_pack_both_find_what_alone_is_wrong_and_the_checked_in_table_says_so()
    {
        using var forge = new PackForge(world);
        Pins pins = world.Pins();
        var rows = new List<(Forgery Forgery, string Ours, string Theirs)>();
        Forgery[] all = [.. new Forgeries(world, forge).All()];
        string[] second = Second(world.PinsFile(), [.. all.Select(forgery => forgery.Pack)]);
        foreach ((Forgery forgery, string said) in all.Zip(second))
        {
            (string, string)[] ours = Ours(forgery.Pack, pins);
            (string, string)[] theirs = Results(said);
            Assert.True(ours.SequenceEqual(theirs), $"{forgery.What}: {Lines(ours)}\n\n{Lines(theirs)}");
            rows.Add((forgery, Failed(ours), Failed(theirs)));
        }

        string table = WriteTable(rows);
        string before = File.Exists(Table) ? File.ReadAllText(Table) : "";
        if (before != table)
        {
            File.WriteAllText(Table, table);
        }

        Assert.All(rows, row => Assert.Equal((row.Forgery.Check, row.Forgery.Check), (row.Ours, row.Theirs)));
        Assert.True(before == table, "CHECKS.md was not what the readers say; it is written anew: look and commit it.");
    }

    [SecondReaderFact]
    public void A_pack_about_a_line_comes_out_the_same_and_both_find_that_its_records_are_of_another()
    {
        using var own = new EvidenceWorld();
        own.Vouch();
        own.MakeAboutLine("services", 2);
        using var forge = new PackForge(own);
        Pins pins = own.Pins();
        string answer = File.ReadAllText(own.Answer);
        byte[] other = forge.WithLog(answer: Encoding.UTF8.GetBytes(answer.Replace("\"line-1\"", "\"line-2\"")));
        string[] said = Second(own.PinsFile(), own.Pack, other);

        Assert.Equal(6, PackChecker.Run(own.Pack, pins).Rows.Count);
        Assert.Equal(("", "claims"), (Failed(Ours(own.Pack, pins)), Failed(Ours(other, pins))));
        Assert.Equal(Ours(own.Pack, pins), Results(said[0]));
        Assert.Equal(Ours(other, pins), Results(said[1]));
    }

    [SecondReaderFact]
    public void A_pack_of_a_corrected_line_comes_out_the_same_with_and_without_the_correction()
    {
        using var own = new EvidenceWorld(addMore: Corrected.Sessions);
        own.Vouch();
        Corrected.Correct(own.Orders, "--session", Corrected.Session, "--line", "line-8");
        own.Make();
        SortedDictionary<string, byte[]> files = own.Files();
        files.Remove(PackNames.Corrections);
        byte[] bare = own.Resealed(files);
        Pins pins = own.Pins();
        string[] said = Second(own.PinsFile(), own.Pack, bare);

        Assert.Equal(("", "claims"), (Failed(Ours(own.Pack, pins)), Failed(Ours(bare, pins))));
        Assert.Equal(Ours(own.Pack, pins), Results(said[0]));
        Assert.Equal(Ours(bare, pins), Results(said[1]));
    }

    [SecondReaderFact]
    public void A_pack_of_times_that_were_taken_back_comes_out_the_same()
    {
        using var own = new EvidenceWorld();
        own.Vouch();
        Corrected.TakeBack(own.Orders);
        own.Make();

        Assert.Equal("", Failed(Ours(own.Pack, own.Pins())));
        string said = Second(own.PinsFile(), own.Pack)[0];
        Assert.Equal(Ours(own.Pack, own.Pins()), Results(said));
        Assert.Contains("2000000 microseconds", said);
    }

    [SecondReaderFact]
    public void What_cannot_be_checked_is_the_same_for_both_whatever_key_was_not_brought()
    {
        Pins pins = world.Pins();
        Pins[] fewer =
        [
            pins with { Witnesses = [] }, pins with { StoreKey = null, Store = default },
            pins with { StampRoots = [] }, pins with { StampRoots = EvidenceWorld.OtherRoot() },
            pins with { Devices = new Dictionary<Appliance.Wire.Id16, Appliance.Wire.PublicKey>() },
        ];
        foreach (Pins some in fewer)
        {
            string file = world.Orders.File("some.json");
            File.WriteAllText(file, some.ToJson());
            (string, string)[] ours = Ours(world.Pack, some);
            Assert.Equal(ours, Results(Second(file, world.Pack)[0]));
        }
    }

    [SecondReaderFact]
    public void What_lists_of_revoked_certificates_leave_of_a_stamp_is_the_same_for_both()
    {
        using var own = new EvidenceWorld();
        using var lists = new StampLists();
        lists.Serve(own);
        own.Make();
        Pins pins = own.Pins();
        string file = own.Orders.File("some.json");
        foreach ((string what, string[] some, CheckResult result) in lists.Cases())
        {
            Pins brought = pins with { StampCrls = [.. some.Select(StampCrl.FromPem)] };
            File.WriteAllText(file, brought.ToJson());
            (string Id, string Result)[] ours = Ours(own.Pack, brought);
            Assert.Equal((what, PackReport.Name(result)), (what, ours.Single(line => line.Id == "stamp.log").Result));
            Assert.Equal(ours, Results(Second(file, own.Pack)[0]));
        }
    }

    [SecondReaderFact]
    public void Neither_takes_a_pack_with_a_flipped_bit_or_without_a_file()
    {
        var random = new Random(Seed);
        var bad = new List<byte[]>();
        for (int i = 0; i < Flips; i++)
        {
            bad.Add(world.Pack);
            bad[i][random.Next(bad[i].Length)] ^= (byte)(1 << random.Next(8));
        }

        SortedDictionary<string, byte[]> files = world.Files();
        files.Remove(PackNames.Manifests);
        bad.Add(world.Resealed(files));
        Pins pins = world.Pins();
        string file = world.Orders.File("altered.tar");
        File.WriteAllBytes(file, bad[^1]);

        Assert.Equal(1, Programs.Icrctl("verify", file, "--pins", world.PinsFile()).Code);
        foreach ((byte[] pack, string said) in bad.Zip(Second(world.PinsFile(), [.. bad])))
        {
            Assert.False(PackChecker.Run(pack, pins).IsGood, $"seed {Seed}");
            Assert.Contains("THE PACK DOES NOT HOLD", said);
        }
    }

    /// <summary>What the reader in Python prints of each of these packs; it is started once.</summary>
    private string[] Second(string pins, params byte[][] packs)
    {
        string[] files = [.. packs.Select((_, i) => world.Orders.File($"second-{i}.tar"))];
        for (int i = 0; i < packs.Length; i++)
        {
            File.WriteAllBytes(files[i], packs[i]);
        }

        Outcome outcome = PythonReader.Run(["pack", .. files, "--pins", pins]);
        string[] said = ("\n" + outcome.Output).Split("\n== ")[(packs.Length > 1 ? 1 : 0)..];
        Assert.True(said.Length == packs.Length, outcome.Output + outcome.Error);
        return said;
    }

    private static (string, string)[] Ours(byte[] pack, Pins pins) =>
        [.. PackChecker.Run(pack, pins).Checks.Select(line => (line.Id, PackReport.Name(line.Result)))];

    private static (string, string)[] Results(string output) =>
        [.. Check().Matches(output).Select(line => (line.Groups["id"].Value, line.Groups["result"].Value))];

    private static string Failed((string Id, string Result)[] checks) =>
        string.Join(", ", checks.Where(line => line.Result == "fail").Select(line => line.Id));

    private static string Lines((string Id, string Result)[] checks) =>
        string.Join('\n', checks.Select(line => $"{line.Id} {line.Result}"));

    private static string WriteTable(List<(Forgery Forgery, string Ours, string Theirs)> rows)
    {
        var text = new StringBuilder("""
            # What each check finds

            Written by `EvidencePackTests`. For every check packs in which that alone is wrong, made with every private
            key but those that the check asks for, sealed again; and what `icrctl verify` and the second reader say
            fails in them. What a check rests on must have passed, or it is not made; all rest on `archive`.

            | check | worth | rests on | what was done | icrctl | second reader |
            |---|---|---|---|---|---|

            """);
        foreach (PackCheck check in PackCheck.All)
        {
            (Forgery Forgery, string Ours, string Theirs)[] own = [.. rows.Where(row => row.Forgery.Check == check.Id)];
            string start = $"| `{check.Id}` | {check.Word} | {string.Join(", ", check.RestsOn)} |";
            foreach ((Forgery forgery, string ours, string theirs) in own)
            {
                text.Append(start).Append($" {forgery.What} | {ours} | {theirs} |\n");
                start = "| | | |";
            }

            text.Append(own.Length == 0 ? start + " (never made yet) | | |\n" : "");
        }

        return text.ToString();
    }

    [GeneratedRegex(@"^(?<result>pass|fail|not checkable)\s+(?<id>[a-z.]+)\s", RegexOptions.Multiline)]
    private static partial Regex Check();
}
