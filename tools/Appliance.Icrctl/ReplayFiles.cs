using Appliance.Edge.Configuration;
using Appliance.Edge.NatLog;
using Appliance.Edge.Pipeline;
using Appliance.Flow;
using Appliance.Linux;

namespace Appliance.Icrctl;

/// <summary>The capture files of a replay, by leg, and the leg rules that follow from them.</summary>
internal sealed record ReplayFiles(
    string[] Inside, string[] Outside, string[] Mirror, string? Recording, string[] Radius)
{
    private readonly IReadOnlyList<(string Path, string Interface)> recorded =
        Recording is null ? [] : RecordingFolder.List(Recording);

    /// <summary>Logs of the NAT.</summary>
    public string[] NatLogs { get; init; } = [];

    /// <summary>Options of the engine; false with the sentence to print.</summary>
    public bool TryRules(ApplianceOptions options, out FlowOptions flow, out string problem)
    {
        flow = new FlowOptions();
        problem = "";
        int files = Inside.Length + Outside.Length + Mirror.Length;
        if (Recording is not null)
        {
            problem = files > 0 ? "--recording holds all legs and cannot be given together with other captures"
                : recorded.Count == 0 ? $"{Recording} holds no recording; give the folder of capture.recordTo"
                : options.Legs.Count == 0 ? "--recording needs leg rules; give --config FILE of the box that recorded"
                : "";
        }
        else if (files == 0)
        {
            problem = "nothing to replay; give --inside FILE, --outside FILE, or --mirror FILE with leg rules";
        }
        else if (Mirror.Length > 0 && Inside.Length + Outside.Length > 0)
        {
            problem = "--mirror holds both legs and cannot be given together with --inside or --outside";
        }
        else if (Mirror.Length > 0 && options.Legs.Count == 0)
        {
            problem = "--mirror needs leg rules; give --config FILE with `legs` for the interface \"mirror\"";
        }

        if (problem.Length > 0)
        {
            return false;
        }

        LegRuleOptions[] plain = [.. Names().Select(leg => new LegRuleOptions { Interface = leg, Leg = leg })];
        IReadOnlyList<LegRuleOptions> rules = Mirror.Length > 0 || Recording is not null ? options.Legs : plain;
        bool isMade = FlowSettings.TryMake(options, rules, Names(), out flow, out problem);
        flow = flow with { Witness = NatLogSettings.Make(options.NatLog, NatLogs.Length > 0) };
        return isMade;
    }

    /// <summary>Until when a recording says that nothing more came; 0 for other captures.</summary>
    private long EndNs => recorded.Select(file => RecordingSource.EndOf(file.Path)).DefaultIfEmpty(0).Max();

    /// <summary>Opens every file; false with the sentence to print, and nothing left open.</summary>
    public bool TryOpen(out ReplaySources sources, out string problem)
    {
        sources = new ReplaySources(EndNs);
        bool isOpen = TryOpen(Sets(), sources.Packets, out problem)
            && TryOpen([.. Radius.Select(file => new[] { file })], sources.Lines, out problem);
        if (!isOpen)
        {
            sources.Dispose();
        }

        return isOpen;
    }

    private static bool TryOpen(IEnumerable<string[]> sets, List<CaptureSequence> opened, out string problem)
    {
        problem = "";
        foreach (string[] files in sets.Where(files => files.Length > 0))
        {
            if (!CaptureSequence.TryOpen(files, (ushort)opened.Count, out CaptureSequence? sequence, out problem))
            {
                return false;
            }

            opened.Add(sequence!);
        }

        return true;
    }

    private IEnumerable<string[]> Sets() => [Inside, Outside, Mirror, .. recorded.Select(file => new[] { file.Path })];

    // Interface numbers follow this order.
    private string[] Names() =>
    [
        .. recorded.Select(file => file.Interface),
        .. Inside.Length > 0 ? new[] { "inside" } : [],
        .. Outside.Length > 0 ? new[] { "outside" } : [],
        .. Mirror.Length > 0 ? new[] { "mirror" } : [],
    ];
}

/// <summary>The opened captures of a replay.</summary>
/// <param name="endNs">Until when a recording says that nothing more came; 0 for other captures.</param>
internal sealed class ReplaySources(long endNs) : IDisposable
{
    /// <summary>One a leg, in the order of their interface numbers.</summary>
    public List<CaptureSequence> Packets { get; } = [];

    /// <summary>Captures of messages about sessions.</summary>
    public List<CaptureSequence> Lines { get; } = [];

    public long EndNs => endNs;

    /// <summary>Captures that ended badly.</summary>
    public string[] Problems =>
        [.. Packets.Concat(Lines).SelectMany(source => source.Problems), .. Log?.Problems ?? []];

    /// <summary>Logs of the NAT; null where none were given.</summary>
    public NatLogFiles? Log { get; private set; }

    /// <summary>Stamp of the first packet; 0 where there is none.</summary>
    public long FirstNs => Packets.Select(source => source.FirstNs).Where(ns => ns > 0).DefaultIfEmpty(0).Min();

    /// <summary>Opens the logs; false with the sentence to print.</summary>
    public bool TryOpenLogs(string[] paths, NatLogOptions options, out string problem)
    {
        problem = "";
        if (paths.Length == 0)
        {
            return true;
        }

        bool isOpen = NatLogFiles.TryOpen(paths, options, FirstNs, out NatLogFiles log, out problem);
        Log = log;
        return isOpen;
    }

    public void Dispose()
    {
        Log?.Dispose();
        Packets.ForEach(source => source.Dispose());
        Lines.ForEach(source => source.Dispose());
    }
}
