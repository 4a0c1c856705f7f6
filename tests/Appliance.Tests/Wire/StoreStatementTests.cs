using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

/// <summary>What stores and wardens sign for the log is read as it was signed, and nothing else is.</summary>
public sealed class StoreStatementTests : IDisposable
{
    private readonly Random random = new(5);
    private readonly SigningKey key;
    private readonly SigningKey other;

    public StoreStatementTests()
    {
        key = SigningKey.New(random.NextBytes);
        other = SigningKey.New(random.NextBytes);
    }

    public void Dispose()
    {
        key.Dispose();
        other.Dispose();
    }

    [Fact]
    public void A_search_statement_is_read_as_it_was_signed()
    {
        SearchStatement made = Search();

        Refusal refusal = SearchStatement.TryVerify(made.Sign(key).Bytes, key.Public, out SearchStatement? read);

        Assert.Equal(Refusal.None, refusal);
        Assert.Equal(made with { Releases = read!.Releases, Missing = read.Missing }, read);
        Assert.Equal(made.Releases, read.Releases);
        Assert.Equal(made.Missing, read.Missing);
    }

    [Fact]
    public void A_search_statement_of_another_key_or_type_or_cut_short_is_refused()
    {
        byte[] bytes = Search().Sign(key).Bytes;

        Assert.Equal(Refusal.ForeignKey, SearchStatement.TryVerify(bytes, other.Public, out _));
        Assert.Equal(Refusal.WrongType, ReleaseStatement.TryVerify(bytes, key.Public, out _));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.NotEqual(
                Refusal.None, SearchStatement.TryVerify(bytes.AsMemory(0, length), key.Public, out _));
        }
    }

    [Fact]
    public void A_statement_of_destruction_is_read_as_it_was_signed_and_in_no_other_way()
    {
        var made = new DestroyStatement(Id16.New(random.NextBytes), 7,
        [
            new DestroyedKey(
                Id16.New(random.NextBytes), Id16.New(random.NextBytes), 2, 20_000, KeyRole.WardenA, key.Public.Kid),
        ]);
        byte[] bytes = made.Sign(key).Bytes;

        Assert.Equal(Refusal.None, DestroyStatement.TryVerify(bytes, key.Public, out DestroyStatement? read));
        Assert.Equal((made.By, made.UtcUs, made.Keys[0]), (read!.By, read.UtcUs, Assert.Single(read.Keys)));
        Assert.Equal(Refusal.ForeignKey, DestroyStatement.TryVerify(bytes, other.Public, out _));
        Assert.Equal(Refusal.WrongType, SearchStatement.TryVerify(bytes, key.Public, out _));
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.NotEqual(Refusal.None, DestroyStatement.TryRead(bytes.AsMemory(0, length), out _));
        }
    }

    private SearchStatement Search() => new()
    {
        Store = Id16.New(random.NextBytes),
        Request = Id16.New(random.NextBytes),
        Question = Hash32.Of([1]),
        QuestionIndex = 17,
        UtcUs = 5,
        FromUtcUs = 1,
        ToUtcUs = 2,
        Touching = 9,
        Opened = 3,
        Releases = [18, 20],
        Missing = [new SearchGap(Id16.New(random.NextBytes), 1, 2, "missing batches")],
        Records = 4,
        Answer = Hash32.Of([2]),
    };
}
