using Appliance.Journal;
using Xunit;

namespace Appliance.Tests.Journal;

public sealed class RecoveryTableTests
{
    [Fact]
    public void Every_combination_of_facts_meets_exactly_one_row()
    {
        List<RecoveryFacts> all = All();
        Assert.Equal(5 * 32, all.Count);
        foreach (RecoveryFacts facts in all)
        {
            List<string> rows = RecoveryTable.RowsFor(facts);
            Assert.True(rows.Count == 1, $"{facts} meets [{string.Join("; ", rows)}]");
        }
    }

    [Fact]
    public void Every_row_is_met_by_some_combination()
    {
        HashSet<string> met = [.. All().Select(facts => RecoveryTable.Decide(facts).Name)];
        Assert.Equal(RecoveryTable.Count, met.Count);
    }

    [Fact]
    public void Nothing_rotted_or_foreign_or_out_of_order_is_ever_removed_cut_or_used_again()
    {
        foreach (RecoveryFacts facts in All().Where(f => f.IsRotted || f.IsOutOfOrder
            || f.Content is SegmentContent.Foreign or SegmentContent.Junk))
        {
            RecoveryDecision decision = RecoveryTable.Decide(facts).Decision;
            Assert.True(decision is RecoveryDecision.KeepEvidence or RecoveryDecision.Contradiction, facts.ToString());
        }
    }

    [Fact]
    public void Only_a_blank_whole_segment_at_the_end_is_written_next()
    {
        RecoveryFacts facts = Assert.Single(All(), f => RecoveryTable.Decide(f).Decision == RecoveryDecision.UseNext);
        Assert.Equal(new RecoveryFacts(SegmentContent.Blank, false, false, false, false, false), facts);
    }

    private static List<RecoveryFacts> All()
    {
        List<RecoveryFacts> all = [];
        foreach (SegmentContent content in Enum.GetValues<SegmentContent>())
        {
            for (int bits = 0; bits < 32; bits++)
            {
                all.Add(new(content, Has(bits, 0), Has(bits, 1), Has(bits, 2), Has(bits, 3), Has(bits, 4)));
            }
        }

        return all;
    }

    private static bool Has(int bits, int bit) => (bits >> bit & 1) != 0;
}
