using System.Text.Json;
using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>
/// What the parts of a pack say is wrong in its records: times that a clock took back, by the manifests, and lines, by
/// what operator and custodian signed. The records stay as they are; the answer goes by what holds.
/// </summary>
internal sealed class PackCorrections
{
    // How late messages of sessions are, and how far a time in doubt is looked for (EVIDENCE.md, `claims`).
    private const long SessionSlackUs = 2_000_000;
    private const long DoubtUsMax = 3_600_000_000;

    private readonly List<(string Device, uint Epoch, uint Sequence, ClockDoubt Doubt)> doubts = [];
    private readonly List<LineCorrection> lines = [];

    private PackCorrections()
    {
    }

    /// <summary>Reads them; null where one of lines is not what both have signed.</summary>
    public static PackCorrections? Read(PackState state)
    {
        var read = new PackCorrections();
        foreach (Manifest manifest in state.Manifests.Values.Select(header => header.Manifest))
        {
            foreach (ManifestEvent happened in manifest.Events)
            {
                if (ClockDoubt.TryRead(happened, out ClockDoubt doubt))
                {
                    read.doubts.Add((manifest.Device.ToString(), manifest.Epoch.Number, manifest.Sequence, doubt));
                }
            }
        }

        if (!state.Files.ContainsKey(PackNames.Corrections))
        {
            return read;
        }

        foreach (ReadOnlyMemory<byte> paper in state.List(PackNames.Corrections) ?? [default])
        {
            if (LineCorrection.TryVerify(paper, state.Pins.Control, out LineCorrection? line) != Refusal.None)
            {
                return null;
            }

            read.lines.Add(line!);
        }

        // Of several the latest counts.
        read.lines.Sort(static (left, right) => right.UtcUs.CompareTo(left.UtcUs));
        return read;
    }

    /// <summary>Half width that holds around a flow's times, microseconds; null where nothing does.</summary>
    public uint? BoundOf(DisclosedRow row)
    {
        uint bound = row.BoundUs ?? ClockDoubt.NoBound;
        (uint Epoch, uint Sequence, uint _) place = PlaceOf(row);
        foreach ((string device, uint epoch, uint sequence, ClockDoubt doubt) in doubts)
        {
            bool applies = device == row.Device
                && (epoch, sequence).CompareTo((place.Epoch, place.Sequence)) >= 0
                && (doubt.Covers(row.Start) || doubt.Covers(row.Last) || doubt.Covers(row.End));
            bound = applies ? Math.Max(bound, doubt.BoundUs) : bound;
        }

        return bound == ClockDoubt.NoBound ? null : bound;
    }

    /// <summary>The answer says the bound as it was recorded, and a wider one holds.</summary>
    public bool IsStale(ClaimedRecord claim, DisclosedRow row) =>
        row is { Kind: RecordKind.Flow, BoundUs: { } recorded } && BoundOf(row) != recorded
        && claim.Said.TryGetProperty("bound_us", out JsonElement said) && said.ValueKind == JsonValueKind.Number
        && said.GetUInt32() == recorded;

    /// <summary>Whether a correction gives the line to some record.</summary>
    public bool Names(string line) => lines.Exists(one => one.Subscriber == line);

    /// <summary>The line that a record names at a time, as it is known now; empty where it is not.</summary>
    public string LineOf(DisclosedRow row, TaiTime time)
    {
        foreach (LineCorrection one in lines)
        {
            if (one.From <= time && time <= one.To && IsMeant(one, row))
            {
                return one.Subscriber;
            }
        }

        return row.Subscriber;
    }

    /// <summary>
    /// Whether a correction may say something of a record: it names it, and touches the time that it tells of, as wide
    /// as that may be.
    /// </summary>
    public static bool Concerns(LineCorrection line, DisclosedRow row)
    {
        TaiTime end = row.Kind == RecordKind.Flow ? row.Start : row.End;
        return IsMeant(line, row) && line.To >= Moved(row.Start, -DoubtUsMax)
            && (end == default || line.From <= Moved(end, DoubtUsMax));
    }

    // Whichever record of a flow or session is proven: it is named by what it is.
    private static bool IsMeant(LineCorrection line, DisclosedRow row)
    {
        if (line.Device.ToString() != row.Device || row.Section != SectionPlain.AttributionNumber)
        {
            return false;
        }

        (uint epoch, uint sequence, uint number) = PlaceOf(row);
        FlowId first = row.First == default ? new FlowId(epoch, sequence, number) : row.First;
        var prefix = new IpPrefix(row.Inside, row.PrefixLength);
        return line.IsOfAll || (row.Kind == RecordKind.Session
            ? line.Session?.Is(row.Realm, prefix, row.Start) == true
            : row.Kind == RecordKind.Flow && line.Records.Contains(first));
    }

    /// <summary>
    /// Whether a session names a line at some instant of a stretch, which its own times widen: as far as messages of
    /// sessions are late, or its clock was taken back.
    /// </summary>
    public bool Names(DisclosedRow session, string line, TaiTime from, TaiTime to)
    {
        (TaiTime begin, TaiTime end) = Widened(session, from, to);
        List<TaiTime> cuts = [begin, end];
        foreach (LineCorrection one in lines)
        {
            cuts.Add(one.From);
            cuts.Add(Moved(one.From, -1));
            cuts.Add(one.To);
            cuts.Add(Moved(one.To, 1));
        }

        return cuts.Exists(time => begin <= time && time <= end && LineOf(session, time) == line);
    }

    /// <summary>Whether a session may have been held at a time; the end of an open one is not known.</summary>
    public bool Holds(DisclosedRow session, TaiTime time)
    {
        (TaiTime begin, TaiTime end) = Widened(session, session.Start, session.End);
        return begin <= time && (session.End == default || time <= end);
    }

    private (TaiTime From, TaiTime To) Widened(DisclosedRow session, TaiTime from, TaiTime to)
    {
        long slack = SessionSlackUs;
        foreach ((string device, uint epoch, uint sequence, ClockDoubt doubt) in doubts)
        {
            (uint Epoch, uint Sequence, uint _) place = PlaceOf(session);
            bool applies = device == session.Device
                && (epoch, sequence).CompareTo((place.Epoch, place.Sequence)) >= 0
                && (doubt.Covers(session.Start) || doubt.Covers(session.End));
            slack = applies ? Math.Max(slack, Math.Min(doubt.BoundUs, DoubtUsMax)) : slack;
        }

        return (Moved(from, -slack), Moved(to, slack));
    }

    private static TaiTime Moved(TaiTime time, long us) => new(time.Microseconds + us);

    private static (uint Epoch, uint Sequence, uint Row) PlaceOf(DisclosedRow row)
    {
        string[] parts = row.Place.Split('-');
        return (Number(parts[0]), Number(parts[1]), Number(parts[2]));
    }

    private static uint Number(string text) => uint.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
