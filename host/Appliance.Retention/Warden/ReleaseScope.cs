using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>Whether a batch and its sections lie within what a question reaches. Pure.</summary>
internal static class ReleaseScope
{
    private const long DayUs = 86_400 * TaiTime.MicrosecondsPerSecond;

    /// <summary>Null where the sections of the batch may be opened for the question.</summary>
    public static OrderRefusal? Judge(Request request, AskedQuestion question, Manifest manifest, byte[] sections)
    {
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

            if (!Reaches(question, manifest, section))
            {
                return new OrderRefusal("release.time", "a batch lies outside of the time that the question reaches");
            }

            before = section;
        }

        return sections.Length > 0 ? null : new OrderRefusal("release.section", "no section of a batch is asked for");
    }

    /// <summary>Null where filters of a day's batches may be asked for the question.</summary>
    public static OrderRefusal? JudgeDay(AskedQuestion question, int day)
    {
        long around = WardenLimits.AttributionAroundUs + DayUs;
        bool reaches = (day + 1) * DayUs >= (long)question.FromUtcUs - around
            && day * DayUs <= (long)question.ToUtcUs + around;
        return reaches
            ? null
            : new OrderRefusal("tokens.time", "a batch lies outside of the time that the question reaches");
    }

    private static bool Reaches(AskedQuestion question, Manifest manifest, byte section)
    {
        long around = section == SectionPlain.ContactNumber
            ? WardenLimits.ContactAroundUs
            : WardenLimits.AttributionAroundUs;
        long from = LeapSeconds.ToTai((long)question.FromUtcUs).Microseconds - around;
        long to = LeapSeconds.ToTai((long)question.ToUtcUs).Microseconds + around;
        return manifest.Last.Microseconds >= from && manifest.First.Microseconds <= to;
    }
}
