using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>
/// Which batches may answer, by filter tokens that the warden makes. Few values are asked about first: where an address
/// is dense they already find nearly every batch, and only the batches that they do not find are asked about all.
/// </summary>
/// <param name="archive">Has the filters.</param>
/// <param name="warden">Makes the tokens.</param>
/// <param name="under">The order and a fresh proof that its question is logged.</param>
internal sealed class FilterSearch(EmbeddedArchive archive, IWarden warden, Func<AskedUnder> under)
{
    // Of a batch with a few thousand flows of one address, this many of its ports find 19 of 20.
    private const int FirstValues = 64;

    /// <summary>Those of the candidates that no filter excludes, in their order.</summary>
    public List<StoredBatch> MayAnswer(
        List<StoredBatch> candidates, SectionSet sections, IReadOnlyList<TokenQuery> anyOf)
    {
        var values = new List<Token>();
        var known = new HashSet<string>();
        foreach (TokenQuery query in anyOf)
        {
            foreach (Token token in query.Tokens)
            {
                if (!sections.Has(token.Section))
                {
                    // The filter of a section that is not asked for is not looked at: nothing can be excluded.
                    return candidates;
                }

                // Every port of an address asks for the address's blocks as well.
                if (known.Add(Convert.ToBase64String(token.Bytes.Span)))
                {
                    values.Add(token);
                }
            }
        }

        return values.Count == 0 || candidates.Count == 0 ? candidates : Ask(candidates, values);
    }

    private List<StoredBatch> Ask(List<StoredBatch> candidates, List<Token> values)
    {
        var found = new HashSet<long>();
        List<StoredBatch> open = candidates;

        // Values come in the order of their times, and ports that were in use together stand in the same batches.
        int every = (values.Count + FirstValues - 1) / FirstValues;
        Token[] few = [.. values.Where((_, i) => i % every == 0)];
        IEnumerable<Token> others = values.Where((_, i) => i % every != 0);
        foreach (Token[] some in others.Chunk(WardenLimits.ValuesMax).Prepend(few))
        {
            if (open.Count > 0)
            {
                Ask(open, [.. some], found);
                open = open.FindAll(batch => !found.Contains(batch.Number));
            }
        }

        return candidates.FindAll(batch => found.Contains(batch.Number));
    }

    private void Ask(List<StoredBatch> candidates, List<Token> values, HashSet<long> found)
    {
        byte[][] bytes = [.. values.ConvertAll(value => value.Bytes.ToArray())];
        foreach (StoredBatch[] some in candidates.Chunk(WardenLimits.BatchesMax))
        {
            AskedFilter[] filters = Array.ConvertAll(
                some,
                batch => new AskedFilter(
                    batch.Device.ToString(), archive.NoticeOf(batch).ToString(), batch.Day, batch.Id.ToArray()));
            TokenAnswer answer = warden.Tokens(new TokenAsk(under(), filters, bytes));
            for (int i = 0; i < some.Length; i++)
            {
                if (archive.MayHave(some[i], values, answer.Tokens[i]))
                {
                    found.Add(some[i].Number);
                }
            }
        }
    }
}
