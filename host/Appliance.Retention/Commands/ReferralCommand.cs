using System.CommandLine;
using Appliance.Linux;
using Appliance.Retention.AddressPlan;
using Appliance.Retention.Questions;
using Appliance.Retention.Referrals;

namespace Appliance.Retention.Commands;

/// <summary><c>retention referral</c>: what can be done with each line of a referral, by case and in total.</summary>
internal sealed class ReferralCommand(TimeProvider? clock)
{
    private readonly Argument<string> file = new("FILE") { Description = $"CSV of {ReferralFile.Header}" };
    private readonly Option<string?> output = new("--out")
    {
        Description = "folder for lines.csv, cases.csv and summary.json; a stopped run goes on from there",
    };

    private readonly Option<string?> anonymisers = new("--anonymisers")
    {
        Description = "prefixes of VPN services and Tor exits, one a line",
    };

    private readonly Option<bool> sourceOnly = new("--source-only")
    {
        Description = "open no destinations: what can be resolved without one",
    };

    private readonly AskOptions options = new(clock);

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new ReferralCommand(clock);
        Command command = new("referral", "what can be resolved of a referral of many addresses, by line and case")
        {
            verb.file, verb.output, verb.anonymisers, verb.sourceOnly,
        };
        verb.options.AddArchiveTo(command);
        command.SetAction(verb.Run);
        return command;
    }

    private int Run(ParseResult parsed) => options.Ask(parsed, () => Read(parsed), (asked, door, output) =>
    {
        TextWriter errors = parsed.InvocationConfiguration.Error;
        if (door.Plan is not { } plan)
        {
            throw AskedValues.Bad(
                "what is fixed and what is shared is said by the address plan, and there is none; give it with "
                + "`retention addresses import FILE`, or in the lab with --plan FILE");
        }

        using ProgressLine progress = ProgressLine.On(errors, "retention referral", "lines");
        ReferralReport report = Judge(parsed, asked, plan, door, progress, errors);
        if (options.Json(parsed))
        {
            ReferralOutput.WriteJson(output, report);
        }
        else
        {
            ReferralOutput.WriteText(output, report, options.All(parsed));
        }

        return Exit.Success;
    });

    private (List<ReferralLine> Lines, AnonymiserList Anonymisers, string Identity) Read(ParseResult parsed)
    {
        List<ReferralLine> lines = ReferralFile.Read(parsed.GetValue(file)!);
        string? list = parsed.GetValue(anonymisers);
        AnonymiserList known = list is null ? AnonymiserList.Empty : AnonymiserList.Read(list);
        string identity = ReferralState.Identify(
            [File.ReadAllText(parsed.GetValue(file)!), list is null ? "" : File.ReadAllText(list)]);
        return (lines, known, identity);
    }

    private ReferralReport Judge(
        ParseResult parsed,
        (List<ReferralLine> Lines, AnonymiserList Anonymisers, string Identity) asked,
        Plan plan,
        AskDoor door,
        ProgressLine progress,
        TextWriter errors)
    {
        bool contact = !parsed.GetValue(sourceOnly);
        string? folder = parsed.GetValue(output);
        using ReferralState? state = folder is null ? null : Open(folder, asked.Identity, plan, door, contact);
        var intake = new LineIntake(plan, door.Oldest, asked.Anonymisers);
        var verdicts = new List<LineVerdict>(state?.Known.Values ?? []);
        if (verdicts.Count > 0)
        {
            errors.WriteLine(FormattableString.Invariant(
                $"retention: going on: {verdicts.Count} of {asked.Lines.Count} lines were answered before"));
        }

        var open = new List<OpenLine>();
        foreach (ReferralLine line in asked.Lines.Where(line => state?.Known.ContainsKey(line.Row) != true))
        {
            (LineVerdict verdict, OpenLine? question) = intake.Read(line);
            if (question is null)
            {
                verdicts.Add(verdict);
            }
            else
            {
                open.Add(question);
            }
        }

        foreach (IReadOnlyList<LineVerdict> group in new ReferralRun(door.Archive, door.Oldest, contact).Judge(open))
        {
            verdicts.AddRange(group);
            state?.Add(group);
            progress.Report(verdicts.Count, asked.Lines.Count);
        }

        return Finish(folder, state, new ReferralReport(verdicts));
    }

    private static ReferralState Open(string folder, string referral, Plan plan, AskDoor door, bool contact)
    {
        DurableFile.MakeFolder(folder);
        string identity = ReferralState.Identify(
        [
            referral, UtcText.Of(door.Oldest), contact ? "contact" : "source only",
            .. plan.Entries.Select(PlanFile.Line),
        ]);
        return ReferralState.Open(folder, identity);
    }

    private static ReferralReport Finish(string? folder, ReferralState? state, ReferralReport report)
    {
        if (folder is not null)
        {
            ReferralOutput.WriteFolder(folder, report);
            state!.Dispose();
            ReferralState.Remove(folder);
        }

        return report;
    }
}
