using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Flow;
using Appliance.Linux;

namespace Appliance.Icrctl;

/// <summary>The capture files of a replay, by leg, and the leg rules that follow from them.</summary>
internal sealed record ReplayFiles(string[] Inside, string[] Outside, string[] Mirror, string? Recording)
{
    private readonly IReadOnlyList<(string Path, string Interface)> recorded =
        Recording is null ? [] : RecordingFolder.List(Recording);

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
        return FlowSettings.TryMake(options, rules, Names(), out flow, out problem);
    }

    /// <summary>Until when a recording says that nothing more came; 0 for other captures.</summary>
    public long EndNs => recorded.Select(file => RecordingSource.EndOf(file.Path)).DefaultIfEmpty(0).Max();

    /// <summary>Opens every file; false with the sentence to print, and nothing left open.</summary>
    public bool TryOpen(out IReadOnlyList<CaptureSequence> sources, out string problem)
    {
        List<CaptureSequence> opened = [];
        sources = opened;
        problem = "";
        foreach (string[] files in Sets().Where(files => files.Length > 0))
        {
            if (!CaptureSequence.TryOpen(files, (ushort)opened.Count, out CaptureSequence? sequence, out problem))
            {
                opened.ForEach(source => source.Dispose());
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
