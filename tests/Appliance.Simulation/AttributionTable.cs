using System.Text;
using Appliance.Lab.Oracle;
using Appliance.Simulation.Witness;
using Appliance.TestSupport;

namespace Appliance.Simulation;

/// <summary>ATTRIBUTION.md: how every scenario went.</summary>
internal static class AttributionTable
{
    public static string Path { get; } =
        System.IO.Path.Combine(Checkout.Root, "tests", "Appliance.Simulation", "ATTRIBUTION.md");

    private static void AddWitnesses(
        StringBuilder text, IReadOnlyList<(WitnessScenario Scenario, WitnessReport Report)> rows)
    {
        text.Append("\n## Witnesses beside the mirror\n\n");
        text.Append("Translated flows only. *Named*: a log or a rule gave the other side. *Agreed*: the mirror and "
            + "another say the same.\n");
        text.Append("*Contested*: two witnesses disagree, both stand in the records. *None*: nobody is certain; of "
            + "these a log\nspoke with *doubt*.\n\n");
        text.Append("| scenario | seed | flows | attributed | named | agreed | contested | none | doubt | wrong |\n");
        text.Append("|---|---|---|---|---|---|---|---|---|---|\n");
        foreach ((WitnessScenario scenario, WitnessReport report) in rows)
        {
            object[] cells =
            [
                scenario.Name, scenario.Traffic.Seed, report.Flows, report.Attributed, report.Named, report.Agreed,
                report.Contested, report.None, report.Doubts, report.Wrong,
            ];
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }
    }

    public static string Write(
        IReadOnlyList<(Scenario Scenario, TruthReport Report)> rows,
        IReadOnlyList<(WitnessScenario Scenario, WitnessReport Report)> witnesses)
    {
        StringBuilder text = new();
        text.Append("# Attribution, scenario by scenario\n\n");
        text.Append("Written by `AttributionTests`; every run is seeded, so the figures are exact. "
            + "*Distinguishable*: what the\n");
        text.Append("brute-force oracle can tell from both whole legs. *Attributed* may be more "
            + "where packets were lost: the\n");
        text.Append("engine also looks at later packets of a flow. *Equal*: ambiguous with exactly "
            + "the oracle's candidates.\n");
        text.Append("*Strays*: records of an outside half that remain beside the record of the whole flow.\n");
        text.Append("*Lines by RADIUS*: which line an inside address was when a flow began. *Distinguishable*: more "
            + "than 4 s from\n");
        text.Append("the session's begin and end; *attributed*: one line, the right one; *ambiguous*: near a change of "
            + "hands both\n");
        text.Append("lines, *equal* where the right one is among them; *none*: not covered by a session.\n\n");
        text.Append("| scenario | seed | flows | distinguishable | attributed | ambiguous | equal | "
            + "none | wrong | strays |\n");
        text.Append("|---|---|---|---|---|---|---|---|---|---|\n");
        foreach ((Scenario scenario, TruthReport report) in rows)
        {
            object[] cells =
            [
                scenario.Name, scenario.Plan.Seed, report.Flows, report.Distinguishable, report.Attributed,
                report.Ambiguous, report.AmbiguousEqual, report.None, report.Wrong, report.Split,
            ];
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }

        foreach (LineScenario scenario in LineScenario.All)
        {
            LineReport r = new LineRun(scenario).Check();
            object[] cells =
                [scenario.Name, scenario.Seed, r.Flows, r.Clear, r.Named, r.Both, r.BothRight, r.None, r.Wrong, 0];
            text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
        }

        text.Append(HundredMillion.TableRow());
        AddWitnesses(text, witnesses);
        return text.ToString();
    }
}
