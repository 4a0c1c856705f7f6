using System.Text;
using Appliance.Evidence;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>
/// Whoever alters a pack is found out: by the seal where they lack the log's key, by the check of the part where an
/// insider sealed it again.
/// </summary>
[Collection("evidence pack")]
public sealed class TamperTests(TamperTests.Made made) : IClassFixture<TamperTests.Made>
{
    private const int Seed = 20_241_004;
    private const int Flips = 800;

    public sealed class Made : IDisposable
    {
        public Made()
        {
            World = new EvidenceWorld();
            World.Vouch();
            World.Make();
            Pins = World.Pins();
            Pack = World.Pack;
        }

        internal EvidenceWorld World { get; }

        internal Pins Pins { get; }

        internal byte[] Pack { get; }

        public void Dispose() => World.Dispose();
    }

    [Fact]
    public void No_byte_of_a_pack_is_free()
    {
        var random = new Random(Seed);
        for (int i = 0; i < Flips; i++)
        {
            byte[] copy = [.. made.Pack];
            int at = random.Next(copy.Length);
            copy[at] ^= (byte)(1 << random.Next(8));
            Assert.False(
                PackChecker.Run(copy, made.Pins).IsGood,
                $"seed {Seed}, flip {i}: byte {at} was flipped and all passed");
        }
    }

    [Fact]
    public void A_pack_that_was_cut_or_has_more_behind_it_is_none()
    {
        Assert.False(PackChecker.Run(made.Pack.AsMemory(0, made.Pack.Length - 512), made.Pins).IsGood);
        Assert.False(PackChecker.Run(made.Pack.AsMemory(0, made.Pack.Length / 2), made.Pins).IsGood);
        Assert.False(PackChecker.Run((byte[])[.. made.Pack, .. new byte[512]], made.Pins).IsGood);
        Assert.False(PackChecker.Run(Array.Empty<byte>(), made.Pins).IsGood);
    }

    [Fact]
    public void A_file_that_is_left_out_or_added_is_named()
    {
        foreach (string name in PackNames.Required.Where(name => name != PackNames.Seal))
        {
            SortedDictionary<string, byte[]> files = Files();
            files.Remove(name);
            CheckLine archive = PackChecker.Run(made.World.Resealed(files), made.Pins).Checks[0];
            Assert.Equal((CheckResult.Fail, $"{name} is missing"), (archive.Result, archive.Detail));
        }

        SortedDictionary<string, byte[]> more = Files();
        more["zz"] = [1];
        Assert.Equal(["archive"], Failed(made.World.Resealed(more)));
    }

    [Theory]
    [InlineData(PackNames.Records, "records")]
    [InlineData(PackNames.Manifests, "manifests")]
    [InlineData(PackNames.Statements, "epochs")]
    [InlineData(PackNames.Entries, "log.entries")]
    [InlineData(PackNames.Checkpoint, "log")]
    [InlineData(PackNames.Cosignatures, "log.witness")]
    [InlineData(PackNames.Approvals, "approval")]
    [InlineData(PackNames.People, "people")]
    [InlineData(PackNames.Request, "request")]
    [InlineData(PackNames.Vouchers, "device")]
    public void An_insider_who_alters_a_part_and_seals_again_is_found_out_by_its_own_check(string name, string check)
    {
        SortedDictionary<string, byte[]> files = Files();
        files[name] = [.. files[name]];
        files[name][^1] ^= 1;

        Assert.Contains(check, Failed(made.World.Resealed(files)));
    }

    [Fact]
    public void An_answer_that_was_rewritten_is_not_the_one_that_was_delivered()
    {
        SortedDictionary<string, byte[]> files = Files();
        string answer = Encoding.UTF8.GetString(files[PackNames.Answer]);
        files[PackNames.Answer] = Encoding.UTF8.GetBytes(answer.Replace("line-1", "line-2"));

        Assert.Contains("answer", Failed(made.World.Resealed(files)));
        Assert.Contains("claims", Failed(made.World.Resealed(files)));
    }

    [Fact]
    public void Records_or_a_log_that_are_left_out_are_missed()
    {
        SortedDictionary<string, byte[]> files = Files();
        files[PackNames.Records] = ByteList.Encode([]);
        Assert.Contains(
            PackChecker.Run(made.World.Resealed(files), made.Pins).Checks,
            line => line is { Id: "claims", Result: not CheckResult.Pass });

        files = Files();
        ByteList.TryDecode(files[PackNames.Entries], out ReadOnlyMemory<byte>[] entries);
        files[PackNames.Entries] = ByteList.Encode(entries[..^2]);
        Assert.Contains("answer", Failed(made.World.Resealed(files)));
        files[PackNames.Entries] = ByteList.Encode(entries[1..]);
        Assert.Contains("log.order", Failed(made.World.Resealed(files)));
    }

    [Fact]
    public void An_older_head_of_the_log_does_not_bear_out_newer_entries()
    {
        SortedDictionary<string, byte[]> files = Files();
        using var log = TransparencyLog.Open(Path.Combine(made.World.Orders.Data, "log"), TimeProvider.System);
        ulong older = log.CosignedSizes()[0];
        files[PackNames.Checkpoint] = log.CheckpointOf(older)!;
        files[PackNames.Cosignatures] =
            ByteList.Encode([.. log.Cosignatures(older).Select(bytes => new ReadOnlyMemory<byte>(bytes))]);

        Assert.Contains("log.entries", Failed(made.World.Resealed(files)));
    }

    [Fact]
    public void A_batch_of_a_device_that_was_revoked_before_is_not_believed()
    {
        SortedDictionary<string, byte[]> files = Files();
        StoreKey one = PersonKey.Read(made.World.Orders.File("operator.json"));
        StoreKey two = PersonKey.Read(made.World.Orders.File("custodian.json"));
        using SigningKey operatorKey = one.Open();
        using SigningKey custodianKey = two.Open();
        var revoked = new DeviceVoucher(
            1, made.World.Orders.Device, made.Pins.Devices[made.World.Orders.Device], 0, ulong.MaxValue, 1_000,
            "stolen");
        files[PackNames.Vouchers] = ByteList.Encode([revoked.Sign(operatorKey, custodianKey)]);

        Assert.Contains("revocation", Failed(made.World.Resealed(files)));
    }

    [Fact]
    public void With_the_keys_of_somebody_else_nothing_holds()
    {
        using SigningKey other = SigningKey.New(new Random(1).NextBytes);
        Assert.Contains("seal", Failed(made.Pack, made.Pins with { LogKey = other.Public }));
        Assert.Contains("log.witness", Failed(made.Pack, made.Pins with { Witnesses = [other.Public] }));
        Assert.Contains("people", Failed(made.Pack, made.Pins with
        {
            Control = new ControlTrust(other.Public, made.Pins.Control.Custodian),
        }));
        Assert.Contains("search", Failed(made.Pack, made.Pins with { StoreKey = other.Public }));
    }

    [Fact]
    public void Nothing_in_a_pack_helps_to_learn_of_another_record()
    {
        SortedDictionary<string, byte[]> files = Files();
        ByteList.TryDecode(files[PackNames.Records], out ReadOnlyMemory<byte>[] records);
        byte[] all = [.. files.Values.SelectMany(bytes => bytes)];

        // One record, one section; the service it contacted and the ports of the batches beside it are nowhere.
        Assert.Single(records);
        Assert.Equal(-1, all.AsSpan().IndexOf(Encoding.UTF8.GetBytes("mail.example.org")));
        Assert.Equal(-1, all.AsSpan().IndexOf((byte[])[198, 51, 100, 7]));
        foreach (byte[] manifest in Manifests(files))
        {
            // A root is no leaf: without the salt, which is not here, a guessed row cannot be tried against it.
            Assert.InRange(manifest.Length, 300, 2_000);
        }
    }

    [Fact]
    public void The_report_names_each_check_its_worth_and_what_is_not_shown()
    {
        PackReport report = PackChecker.Run(made.Pack, made.Pins);
        string[] lines = report.ToText().Split('\n');

        Assert.Contains("pass          records        each record is in its batch [proven]", lines);
        Assert.Contains(
            "not checkable anchors        the device's clock was held against public anchors [reported]", lines);
        Assert.Contains(
            lines, line => line.StartsWith("not shown     a line is not a person", StringComparison.Ordinal));
        Assert.EndsWith("0 failed, 4 could not be made: the pack holds", lines[^1]);
        Assert.EndsWith("THE PACK DOES NOT HOLD", PackChecker.Run(made.Pack.AsMemory(1), made.Pins).ToText());
    }

    private static List<byte[]> Manifests(SortedDictionary<string, byte[]> files)
    {
        ByteList.TryDecode(files[PackNames.Manifests], out ReadOnlyMemory<byte>[] manifests);
        return [.. manifests.Select(manifest => manifest.ToArray())];
    }

    private SortedDictionary<string, byte[]> Files() => made.World.Files();

    private string[] Failed(byte[] pack, Pins? pins = null) =>
    [
        .. PackChecker.Run(pack, pins ?? made.Pins).Checks.Where(line => line.Result == CheckResult.Fail)
            .Select(line => line.Id),
    ];
}
