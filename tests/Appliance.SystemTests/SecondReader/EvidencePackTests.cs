using System.Text.Json;
using System.Text.RegularExpressions;
using Appliance.Evidence;
using Appliance.TestSupport;
using Appliance.Tests.Retention.Evidence;
using Xunit;

namespace Appliance.SystemTests.SecondReader;

/// <summary>The program and the reader in Python hold the same packs for good, and the same for bad.</summary>
public sealed partial class EvidencePackTests : IDisposable
{
    private const int Seed = 17;
    private const int Flips = 12;
    private readonly EvidenceWorld world = new(withStamps: true);

    public EvidencePackTests()
    {
        world.Vouch();
        world.Make();
    }

    public void Dispose() => world.Dispose();

    [Transcript("icrctl verify")]
    [SecondReaderFact]
    public void Both_make_the_same_of_each_check_that_both_have()
    {
        string pins = world.PinsFile();
        Outcome text = Programs.Icrctl("verify", world.Name + ".tar", "--pins", pins);
        Outcome product = Programs.Icrctl("verify", world.Name + ".tar", "--pins", pins, "--json");
        Outcome reader = PythonReader.Run("pack", world.Name + ".tar", "--pins", pins);

        Dictionary<string, string> ours = JsonDocument.Parse(product.Output).RootElement.GetProperty("checks")
            .EnumerateArray()
            .ToDictionary(line => line.GetProperty("id").GetString()!, line => line.GetProperty("result").GetString()!);
        Dictionary<string, string> theirs = Check().Matches(reader.Output)
            .ToDictionary(line => line.Groups["id"].Value, line => line.Groups["result"].Value);
        Assert.Equal((0, 0, 0), (text.Code, product.Code, reader.Code));
        Assert.EndsWith("the pack holds", text.Output.TrimEnd());
        Assert.True(theirs.Count >= 18, reader.Output);
        Assert.All(theirs, line => Assert.Equal((line.Key, line.Value), (line.Key, ours[line.Key])));
    }

    [SecondReaderFact]
    public void Neither_takes_a_pack_with_a_flipped_bit_or_without_a_file()
    {
        string pins = world.PinsFile();
        byte[] pack = world.Pack;
        var random = new Random(Seed);
        for (int i = 0; i < Flips; i++)
        {
            byte[] copy = [.. pack];
            int at = random.Next(copy.Length);
            copy[at] ^= (byte)(1 << random.Next(8));
            AssertRefused(copy, pins, $"seed {Seed}, flip {i} at byte {at}");
        }

        SortedDictionary<string, byte[]> files = world.Files();
        files.Remove(PackNames.Manifests);
        AssertRefused(world.Resealed(files), pins, "without manifests");
    }

    private void AssertRefused(byte[] pack, string pins, string what)
    {
        string file = world.Orders.File("altered.tar");
        File.WriteAllBytes(file, pack);
        Outcome product = Programs.Icrctl("verify", file, "--pins", pins);
        Outcome reader = PythonReader.Run("pack", file, "--pins", pins);
        Assert.True(product.Code == 1 && reader.Code == 1, $"{what}: {product.Output}{reader.Output}{reader.Error}");
    }

    [GeneratedRegex(@"^(?<result>pass|fail|not checkable)\s+(?<id>[a-z.]+)\s", RegexOptions.Multiline)]
    private static partial Regex Check();
}
