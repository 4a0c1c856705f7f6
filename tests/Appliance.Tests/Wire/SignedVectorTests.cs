using Appliance.Lab.Vectors;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

/// <summary>
/// The golden vectors of the safeguards' objects: <c>./appliance lab vectors --out tests/vectors</c>.
/// </summary>
public sealed class SignedVectorTests
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "tests", "vectors", "signed");

    [Fact]
    public void Making_the_vectors_again_gives_the_files_that_are_here()
    {
        Dictionary<string, string> made = SignedVectors.All().ToDictionary(v => v.Name + ".json", v => v.ToJson());
        string[] here = [.. Directory.EnumerateFiles(Folder).Select(f => Path.GetFileName(f)).Order()];

        Assert.Equal(made.Keys.Order(), here);
        Assert.All(made, pair => Assert.Equal(pair.Value, File.ReadAllText(Path.Combine(Folder, pair.Key))));
    }

    [Fact]
    public void Every_vector_is_judged_as_it_expects_and_every_type_of_the_safeguards_has_one()
    {
        SignedVector[] all = Read();
        SignedType[] others =
        [
            SignedType.Batch, SignedType.Epoch, SignedType.Head, SignedType.Receipt, SignedType.Control,
            SignedType.Pack, SignedType.Device,
        ];

        Assert.All(all, vector => Assert.Equal((vector.Name, vector.Expect), (vector.Name, vector.Judge())));
        Assert.Equal(
            Enum.GetValues<SignedType>().Except(others).Select(type => type.ToString().ToLowerInvariant()).Order(),
            all.Where(v => v.Expect == "accepted" && v.Type != "entry").Select(v => v.Type).Distinct().Order());
    }

    [Fact]
    public void No_accepted_vector_is_accepted_with_any_bit_of_its_last_byte_or_its_middle_flipped()
    {
        foreach (SignedVector vector in Read().Where(v => v.Expect == "accepted" && v.Type != "entry"))
        {
            byte[] bytes = Convert.FromHexString(vector.Object);
            foreach (int at in new[] { bytes.Length - 1, bytes.Length / 2 })
            {
                byte[] flipped = [.. bytes];
                flipped[at] ^= 0x10;
                string verdict = (vector with { Object = Convert.ToHexStringLower(flipped) }).Judge();
                Assert.True(verdict != "accepted", $"{vector.Name}: byte {at}");
            }
        }
    }

    private static SignedVector[] Read() =>
        [.. Directory.EnumerateFiles(Folder).Select(file => SignedVector.Parse(File.ReadAllText(file)))];
}
