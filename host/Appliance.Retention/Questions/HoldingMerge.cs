using System.Runtime.InteropServices;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// Merges records into flows: the latest record of each flow counts, for its counters are totals; the rows of an
/// ambiguous set stay beside each other. Rows may come in any order. Only rows that hold what was asked for are put in,
/// so the result does not depend on which other batches an archive chose to pass over.
/// </summary>
internal sealed class HoldingMerge
{
    private readonly Dictionary<(Id16 Device, FlowId Flow), Track> tracks = [];
    private readonly Dictionary<string, string> texts = [];

    /// <summary>Flows so far.</summary>
    public int Count => tracks.Count;

    /// <summary>Takes flow row number <paramref name="index"/> of a batch.</summary>
    /// <exception cref="QuestionTooWideException">More flows than can be held.</exception>
    public void Add(OpenedRows opened, int index)
    {
        ref readonly FlowRow row = ref CollectionsMarshal.AsSpan(opened.Rows.Flows)[index];
        var place = new FlowId(opened.Epoch.Number, opened.Sequence, (uint)index);
        FlowId flow = row.First == default ? place : row.First;
        ref Track? track = ref CollectionsMarshal.GetValueRefOrAddDefault(tracks, (opened.Device, flow), out _);
        track ??= new Track();
        track.Seen.Add(row.Last);
        if (track.Rows.Count > 0 && !track.IsSameRecord(row))
        {
            if (Compare(place, track.Rows[0].Place) < 0)
            {
                return;
            }

            track.Rows.Clear();
        }

        track.Rows.Add(Make(opened, index, place, flow, track.Seen));
        if (tracks.Count > Limits.FlowsMax)
        {
            throw TooWide();
        }
    }

    /// <summary>All holdings, the earliest first.</summary>
    public List<Holding> Finish()
    {
        var all = new List<Holding>(tracks.Count);
        foreach (Track track in tracks.Values)
        {
            all.AddRange(track.Rows);
        }

        all.Sort((a, b) => (a.Row.Start, a.Device, a.Place, a.Row.SubscriberAddress) switch
        {
            var (start, _, _, _) when start != b.Row.Start => start.CompareTo(b.Row.Start),
            var (_, device, _, _) when device != b.Device => Compare(device, b.Device),
            var (_, _, place, _) => Compare(place, b.Place),
        });
        return all;
    }

    /// <summary>What is thrown where more flows may answer than can be held.</summary>
    public static QuestionTooWideException TooWide() =>
        new($"more than {Limits.FlowsMax} flows may answer; ask for a shorter time, a port or a protocol");

    public static int Compare(Id16 left, Id16 right) => (left.High, left.Low).CompareTo((right.High, right.Low));

    public static int Compare(FlowId left, FlowId right) =>
        (left.Epoch, left.Sequence, left.Row).CompareTo((right.Epoch, right.Sequence, right.Row));

    private Holding Make(OpenedRows opened, int index, FlowId place, FlowId flow, List<TaiTime> seen)
    {
        FlowRow row = opened.Rows.Flows[index];
        string subscriber = Text(opened.Rows, row.Subscriber);
        LineCorrection? corrected = subscriber.Length > 0
            ? opened.Corrections.LineOf(flow, row.Start)
            : null;
        return new Holding
        {
            Device = opened.Device,
            Flow = flow,
            Place = place,
            Batch = opened.Id,
            Row = row,
            RecordedBoundUs = opened.RecordedBoundUs(index),
            Realm = Text(opened.Rows, row.Realm),
            Subscriber = corrected?.Subscriber ?? subscriber,
            Corrected = corrected,
            Service = Text(opened.Rows, row.Service),
            Leg = Text(opened.Rows, row.Leg),
            HasContact = (opened.Opened & SectionSet.Contact) != 0 && !row.RemoteAddress.IsNone,
            Seen = seen,
        };
    }

    // The same few names come again in every batch.
    private string Text(RowBatch rows, int number)
    {
        string text = rows.Strings.Text(number);
        return texts.TryGetValue(text, out string? known) ? known : texts[text] = text;
    }

    private sealed class Track
    {
        public List<Holding> Rows { get; } = [];

        public List<TaiTime> Seen { get; } = [];

        /// <summary>Rows of an ambiguous set are written together, with one kind and the same times.</summary>
        public bool IsSameRecord(in FlowRow row)
        {
            FlowRow mine = Rows[0].Row;
            return row.Group != 0 && row.Group == mine.Group && row.Kind == mine.Kind && row.Last == mine.Last
                && row.End == mine.End;
        }
    }
}

/// <summary>A question would hold more than it may; the message says how to narrow it.</summary>
internal sealed class QuestionTooWideException(string message) : Exception(message);
