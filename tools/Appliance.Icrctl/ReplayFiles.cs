using Appliance.Edge.Configuration;
using Appliance.Flow;
using Appliance.Linux;

namespace Appliance.Icrctl;

/// <summary>The capture files of a replay, by leg, and the leg rules that follow from them.</summary>
internal sealed record ReplayFiles(string[] Inside, string[] Outside, string[] Mirror)
{
    /// <summary>Options of the engine; false with the sentence to print.</summary>
    public bool TryRules(ApplianceOptions options, out FlowOptions flow, out string problem)
    {
        flow = new FlowOptions();
        problem = "";
        if (Inside.Length + Outside.Length + Mirror.Length == 0)
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
        IReadOnlyList<LegRuleOptions> rules = Mirror.Length > 0 ? options.Legs : plain;
        return FlowSettings.TryMake(options, rules, Names(), out flow, out problem);
    }

    /// <summary>Opens every file; false with the sentence to print, and nothing left open.</summary>
    public bool TryOpen(out IReadOnlyList<CaptureSequence> sources, out string problem)
    {
        List<CaptureSequence> opened = [];
        sources = opened;
        problem = "";
        foreach (string[] files in new[] { Inside, Outside, Mirror }.Where(files => files.Length > 0))
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

    // Interface numbers follow this order.
    private string[] Names() =>
    [
        .. Inside.Length > 0 ? new[] { "inside" } : [],
        .. Outside.Length > 0 ? new[] { "outside" } : [],
        .. Mirror.Length > 0 ? new[] { "mirror" } : [],
    ];
}
