using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>Whether a batch and its sections lie within what a question reaches. Pure.</summary>
internal static class ReleaseScope
{
    private const long DayUs = 86_400 * TaiTime.MicrosecondsPerSecond;

    /// <summary>Null where the sections of the batch may be opened for the question.</summary>
    public static OrderRefusal? Judge(JudgedQuestion asked, Manifest manifest, byte[] sections)
    {
        (Request request, AskedQuestion question) = (asked.Order.Request, asked.Question);
        if (manifest.Notice != request.Notice)
        {
            return new OrderRefusal("release.notice", "a batch was kept under another notice than the order names");
        }

        byte before = 0;
        foreach (byte section in sections)
        {
            if (section <= before || section > SectionPlain.ContactNumber || !question.Sections.Has(section))
            {
                return new OrderRefusal(
                    "release.section",
                    "the question does not reach this section: who it was is not what was contacted");
            }

            if (!Reaches(asked, manifest, section))
            {
                return new OrderRefusal("release.time", "a batch lies outside of the time that the question reaches");
            }

            before = section;
        }

        return sections.Length > 0 ? null : new OrderRefusal("release.section", "no section of a batch is asked for");
    }

    /// <summary>Null where filters of a day's batches may be asked for the question.</summary>
    public static OrderRefusal? JudgeDay(JudgedQuestion asked, int day) => Reaches(
        asked,
        LeapSeconds.ToTai(day * DayUs),
        LeapSeconds.ToTai((day + 1) * DayUs),
        WardenLimits.AttributionAroundUs + DayUs)
            ? null
            : new OrderRefusal("tokens.time", "a batch lies outside of the time that the question reaches");

    private static bool Reaches(JudgedQuestion asked, Manifest manifest, byte section) => Reaches(
        asked,
        manifest.First,
        manifest.Last,
        section == SectionPlain.ContactNumber ? WardenLimits.ContactAroundUs : WardenLimits.AttributionAroundUs);

    /// <summary>Around the question's time; of a referral around the time of one of its lines.</summary>
    private static bool Reaches(JudgedQuestion asked, TaiTime first, TaiTime last, long aroundUs)
    {
        if (asked.Lines is { } lines)
        {
            return lines.Reaches(first, last, aroundUs);
        }

        long from = LeapSeconds.ToTai((long)asked.Question.FromUtcUs).Microseconds - aroundUs;
        long to = LeapSeconds.ToTai((long)asked.Question.ToUtcUs).Microseconds + aroundUs;
        return last.Microseconds >= from && first.Microseconds <= to;
    }
}
