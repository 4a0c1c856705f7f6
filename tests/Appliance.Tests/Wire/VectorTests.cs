using Appliance.Lab.Vectors;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

/// <summary>The golden vectors of the batch format: <c>./appliance lab vectors --out tests/vectors</c>.</summary>
public sealed class VectorTests
{
    private static readonly Lazy<List<VectorFile>> Made = new(VectorMaker.All);
    private static readonly string Folder = Path.Combine(Checkout.Root, "tests", "vectors", "batch");

    [Fact]
    public void Making_the_vectors_again_gives_the_files_that_are_here()
    {
        Dictionary<string, string> made = Made.Value.ToDictionary(v => v.Name + ".json", v => v.ToJson());
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
        int judged = 0;
        foreach (string file in Directory.EnumerateFiles(Folder))
        {
            VectorFile vector = VectorFile.Parse(File.ReadAllText(file));
            Assert.True(vector.Expect == VectorJudge.Judge(vector), $"{vector.Name}: {VectorJudge.Judge(vector)}");
            judged++;
        }

        Assert.True(judged >= 50, $"only {judged} vectors");
    }

    /// <summary>
    /// TooLarge has none: its file would be larger than all others together; it has a test of its own. Nor has what
    /// only a store can know: that a notice is withdrawn.
    /// </summary>
    [Fact]
    public void Every_refusal_has_a_vector_and_a_sentence_of_its_own()
    {
        HashSet<string> expected = [.. Made.Value.Select(v => v.Expect)];
        Refusal[] all = Enum.GetValues<Refusal>();
        Assert.Equal(
            ["refused: too large", "refused: notice withdrawn"],
            all.Select(r => r.Verdict()).Where(v => !expected.Contains(v)));
        Assert.Equal(all.Length, all.Select(r => r.Sentence()).Distinct().Count());
    }

    /// <summary>RFC 6979 appendix A.2.5, SHA-256, "sample" and "test".</summary>
    [Theory]
    [InlineData(
        "sample",
        "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
        "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8")]
    [InlineData(
        "test",
        "F1ABB023518351CD71D881567B1EA663ED3EFCF6C5132B354F28D3B0B7D38367",
        "019F4113742A2B14BD25926B49C649155F267E60D3814B4C0CC84250E46F0083")]
    public void The_vectors_are_signed_as_rfc_6979_says(string message, string r, string s)
    {
        byte[] scalar = Convert.FromHexString("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
        byte[] hash = Hash32.Of(System.Text.Encoding.ASCII.GetBytes(message)).ToArray();
        byte[] signature = new byte[64];
        Rfc6979.Sign(scalar, hash, signature);
        Assert.Equal(r + s, Convert.ToHexString(signature));
    }
}
