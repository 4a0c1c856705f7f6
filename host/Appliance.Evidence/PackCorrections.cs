using System.Text.Json;
using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>
/// What the parts of a pack say is wrong in its records: times that a clock took back, by the manifests, and lines, by
/// what operator and custodian signed. The records stay as they are; the answer goes by what holds.
/// </summary>
internal sealed class PackCorrections
{
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

    /// <summary>Whether a correction makes a record, which names another line, this one's.</summary>
    public bool Explains(DisclosedRow row, string line)
    {
        (uint epoch, uint sequence, uint number) = PlaceOf(row);
        var place = new FlowId(epoch, sequence, number);
        return lines.Exists(one => one.Subscriber == line && one.Device.ToString() == row.Device
            && one.Records.Contains(place) && row.Start <= one.To && (row.End == default || row.End >= one.From));
    }

    private static (uint Epoch, uint Sequence, uint Row) PlaceOf(DisclosedRow row)
    {
        string[] parts = row.Place.Split('-');
        return (Number(parts[0]), Number(parts[1]), Number(parts[2]));
    }

    private static uint Number(string text) => uint.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
