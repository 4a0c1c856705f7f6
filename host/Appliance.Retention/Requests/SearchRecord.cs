using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>What was searched for a question, as its archive saw it.</summary>
/// <param name="Missing">What is missing of the time asked about, by device.</param>
/// <param name="Touching">Batches that touch the time that was read.</param>
/// <param name="Opened">Batches opened of them.</param>
/// <param name="Releases">Indices of the releases in the log.</param>
internal sealed record SearchRecord(
    IReadOnlyList<(Id16 Device, CoverageGap Gap)> Missing, ulong Touching, ulong Opened, IReadOnlyList<ulong> Releases)
{
    /// <summary>The statement that a store signs about it.</summary>
    /// <param name="store">Identity of the store.</param>
    /// <param name="question">What was asked.</param>
    /// <param name="commitment">Commitment and index of its entry.</param>
    /// <param name="records">Records disclosed.</param>
    /// <param name="answer">The answer, as it is handed over.</param>
    /// <param name="nowUtcUs">UTC now, microseconds since 1970.</param>
    public SearchStatement ToStatement(
        Id16 store,
        AskedQuestion question,
        (Hash32 Commitment, ulong Index) commitment,
        ulong records,
        ReadOnlySpan<byte> answer,
        ulong nowUtcUs) => new()
    {
        Store = store,
        Request = Id16.TryParse(question.Request, out Id16 request) ? request : default,
        Question = commitment.Commitment,
        QuestionIndex = commitment.Index,
        UtcUs = nowUtcUs,
        FromUtcUs = question.FromUtcUs,
        ToUtcUs = question.ToUtcUs,
        Touching = Touching,
        Opened = Opened,
        Releases = Releases,
        Missing = [.. Missing.Take(Limits.GapsMax).Select(gap => Within(question, gap.Device, gap.Gap))],
        Records = records,
        Answer = Hash32.Of(answer),
    };

    /// <summary>A gap may be open at an end; what is said of it ends with the time that was asked about.</summary>
    private static SearchGap Within(AskedQuestion question, Id16 device, CoverageGap gap)
    {
        ulong from = gap.IsOpenBegun ? 0 : Utc(gap.From);
        ulong to = gap.IsOpenEnded ? ulong.MaxValue : Utc(gap.To);
        return new SearchGap(
            device, Math.Max(from, question.FromUtcUs), Math.Min(to, question.ToUtcUs), gap.Cause);
    }

    private static ulong Utc(TaiTime time) => (ulong)Math.Max(0, LeapSeconds.ToUtc(time));
}
