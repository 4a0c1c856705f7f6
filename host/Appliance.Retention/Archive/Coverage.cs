using Appliance.Retention.Corrections;
using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>What an archive knows about its own completeness in an interval.</summary>
/// <param name="Devices">Every device that the archive has something of, by its id.</param>
internal sealed record Coverage(IReadOnlyList<DeviceCoverage> Devices)
{
    /// <summary>
    /// True where no time of [<paramref name="from"/>, <paramref name="to"/>] lies before the first or after the last
    /// record of some device, or in a gap of it. False where there is no device at all.
    /// </summary>
    public bool IsWhole(TaiTime from, TaiTime to)
    {
        bool whole = Devices.Count > 0;
        foreach (DeviceCoverage device in Devices)
        {
            whole &= device.Gaps.Count == 0 && device.First <= from && to <= device.Last;
        }

        return whole;
    }
}

/// <summary>Completeness of what one device sent.</summary>
/// <param name="Device">The device.</param>
/// <param name="First">Earliest record time that the archive has of it at all.</param>
/// <param name="Last">Latest record time that the archive has of it at all.</param>
/// <param name="Gaps">Gaps that touch the interval asked for, by their begin.</param>
internal sealed record DeviceCoverage(Id16 Device, TaiTime First, TaiTime Last, IReadOnlyList<CoverageGap> Gaps);

/// <summary>Where a gap is known from.</summary>
internal enum GapSource : byte
{
    /// <summary>A gap row among the records.</summary>
    Record,

    /// <summary>The signed manifest of a batch (key 16).</summary>
    Manifest,

    /// <summary>Batches that must exist and are not here: known by number, checkpoint or epoch statement.</summary>
    MissingBatches,

    /// <summary>Between the last record of one run of the device and the first of the next.</summary>
    BetweenEpochs,

    /// <summary>A batch whose gap rows are not known: the index was made without its ingest key.</summary>
    Unread,
}

/// <summary>A stretch of time in which something was not seen, or was seen and did not arrive.</summary>
/// <param name="From">Begin, TAI.</param>
/// <param name="To">End, TAI.</param>
/// <param name="Source">Where it is known from.</param>
/// <param name="Cause">One or two words: the gap row's or manifest's cause; "missing batches"; "restart";
/// "records not read".</param>
/// <param name="Leg">Leg that was not seen; empty where it is all or not known.</param>
/// <param name="Where">Epoch and batch numbers that say it, for people: "epoch 7, batches 12 to 14".</param>
internal sealed record CoverageGap(
    TaiTime From, TaiTime To, GapSource Source, string Cause, string Leg, string Where)
{
    /// <summary>Cause of a gap that stands for the gap rows of a batch that was not read.</summary>
    public const string UnreadCause = "records not read";

    /// <summary>
    /// Times that a clock took back by more than a question looks around it: the records may be anywhere near, as far
    /// as a bound can say.
    /// </summary>
    public static CoverageGap OfDoubt(ToldDoubt told) => new(
        Questions.Window.Add(told.Doubt.From, -uint.MaxValue),
        Questions.Window.Add(told.Doubt.To, uint.MaxValue),
        GapSource.Manifest,
        "clock in doubt",
        "",
        WhereOf(told.Epoch, told.Sequence));

    /// <summary>Nothing bounds its begin: what came before is not here.</summary>
    public bool IsOpenBegun => From.Microseconds < long.MinValue / 8;

    /// <summary>How a batch is named to people.</summary>
    public static string WhereOf(long epoch, long sequence) => $"epoch {epoch}, batch {sequence}";

    /// <summary>Its end stands for "not arrived yet".</summary>
    public bool IsOpenEnded => To.Microseconds > long.MaxValue / 8;
}
