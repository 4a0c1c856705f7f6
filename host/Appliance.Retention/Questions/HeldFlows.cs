using System.Numerics;
using System.Runtime.InteropServices;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// Merges the records of one public address into flows as <see cref="HoldingMerge"/> does, but keeps them as rows of
/// a table: a busy address has millions in the hours of a referral, and an object for each costs more than reading it.
/// Rows may come in any order.
/// </summary>
/// <param name="names">Numbers of texts and lines, of the whole group.</param>
internal sealed class HeldFlows(HeldNames names)
{
    private const int ChunkBits = 12;
    private const int Chunk = 1 << ChunkBits;
    private const int None = -1;

    private readonly List<HeldFlow[]> chunks = [];
    private readonly List<HeldBatch> batches = [];
    private readonly List<(TaiTime Time, int Before)> seen = [];
    private readonly Dictionary<int, (LineCorrection? Line, uint? RecordedBoundUs)> corrected = [];
    private int[] index = new int[64];
    private int rows;
    private int free = None;

    /// <summary>Flows so far.</summary>
    public int Count { get; private set; }

    /// <summary>Numbers of texts and lines.</summary>
    public HeldNames Names => names;

    /// <summary>A row by its number.</summary>
    public ref HeldFlow this[int row] => ref chunks[row >> ChunkBits][row & (Chunk - 1)];

    /// <summary>Batch of a row.</summary>
    public HeldBatch BatchOf(in HeldFlow row) => batches[row.Batch];

    /// <summary>Whether what was contacted is known of a row.</summary>
    public bool HasContact(in HeldFlow row) => BatchOf(row).HasContact && !row.Row.RemoteAddress.IsNone;

    /// <summary>Takes flow row number <paramref name="number"/> of a batch.</summary>
    /// <exception cref="QuestionTooWideException">More flows than can be held.</exception>
    public void Add(OpenedRows opened, int number)
    {
        if (batches.Count == 0 || batches[^1].Id != opened.Id)
        {
            batches.Add(HeldBatch.Of(opened));
        }

        ref readonly FlowRow row = ref CollectionsMarshal.AsSpan(opened.Rows.Flows)[number];
        FlowId place = batches[^1].Place((uint)number);
        FlowId flow = row.First == default ? place : row.First;
        int head = Find(opened.Device, flow, out int slot);
        if (head == None)
        {
            head = NewRow();
            Fill(head, opened, number, flow);
            index[slot] = head + 1;
            if (++Count * 2 > index.Length)
            {
                Grow();
            }
        }
        else
        {
            AddTo(head, opened, number, place);
        }

        if (Count > Limits.FlowsMax)
        {
            throw HoldingMerge.TooWide();
        }
    }

    /// <summary>Rows of the latest records, the earliest first.</summary>
    public int[] Finish()
    {
        var order = new List<int>(Count);
        var starts = new List<long>(Count);
        for (int row = 0; row < rows; row++)
        {
            ref readonly HeldFlow held = ref this[row];
            if (held.Head != None)
            {
                order.Add(row);
                starts.Add(held.Row.Start.Microseconds);
            }
        }

        // By begin alone first, which compares numbers; then the few that began together by all that tells them apart.
        Span<long> keys = CollectionsMarshal.AsSpan(starts);
        Span<int> items = CollectionsMarshal.AsSpan(order);
        keys.Sort(items);
        for (int first = 0; first < keys.Length;)
        {
            int end = first + 1;
            while (end < keys.Length && keys[end] == keys[first])
            {
                end++;
            }

            if (end - first > 1)
            {
                items[first..end].Sort(ComparePlaces);
            }

            first = end;
        }

        return [.. order];
    }

    /// <summary>The flow of a row as answers have it.</summary>
    public Holding Make(int row)
    {
        ref readonly HeldFlow held = ref this[row];
        HeldBatch its = BatchOf(held);
        (LineCorrection? line, uint? recordedBoundUs) = corrected.GetValueOrDefault(row);
        return new Holding
        {
            Device = its.Device,
            Flow = held.Flow,
            Place = its.Place(held.Number),
            Batch = its.Id,
            Row = held.Row,
            RecordedBoundUs = recordedBoundUs,
            Realm = names.Text(held.Row.Realm),
            Subscriber = names.Text(held.Row.Subscriber),
            Corrected = line,
            Service = names.Text(held.Row.Service),
            Leg = names.Text(held.Row.Leg),
            HasContact = HasContact(held),
            Seen = SeenOf(held.Head),
        };
    }

    private void AddTo(int head, OpenedRows opened, int number, FlowId place)
    {
        ref HeldFlow held = ref this[head];
        ref readonly FlowRow row = ref CollectionsMarshal.AsSpan(opened.Rows.Flows)[number];
        NoteSeen(ref held, row.Last);
        if (IsSameRecord(held.Row, row))
        {
            AddCandidate(head, opened, number);
        }
        else if (HoldingMerge.Compare(place, BatchOf(held).Place(held.Number)) >= 0)
        {
            for (int other = held.Next; other != None;)
            {
                ref HeldFlow freed = ref this[other];
                (int after, freed.Next, freed.Head, free) = (freed.Next, free, None, other);
                other = after;
            }

            (FlowId flow, int times) = (held.Flow, held.Seen);
            Fill(head, opened, number, flow);
            held.Seen = times;
        }
    }

    private void AddCandidate(int head, OpenedRows opened, int number)
    {
        // Making room may move the head.
        int row = NewRow();
        Fill(row, opened, number, this[head].Flow);
        (this[row].Head, this[row].Next, this[head].Next) = (head, this[head].Next, row);
    }

    /// <summary>Rows of an ambiguous set are written together, with one kind and the same times.</summary>
    private static bool IsSameRecord(in FlowRow mine, in FlowRow row) =>
        row.Group != 0 && row.Group == mine.Group && row.Kind == mine.Kind && row.Last == mine.Last
        && row.End == mine.End;

    private void Fill(int at, OpenedRows opened, int number, FlowId flow)
    {
        ref HeldFlow held = ref this[at];
        held = new HeldFlow
        {
            Row = opened.Rows.Flows[number],
            Flow = flow,
            Batch = batches.Count - 1,
            Number = (uint)number,
            Head = at,
            Next = None,
            Seen = None,
        };
        ref FlowRow row = ref held.Row;
        row.Realm = names.Text(opened.Rows, row.Realm);
        row.Subscriber = names.Text(opened.Rows, row.Subscriber);
        row.Service = names.Text(opened.Rows, row.Service);
        row.Leg = names.Text(opened.Rows, row.Leg);
        Correct(at, ref held, opened);
        held.Line = names.LineOf(row.Realm, row.Subscriber, row.SubscriberAddress);
    }

    private void Correct(int at, ref HeldFlow held, OpenedRows opened)
    {
        LineCorrection? line = null;
        if (held.Row.Subscriber != 0 && opened.Corrections.Lines.Count > 0)
        {
            line = opened.Corrections.LineOf(held.Flow, held.Row.Start);
            held.Row.Subscriber = line is null ? held.Row.Subscriber : names.Text(line.Subscriber);
        }

        uint? bound = opened.Corrections.HasDoubts ? opened.RecordedBoundUs((int)held.Number) : null;
        if (line is not null || bound is not null)
        {
            corrected[at] = (line, bound);
        }
        else if (corrected.Count > 0)
        {
            corrected.Remove(at);
        }
    }

    private void NoteSeen(ref HeldFlow held, TaiTime last)
    {
        if (held.Seen == None)
        {
            held.Seen = seen.Count;
            seen.Add((held.Row.Last, None));
        }

        seen.Add((last, held.Seen));
        held.Seen = seen.Count - 1;
    }

    private List<TaiTime> SeenOf(int head)
    {
        ref readonly HeldFlow held = ref this[head];
        var times = new List<TaiTime>();
        for (int at = held.Seen; at != None; at = seen[at].Before)
        {
            times.Add(seen[at].Time);
        }

        times.Reverse();
        return times.Count > 0 ? times : [held.Row.Last];
    }

    private int NewRow()
    {
        if (free != None)
        {
            int row = free;
            free = this[row].Next;
            return row;
        }

        int chunk = rows >> ChunkBits;
        int at = rows & (Chunk - 1);
        if (chunk == chunks.Count)
        {
            chunks.Add(new HeldFlow[chunk == 0 ? 16 : Chunk]);
        }
        else if (at == chunks[chunk].Length)
        {
            // Only the first chunk grows: many addresses of a referral have few flows.
            HeldFlow[] grown = chunks[chunk];
            Array.Resize(ref grown, at * 2);
            chunks[chunk] = grown;
        }

        return rows++;
    }

    private int Find(Id16 device, FlowId flow, out int slot)
    {
        int mask = index.Length - 1;
        for (slot = Hash(device, flow); index[slot] != 0; slot = (slot + 1) & mask)
        {
            ref readonly HeldFlow held = ref this[index[slot] - 1];
            if (held.Flow == flow && BatchOf(held).Device == device)
            {
                return index[slot] - 1;
            }
        }

        return None;
    }

    private void Grow()
    {
        index = new int[index.Length * 2];
        for (int row = 0; row < rows; row++)
        {
            ref readonly HeldFlow held = ref this[row];
            if (held.Head == row)
            {
                Find(BatchOf(held).Device, held.Flow, out int slot);
                index[slot] = row + 1;
            }
        }
    }

    // Positions are given by our own boxes, signed: nobody can aim at a slot. The highest bits of the product depend on
    // all of the position.
    private int Hash(Id16 device, FlowId flow)
    {
        ulong key = (((ulong)flow.Sequence << 32) | flow.Row) ^ (flow.Epoch * 0xD6E8_FEB8_6659_FD93) ^ device.Low;
        return (int)((key * 0x9E37_79B9_7F4A_7C15) >> (64 - BitOperations.Log2((uint)index.Length)));
    }

    private int ComparePlaces(int left, int right)
    {
        HeldBatch mine = BatchOf(this[left]);
        HeldBatch other = BatchOf(this[right]);
        int order = HoldingMerge.Compare(mine.Device, other.Device);
        return order != 0
            ? order
            : HoldingMerge.Compare(mine.Place(this[left].Number), other.Place(this[right].Number));
    }
}
