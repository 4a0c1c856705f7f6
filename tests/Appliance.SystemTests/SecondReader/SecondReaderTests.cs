using System.Text.RegularExpressions;
using Appliance.Lab.Vectors;
using Appliance.SystemTests.Replay;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.SecondReader;

/// <summary>
/// The reader in Python, which shares no code with the product, finds in vectors and segments what the product finds.
/// </summary>
public sealed class SecondReaderTests(ReplayFixture fixture) : IClassFixture<ReplayFixture>
{
    /// <summary>A day key of section 2 up to its public half; then its private half.</summary>
    private const string ContactPrivate =
        @"(""section"": 2,[^}]*?""public"": ""[0-9a-f]+""),\s*""private"": ""[0-9a-f]+""";

    private static readonly string Vectors = Path.Combine(Checkout.Root, "tests", "vectors");

    [SecondReaderFact]
    public void Every_vector_is_judged_as_it_expects_and_read_as_the_product_reads_it()
    {
        string[] batches = Files("batch");
        string[] rows = Files("rows");

        Outcome reader = PythonReader.Run(["vector", .. batches, .. rows]);

        string product = string.Concat(batches.Select(f => VectorText.Of(VectorFile.Parse(File.ReadAllText(f)))))
            + string.Concat(rows.Select(f => VectorText.Of(RowVector.Parse(File.ReadAllText(f)))))
            + $"{batches.Length + rows.Length} vectors, 0 judged otherwise than they expect\n";
        Assert.Equal("", reader.Error);
        Assert.Equal(product, reader.Output);
        Assert.Equal(0, reader.Code);
    }

    [SecondReaderFact]
    public void Every_vector_of_a_signed_object_is_judged_as_it_expects()
    {
        string[] files = Files("signed");
        string altered = fixture.In("unsigned.json");
        File.WriteAllText(
            altered, File.ReadAllText(files.Single(file => file.EndsWith("one-signer.json", StringComparison.Ordinal)))
                .Replace("refused: control signers", "accepted"));

        Outcome reader = PythonReader.Run(["vector", .. files]);
        Outcome wrong = PythonReader.Run("vector", altered);

        Assert.EndsWith($"{files.Length} vectors, 0 judged otherwise than they expect\n", reader.Output);
        Assert.Equal(("", 0), (reader.Error, reader.Code));
        Assert.Equal(1, wrong.Code);
        Assert.Contains("refused: control signers BUT EXPECTED accepted", wrong.Output);
    }

    [SecondReaderFact]
    public void A_vector_that_expects_another_verdict_fails_the_reader()
    {
        string file = fixture.In("altered.json");
        string vector = File.ReadAllText(Path.Combine(Vectors, "batch", "wrong-root.json"));
        File.WriteAllText(file, vector.Replace("refused: root", "accepted"));

        Outcome reader = PythonReader.Run("vector", file);

        Assert.Contains("wrong-root: refused: root BUT EXPECTED accepted\n", reader.Output);
        Assert.Equal(1, reader.Code);
    }

    [SecondReaderFact]
    public void Generated_traffic_is_printed_byte_for_byte_as_the_product_prints_it()
    {
        Outcome product = Product(fixture.Box, fixture.Keys);

        Assert.True(product.Output.Count(c => c == '\n') > 5000);
        Assert.Equal(0, product.Code);
        AssertSame(product, fixture.Box, fixture.Keys);
    }

    [SecondReaderFact("nat-two-leg", "ndpi")]
    public void Captures_of_real_hosts_are_printed_byte_for_byte_as_the_product_prints_them()
    {
        string nat = Path.Combine(Checkout.Data("nat-two-leg")!, "lab7");
        AssertSameAfterReplay(
            "two-leg",
            "--inside",
            Path.Combine(nat, "NAT_inside_trace.pcapng"),
            "--outside",
            Path.Combine(nat, "NAT_outside_trace.pcapng"));
        string captures = Path.Combine(Checkout.Data("ndpi")!, "tests", "cfgs", "default", "pcap");
        string[] names = ["KakaoTalk_talk", "iphone", "uftp_v4_v5", "weibo", "6in6tunnel"];
        AssertSameAfterReplay(
            "real-hosts", [.. names.SelectMany(n => new[] { "--inside", Path.Combine(captures, n + ".pcap") })]);
    }

    [SecondReaderFact]
    public void A_flipped_bit_is_refused_and_the_rest_printed_as_the_product_does()
    {
        string name = Path.GetFileName(Assert.Single(Directory.GetFiles(fixture.Box, "segment-*")));
        Random random = new(23);
        for (int i = 0; i < 6; i++)
        {
            string copy = fixture.Copy($"second-reader-{i}");
            byte[] segment = File.ReadAllBytes(Path.Combine(copy, name));
            // Within the first two frames: the padding behind a frame may hold anything.
            int at = i % 2 == 0 ? random.Next(64) : 4096 + random.Next(4096);
            segment[at] ^= (byte)(1 << random.Next(8));
            File.WriteAllBytes(Path.Combine(copy, name), segment);

            Outcome product = Product(copy, fixture.Keys);

            Assert.Equal(1, product.Code);
            AssertSame(product, copy, fixture.Keys, $"with byte {at} flipped");
        }
    }

    [SecondReaderFact]
    public void Without_the_keys_of_a_section_its_fields_are_empty_in_both_readers()
    {
        string keys = fixture.In("attribution-keys");
        Directory.CreateDirectory(keys);
        string whole = File.ReadAllText(Path.Combine(fixture.Keys, "keyset.json"));
        string halved = Regex.Replace(whole, ContactPrivate, "$1");
        File.WriteAllText(Path.Combine(keys, "keyset.json"), halved);

        Outcome product = Product(fixture.Box, keys);

        Assert.NotEqual(whole, halved);
        Assert.Equal(1, product.Code);
        AssertSame(product, fixture.Box, keys);
    }

    [SecondReaderFact]
    public void Trees_proofs_and_time_stamps_hold_and_altered_ones_are_refused()
    {
        Outcome checks = PythonReader.RunChecks();

        Assert.True(checks.Code == 0, checks.Error);
        Assert.Matches(@"Ran [0-9]{2} tests[^\n]*\n\nOK\n$", checks.Error);
    }

    private void AssertSameAfterReplay(string name, params string[] captures)
    {
        string box = fixture.In(name);
        Outcome replay = Programs.Icrctl(["replay", .. captures, "--out", box]);
        Assert.True(replay.Code == 0, replay.Error);
        string keys = Path.Combine(box, "keys");
        Outcome product = Product(box, keys);
        Assert.True(product.Output.Count(c => c == '\n') > 1, $"{name} has no records");
        AssertSame(product, box, keys);
    }

    private static void AssertSame(Outcome product, string box, string keys, string what = "")
    {
        Outcome reader = PythonReader.Run("segments", box, "--keys", Path.Combine(keys, "keyset.json"));
        Assert.True(product.Output == reader.Output, $"{box} {what}: the outputs differ; {reader.Error}");
        Assert.True(product.Code == reader.Code, $"{box} {what}: exit code {reader.Code}; {reader.Error}");
    }

    private static Outcome Product(string box, string keys) =>
        Programs.Retention("records", "--in", box, "--keys", keys, "--format", "csv");

    private static string[] Files(string folder) =>
        [.. Directory.GetFiles(Path.Combine(Vectors, folder)).Order(StringComparer.Ordinal)];
}
