using System.Globalization;

namespace Appliance.Lab.Bed;

/// <summary>
/// Holds the product's merged flows against the kernel's connections: one to one, and every field equal. There is no
/// tolerance but for the start (<see cref="BedLimits.StartToleranceUs"/>): the bed makes traffic for which exact
/// equality is right.
/// </summary>
internal sealed class BedCheck
{
    private readonly SortedDictionary<string, List<string>> _mismatches = new(StringComparer.Ordinal);
    private readonly HashSet<Flow> _used = [];
    private readonly ILookup<string, Flow> _byInside;
    private readonly ILookup<string, Flow> _byOutside;
    private readonly List<Flow> _flows;
    private readonly string _method;
    private bool _sound;

    private BedCheck(List<Flow> flows, string method)
    {
        _method = method;
        _flows = flows;
        _byInside = flows.ToLookup(f => f.InsideKey);
        _byOutside = flows.ToLookup(f => f.OutsideKey);
    }

    /// <summary>Mismatches by class, each with one line an instance; empty when all is right.</summary>
    public IReadOnlyDictionary<string, List<string>> Mismatches => _mismatches;

    /// <summary>Connections that one flow matches in every field.</summary>
    public int Matched { get; private set; }

    public int Flows => _flows.Count;

    public bool IsRight => _mismatches.Count == 0 && Matched > 0;

    /// <summary>Reads the CSV of <c>retention records --merged</c> and compares.</summary>
    /// <exception cref="LabUsageException">The file is missing, or lacks a column or a number.</exception>
    public static BedCheck Run(IEnumerable<ConntrackEntry> truth, string recordsFile) =>
        Run(truth, CsvRow.ReadFile(recordsFile).Select(Flow.From));

    /// <inheritdoc cref="Run(IEnumerable{ConntrackEntry}, string)"/>
    /// <param name="truth">Every connection.</param>
    /// <param name="flows">Merged flows.</param>
    /// <param name="method">How each flow must have been attributed.</param>
    public static BedCheck Run(
        IEnumerable<ConntrackEntry> truth, IEnumerable<Flow> flows, string method = "mirror")
    {
        BedCheck check = new([.. flows], method);
        foreach (ConntrackEntry entry in truth)
        {
            check._sound = true;
            check.Match(entry);
            check.Matched += check._sound ? 1 : 0;
        }

        foreach (Flow flow in check._flows.Where(f => !check._used.Contains(f)))
        {
            check.Report("flow without connection", $"{flow.InsideKey} as {flow.OutsideKey}");
        }

        return check;
    }

    private void Match(ConntrackEntry entry)
    {
        Flow[] found = [.. _byInside[entry.InsideKey]];
        if (found.Length == 0)
        {
            Flow? other = _byOutside[entry.OutsideKey].FirstOrDefault(f => !_used.Contains(f));
            string seen = other is null ? "no flow" : $"the flow there is {other.InsideKey}";
            Report(other is null ? "connection without flow" : "wrong subscriber", $"{Text(entry)}: {seen}");
            return;
        }

        _used.UnionWith(found);
        if (found.Length > 1)
        {
            string parts = string.Join(", ", found.Select(f => $"{f.PacketsUp}/{f.PacketsDown}"));
            Report("several flows for one connection", $"{Text(entry)}: packets up/down {parts}");
            return;
        }

        Compare(entry, found[0]);
    }

    private void Compare(ConntrackEntry entry, Flow flow)
    {
        Equal("public side", entry, entry.OutsideKey, flow.OutsideKey);
        Equal("attribution", entry, _method + " 1", $"{flow.Attribution} {flow.Candidates}");
        Equal("name", entry, entry.Name, flow.Name);
        Equal("packets", entry, $"{entry.PacketsUp} {entry.PacketsDown}", $"{flow.PacketsUp} {flow.PacketsDown}");
        Equal("bytes", entry, $"{entry.BytesUp} {entry.BytesDown}", $"{flow.BytesUp} {flow.BytesDown}");
        if (Math.Abs(entry.StartUs - flow.StartUs) > BedLimits.StartToleranceUs)
        {
            Report("start", $"{Text(entry)}: kernel {entry.StartUs}, flow {flow.StartUs}");
        }
    }

    private void Equal(string what, ConntrackEntry entry, string kernel, string flow)
    {
        if (!string.Equals(kernel, flow, StringComparison.Ordinal))
        {
            Report(what, $"{Text(entry)}: expected '{kernel}', the flow says '{flow}'");
        }
    }

    private void Report(string mismatch, string example)
    {
        _sound = false;
        if (!_mismatches.TryGetValue(mismatch, out List<string>? examples))
        {
            _mismatches.Add(mismatch, examples = []);
        }

        examples.Add(example);
    }

    private static string Text(ConntrackEntry entry) => $"{entry.InsideKey} as {entry.OutsideKey}";

    /// <summary>The columns of one merged flow that the check reads.</summary>
    internal sealed class Flow
    {
        public required string InsideKey { get; init; }

        public required string OutsideKey { get; init; }

        public required string Attribution { get; init; }

        public required long Candidates { get; init; }

        public required string Name { get; init; }

        public required ulong PacketsUp { get; init; }

        public required ulong PacketsDown { get; init; }

        public required ulong BytesUp { get; init; }

        public required ulong BytesDown { get; init; }

        public required long StartUs { get; init; }

        public static Flow From(CsvRow row) => new()
        {
            InsideKey = Key(row, "sub_ip", "sub_port"),
            OutsideKey = Key(row, "pub_ip", "pub_port"),
            Attribution = row["attribution"],
            Candidates = row.Number("candidates"),
            Name = row["service"],
            PacketsUp = (ulong)row.Number("pkts_up"),
            PacketsDown = (ulong)row.Number("pkts_down"),
            BytesUp = (ulong)row.Number("bytes_up"),
            BytesDown = (ulong)row.Number("bytes_down"),
            StartUs = row.Number("start_us"),
        };

        private static string Key(CsvRow row, string address, string port) => string.Create(
            CultureInfo.InvariantCulture,
            $"{row.Number("proto")} {row[address]}:{row.Number(port)} > {row["rem_ip"]}:{row.Number("rem_port")}");
    }
}
