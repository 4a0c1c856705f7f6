using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Service;
using Appliance.Edge.Uplink;
using Appliance.Wire;
using Microsoft.Extensions.Logging;

namespace Appliance.Edge.Controls;

/// <summary>
/// Control messages of a box that runs: the desk that judges them, the book of what they changed, and what the writing
/// thread tells of both in the manifests. Made by the process that holds the journal's lock.
/// </summary>
internal sealed class ControlService
{
    private readonly ControlBook book;
    private readonly Id16 notice;
    private readonly bool isRecording;
    private IReadOnlyList<TakenControl> noted = [];
    private long notedAtBatches;

    /// <param name="options">Checked options.</param>
    /// <param name="keys">Device and notice of this run.</param>
    /// <param name="book">The book, as this run goes by it.</param>
    /// <param name="utcNow">The box's clock; null while it is in doubt. Any thread.</param>
    /// <param name="box">The pipeline.</param>
    /// <param name="log">Where the daemon logs.</param>
    public ControlService(
        ControlOptions options, KeySet keys, ControlBook book, Func<BoardTime?> utcNow, BoxPipeline box, ILogger log)
    {
        this.book = book;
        notice = keys.Notice;
        isRecording = book.MayRecord(notice);
        ulong floorUs = box.TimeBefore is { } before ? (ulong)Math.Max(0, LeapSeconds.ToUtc(before)) : 0;
        Desk = new ControlDesk(
            options, keys.Device, book, () => ControlTime.Of(utcNow(), floorUs),
            static () => Environment.TickCount64)
        {
            OnTaken = () => Take(log),
            OnRefused = refused => Events.ControlRefused(log, refused.Sentence),
        };
        box.UseControl(book.LastNumber);
        if (!book.TryAgreeWith(box.ControlBefore))
        {
            Events.ControlLost(log, box.ControlBefore);
        }
    }

    /// <summary>Where messages come in.</summary>
    public ControlDesk Desk { get; }

    /// <summary>
    /// Hears that this run records and may not, or may and does not: called by the thread that took the message.
    /// </summary>
    public Action? OnOtherwise { get; set; }

    /// <summary>True where what the book says is not what this run does.</summary>
    public bool IsOtherwise => book.MayRecord(notice) != isRecording;

    /// <summary>What whoever sends messages waits for; any thread.</summary>
    public ControlStateWord Word
    {
        get
        {
            ControlStatus status = Status;
            return new ControlStateWord(status.State, status.LastNumber, status.Refused, status.LastRefused);
        }
    }

    /// <summary>How it is; any thread.</summary>
    public ControlStatus Status => Desk.Status(notice);

    /// <summary>
    /// What the writing thread does in each pass: what was taken and refused goes into the manifest, at once where
    /// something changed.
    /// </summary>
    /// <param name="box">The pipeline; the caller is the thread that drains it.</param>
    /// <param name="now">When.</param>
    public void Serve(BoxPipeline box, TaiTime now)
    {
        Settle(box);
        box.UseControl(book.LastNumber);
        bool isReady = !isRecording || !IsOtherwise || box.HasEnded;
        bool hasTaken = isReady && noted.Count == 0 && NoteTaken(box, now);
        NoteRefused(box, now);
        if (hasTaken)
        {
            box.Flush();
            Settle(box);
        }
    }

    /// <summary>What was noted stands in a manifest once a batch was written since.</summary>
    public void Settle(BoxPipeline box)
    {
        if (noted.Count > 0 && box.Batches > notedAtBatches && box.IsDurable)
        {
            book.Told(noted);
            noted = [];
        }
    }

    private void Take(ILogger log)
    {
        Events.ControlTaken(log, book.LastNumber, book.Taken[^1].What);
        if (IsOtherwise)
        {
            OnOtherwise?.Invoke();
        }
    }

    private bool NoteTaken(BoxPipeline box, TaiTime now)
    {
        string effect = !IsOtherwise ? ""
            : isRecording
                ? FormattableString.Invariant($"; recording ends: {box.Unwritten} records and ")
                    + FormattableString.Invariant($"{box.Engine.FlowCount} open flows in memory are not written")
            : "; recording begins with the next run";
        noted = [.. book.Untold().TakeWhile(taken => box.TryNote(new ManifestEvent(
            now, EventKind.ControlTaken, $"control {taken.Number} taken: {taken.What}{effect}")))];
        notedAtBatches = box.Batches;
        return noted.Count > 0;
    }

    private void NoteRefused(BoxPipeline box, TaiTime now)
    {
        long told = Desk.TellRefusals(sentence => box.TryNote(new ManifestEvent(now, EventKind.Alarm, sentence)));
        box.CountAlarms((ulong)told);
    }
}
