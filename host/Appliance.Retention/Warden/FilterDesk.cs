using Appliance.Retention.Forgetting;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>
/// What the warden tells of filters: tokens of the values that an order names, and for ingest the filter keys of the
/// days whose rows it has in hand anyway.
/// </summary>
internal sealed class FilterDesk(QuestionJudge judge, WardenKeys keys, KeptTerm term, TimeProvider clock)
{
    /// <summary>Filter tokens of values in batches: which of them may answer, and nothing more.</summary>
    public OrderRefusal? Tokens(TokenAsk ask, out TokenAnswer? answer)
    {
        answer = null;
        OrderRefusal? wrong = judge.JudgeArchive(ask.Under, out JudgedQuestion? asked);
        if (wrong is not null)
        {
            return wrong;
        }

        if (ask.Values.Length > WardenLimits.ValuesMax || ask.Batches.Length > WardenLimits.BatchesMax)
        {
            return new OrderRefusal("tokens.many", "more filter tokens than one question needs; ask a shorter time");
        }

        var tokens = new byte[ask.Batches.Length][];
        foreach (byte[] value in ask.Values)
        {
            wrong ??= TokenScope.Judge(asked!, value);
        }

        for (int i = 0; wrong is null && i < tokens.Length; i++)
        {
            wrong = TryTokens(ask.Batches[i], ask.Values, asked!, out tokens[i]);
        }

        answer = wrong is null ? new TokenAnswer(tokens) : null;
        return wrong;
    }

    /// <summary>
    /// Filter keys for ingest: of batches so young that ingest's own day keys open them whole.
    /// </summary>
    public OrderRefusal? FilterKeys(FilterKeyAsk ask, out FilterKeys? answer)
    {
        answer = null;
        int today = (int)(UtcClock.Now(clock) / (86_400UL * TaiTime.MicrosecondsPerSecond));
        if (!Id16.TryParse(ask.Device, out Id16 device) || !Id16.TryParse(ask.Notice, out Id16 notice)
            || ask.Batch.Length != Hash32.Size)
        {
            return new OrderRefusal("filter.batch", "the batch is not named as it should be");
        }

        if (ask.Day < today - StoreLimits.DrainDays || ask.Day > today + 1)
        {
            return new OrderRefusal("filter.day", "ingest asks only for the days whose own keys it still has");
        }

        var made = new byte[Wire.Limits.SectionsMax][];
        for (int section = 1; section <= made.Length; section++)
        {
            made[section - 1] =
                keys.FilterKey(device, notice, ask.Day, Hash32.FromBytes(ask.Batch), (byte)section) ?? [];
        }

        answer = new FilterKeys(made);
        return null;
    }

    private OrderRefusal? TryTokens(AskedFilter batch, byte[][] values, JudgedQuestion asked, out byte[] tokens)
    {
        tokens = [];
        if (!Id16.TryParse(batch.Device, out Id16 device) || !Id16.TryParse(batch.Notice, out Id16 notice)
            || batch.Batch.Length != Hash32.Size)
        {
            return new OrderRefusal("tokens.batch", "a batch is not named as it should be");
        }

        OrderRefusal? wrong = ReleaseScope.JudgeDay(asked, batch.Day);
        if (wrong is not null || term.IsOver(notice, batch.Day))
        {
            return wrong;
        }

        var filterKeys = new byte[]?[Wire.Limits.SectionsMax + 1];
        for (byte section = 1; section < filterKeys.Length; section++)
        {
            filterKeys[section] = keys.FilterKey(
                device, notice, batch.Day, Hash32.FromBytes(batch.Batch), section);
        }

        tokens = TokenScope.Make(values, filterKeys);
        return null;
    }
}
