using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Edge.Pipeline;

/// <summary>
/// What lies between the last durable record and the begin of a run: nothing of it was recorded. Its two ends were
/// given by the clocks of two runs; where those do not bear it out, the first manifest says so.
/// </summary>
internal static class RestartGap
{
    /// <summary>Notes it in the open batch, in the manifest and as a record of its own.</summary>
    /// <param name="batches">Before any row was added.</param>
    /// <param name="begun">When reception began.</param>
    /// <param name="lastTime">Latest time that the durable rows have; null where there are none.</param>
    /// <param name="isHandedOver">The process before recorded all until then.</param>
    /// <returns>Its length; and why that is not known.</returns>
    public static (double? Ms, string? Doubt) Note(
        BatchWriter batches, in ClockReading begun, TaiTime? lastTime, bool isHandedOver)
    {
        TaiTime start = begun.Time;
        batches.CoverSince(start);
        if (isHandedOver)
        {
            batches.TryNote(new ManifestEvent(start, EventKind.Administration, "took over from the process before"));
        }

        if (lastTime is not { } last)
        {
            return (null, null);
        }

        if (isHandedOver && start <= last)
        {
            return (0, null);
        }

        // Of a clock that stands before what is durable the gap has an end and no length.
        TaiTime from = last < start ? last : start;
        batches.Note(new ManifestGap(from, start, GapCause.Restart));
        batches.Rows.Gaps.Add(new GapRow
        {
            From = from,
            To = start,
            Cause = batches.Rows.Strings.Add("restart"),
            Estimate = ulong.MaxValue,
        });
        string? doubt = isHandedOver ? null : DoubtOf(begun, last);
        if (doubt is not null)
        {
            batches.TryNote(new ManifestEvent(start, EventKind.Clock, doubt));
        }

        return (start > last ? (start.Microseconds - last.Microseconds) / 1000.0 : null, doubt);
    }

    private static string? DoubtOf(in ClockReading begun, TaiTime last)
    {
        const string Unknown = "how long nothing was recorded before this start is not known";
        long behindMs = (last.Microseconds - begun.Time.Microseconds) / 1000;
        return begun.Time <= last ? $"{Unknown}: the clock stands {behindMs} ms before the last record"
            : begun.State == ClockState.Unset ? $"{Unknown}: the clock was not set"
            : null;
    }
}
