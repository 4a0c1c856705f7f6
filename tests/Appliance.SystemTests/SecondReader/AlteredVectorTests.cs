using Appliance.Lab.Vectors;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.SecondReader;

/// <summary>
/// Vectors with random changes: whatever they are now, both readers say the same of them, word for word. The seed in a
/// failure's message makes the same changes again.
/// </summary>
public sealed class AlteredVectorTests : IDisposable
{
    private const int Seed = 71;
    private static readonly string Vectors = Path.Combine(Checkout.Root, "tests", "vectors");
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("altered-");
    private readonly Random random = new(Seed);

    public void Dispose() => folder.Delete(recursive: true);

    [SecondReaderFact]
    public void Altered_batches_statements_and_messages_are_judged_alike() =>
        AssertJudgedAlike("batch", 600, json =>
        {
            VectorFile vector = VectorFile.Parse(json);
            int which = random.Next(vector.Objects.Count);
            VectorObject[] objects =
                [.. vector.Objects.Select((o, i) => i == which ? o with { Hex = Altered(o.Hex) } : o)];
            VectorFile altered = vector with { Objects = objects, Expect = "accepted" };
            return (altered.ToJson(), VectorText.Of(altered));
        });

    [SecondReaderFact]
    public void Altered_columns_are_judged_alike() =>
        AssertJudgedAlike("rows", 600, json =>
        {
            RowVector vector = RowVector.Parse(json);
            RowVector altered = vector with { Columns = Altered(vector.Columns), Expect = "accepted", Rows = [] };
            string text = VectorText.Of(altered);
            string[] rows = [.. text.Split('\n').Where(l => l.StartsWith("  row ")).Select(l => l.Split(' ')[^1])];
            return ((altered with { Rows = rows }).ToJson(), text);
        });

    private void AssertJudgedAlike(string kind, int count, Func<string, (string Json, string Text)> alter)
    {
        string[] sources = [.. Directory.GetFiles(Path.Combine(Vectors, kind)).Order(StringComparer.Ordinal)];
        List<string> files = [];
        List<string> product = [];
        for (int i = 0; i < count; i++)
        {
            (string json, string text) = alter(File.ReadAllText(sources[random.Next(sources.Length)]));
            files.Add(Path.Combine(folder.FullName, $"{kind}-{i}.json"));
            File.WriteAllText(files[^1], json);
            product.Add(text);
        }

        string[] reader = [.. PythonReader.Run(["vector", .. files]).Output.Replace(" BUT EXPECTED accepted\n", "\n")
            .Split("\n").SkipLast(2)];
        string[] lines = [.. product.SelectMany(text => text.TrimEnd('\n').Split('\n'))];
        for (int i = 0; i < Math.Max(lines.Length, reader.Length); i++)
        {
            string ours = i < lines.Length ? lines[i] : "nothing";
            string theirs = i < reader.Length ? reader[i] : "nothing";
            Assert.True(ours == theirs, $"seed {Seed}, line {i}: the product says '{ours}', the reader '{theirs}'");
        }

        Assert.True(lines.Count(line => line.Contains(": refused: ")) > count / 2);
    }

    private string Altered(string hex)
    {
        List<byte> bytes = [.. Convert.FromHexString(hex)];
        for (int changes = random.Next(1, 3); changes > 0 && bytes.Count > 0; changes--)
        {
            // The head of an object decides more than its signatures and ciphertexts do.
            int at = random.Next(2) == 0 ? random.Next(Math.Min(bytes.Count, 64)) : random.Next(bytes.Count);
            switch (random.Next(4))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                default:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
            }
        }

        return Convert.ToHexStringLower([.. bytes]);
    }
}
