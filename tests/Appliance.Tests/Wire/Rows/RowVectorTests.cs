using Appliance.Lab.Vectors;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire.Rows;

/// <summary>The golden vectors of the row format: <c>./appliance lab vectors --out tests/vectors</c>.</summary>
public sealed class RowVectorTests
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "tests", "vectors", "rows");

    [Fact]
    public void Making_the_vectors_again_gives_the_files_that_are_here()
    {
        Dictionary<string, string> made = RowVectors.All().ToDictionary(v => v.Name + ".json", v => v.ToJson());
        string[] here = [.. Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f)).Order()];
        Assert.Equal(made.Keys.Order(), here);
        foreach ((string name, string json) in made)
        {
            string there = File.ReadAllText(Path.Combine(Folder, name));
            Assert.True(there == json, $"{name} differs: make the vectors again");
        }
    }

    [Fact]
    public void Every_vector_is_judged_as_it_expects()
    {
        RowDecoder decoder = new();
        int judged = 0;
        foreach (string file in Directory.EnumerateFiles(Folder))
        {
            RowVector vector = RowVector.Parse(File.ReadAllText(file));
            RowBatch into = new();
            byte[] columns = Convert.FromHexString(vector.Columns);
            bool taken = decoder.TryDecode(vector.Section, columns, into, out RowFault fault);
            string verdict = taken ? RowVector.Accepted : RowVector.Refused(fault);
            Assert.True(vector.Expect == verdict, $"{vector.Name}: {verdict}");
            CanonRows rows = taken ? new RowCanon().Write(into, vector.Section) : default;
            Assert.Equal(vector.Rows.Count, rows.Count);
            for (int i = 0; i < rows.Count; i++)
            {
                Assert.Equal(vector.Rows[i], Convert.ToHexStringLower(rows[i]));
            }

            judged++;
        }

        Assert.True(judged >= 25, $"only {judged} vectors");
    }

    /// <summary>OtherRowCount is about two sections and has a test of its own.</summary>
    [Fact]
    public void Every_fault_has_a_vector()
    {
        HashSet<string> expected = [.. RowVectors.All().Select(v => v.Expect)];
        Assert.Equal(
            [RowFault.None, RowFault.OtherRowCount],
            Enum.GetValues<RowFault>().Where(f => !expected.Contains(RowVector.Refused(f))));
    }

    [Fact]
    public void The_vectors_show_every_encoding()
    {
        HashSet<ColumnEncoding> shown = [];
        foreach (RowVector vector in RowVectors.All().Where(v => v.Expect == RowVector.Accepted))
        {
            ByteSource source = new(Convert.FromHexString(vector.Columns));
            source.TryBytes(2, out _);
            for (int kind = 0; kind < 4; kind++)
            {
                source.TryVarint(out _);
            }

            new StringTable().TryRead(new ColumnDecoder(), ref source);
            while (source.TryByte(out _))
            {
                source.TryVarint(out ulong length);
                source.TryBytes((long)length, out ReadOnlySpan<byte> content);
                shown.Add((ColumnEncoding)content[0]);
            }
        }

        Assert.Equal(Enum.GetValues<ColumnEncoding>(), shown.Order());
    }
}
