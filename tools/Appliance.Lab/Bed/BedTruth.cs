using System.Globalization;

namespace Appliance.Lab.Bed;

/// <summary>
/// truth.csv: what the kernel tracked, one line a connection (two of a flow between subscribers), joined with
/// the names that the clients sent.
/// </summary>
internal static class BedTruth
{
    private const string Header = "proto,sub_ip,sub_port,pub_ip,pub_port,rem_ip,rem_port," +
        "pkts_up,bytes_up,pkts_down,bytes_down,start_us,stop_us,name";

    /// <summary>Gives each connection the name that the clients logged for it.</summary>
    /// <exception cref="BedException">A connection nobody made, or a flow that the kernel did not track.</exception>
    public static List<ConntrackEntry> Join(
        IReadOnlyCollection<ConntrackEntry> entries, IReadOnlyCollection<BedFlow> made)
    {
        Dictionary<string, BedFlow> flows = made.ToDictionary(InsideKey);
        List<ConntrackEntry> truth = new(entries.Count);
        foreach (ConntrackEntry entry in entries)
        {
            if (!flows.Remove(entry.InsideKey, out BedFlow? flow))
            {
                throw new BedException($"the kernel tracked a connection that no client made: {entry.InsideKey}");
            }

            truth.AddRange((entry with { Name = flow.Name }).Halves());
        }

        return flows.Count == 0
            ? truth
            : throw new BedException($"{flows.Count} flows were not tracked, first {flows.Values.First().ToLine()}");
    }

    public static void Write(string file, IEnumerable<ConntrackEntry> truth) =>
        File.WriteAllLines(file, truth.Select(ToLine).Prepend(Header));

    /// <summary>Reads a file of <see cref="Write"/>.</summary>
    /// <exception cref="LabUsageException">It is no such file.</exception>
    public static List<ConntrackEntry> Read(string file)
    {
        List<ConntrackEntry> truth = [];
        foreach (CsvRow row in CsvRow.ReadFile(file))
        {
            truth.Add(new ConntrackEntry(
                (byte)row.Number("proto"), row["sub_ip"], (int)row.Number("sub_port"), row["pub_ip"],
                (int)row.Number("pub_port"), row["rem_ip"], (int)row.Number("rem_port"), (ulong)row.Number("pkts_up"),
                (ulong)row.Number("bytes_up"), (ulong)row.Number("pkts_down"), (ulong)row.Number("bytes_down"),
                row.Number("start_us"), row.Number("stop_us"), row["name"]));
        }

        return truth;
    }

    private static string InsideKey(BedFlow f) => string.Create(CultureInfo.InvariantCulture,
        $"{f.Protocol} {f.Source}:{f.SourcePort} > {f.Remote}:{f.RemotePort}");

    private static string ToLine(ConntrackEntry e) => string.Create(CultureInfo.InvariantCulture,
        $"{e.Protocol},{e.Source},{e.SourcePort},{e.PublicAddress},{e.PublicPort},{e.Remote},{e.RemotePort}," +
        $"{e.PacketsUp},{e.BytesUp},{e.PacketsDown},{e.BytesDown},{e.StartUs},{e.StopUs},{e.Name}");
}
