using Appliance.Retention.Archive;

namespace Appliance.Retention.Questions;

/// <summary>
/// Chooses the one word. With a port, who held it is shown by a record, and a gap beside it takes nothing away. Without
/// one, a single line is only singled out because nobody else was seen: a gap in the interval takes that away, and the
/// word is "not covered".
/// <code>
///  candidates            gap in the interval   port given   word
///  none                  no                    any          none
///  none                  yes                   any          not covered
///  only lines unknown    any                   any          not covered
///  only "next record     (yes, by definition)  any          not covered
///    is missing"
///  one known line        no                    any          identified
///  one known line        yes                   yes          identified, with a note
///  one known line        yes                   no           not covered
///  more                  any                   any          ambiguous N
/// </code>
/// </summary>
internal static class Verdict
{
    public static (AnswerWord Word, string Reason) Of(
        ResolveQuestion question, Evaluation result, IReadOnlyList<NotCovered> missing)
    {
        bool isWhole = missing.Count == 0;
        if (result.Lines == 0)
        {
            return isWhole
                ? (AnswerWord.None, "no recorded flow held it in the interval, and nothing is missing there")
                : (AnswerWord.NotCovered, $"nothing is recorded of it, but {Gap(missing[0])}");
        }

        if (result.KnownLines == 0)
        {
            return (AnswerWord.NotCovered, "flows held it, but the inside leg did not show whose they were");
        }

        if (result.Solid == 0)
        {
            string why = isWhole ? "the records that would tell are missing" : Gap(missing[0]);
            return (AnswerWord.NotCovered, $"lines held it before, but {why}");
        }

        if (result.Lines > 1)
        {
            return (AnswerWord.Ambiguous, SeveralLines(result.Lines));
        }

        return isWhole || question.Port is not null
            ? (AnswerWord.Identified, "one line, and no other, held it in the interval")
            : (AnswerWord.NotCovered, $"one line is recorded, but others may not be: {Gap(missing[0])}");
    }

    /// <summary>The reason of an ambiguous answer.</summary>
    public static string SeveralLines(int lines) => $"{lines} lines may be the one";

    /// <summary>A gap in words.</summary>
    public static string Gap(NotCovered missing)
    {
        string where = missing.Gap.Where.Length > 0 ? $", {missing.Gap.Where}" : "";
        string leg = missing.Gap.Leg.Length > 0 ? $", leg {missing.Gap.Leg}" : "";
        return $"{missing.Gap.Cause}: {Begin(missing.Gap)} to {End(missing.Gap)} "
            + $"(device {missing.Device}{where}{leg})";
    }

    private static string Begin(CoverageGap gap) => gap.IsOpenBegun ? "the beginning" : UtcText.Of(gap.From);

    private static string End(CoverageGap gap) => gap.IsOpenEnded ? "now" : UtcText.Of(gap.To);
}
