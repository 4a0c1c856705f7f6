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

    private readonly Option<bool> statement = new("--statement")
    {
        Description = "print what an order says of the file, and ask nothing",
    };

    private readonly AskOptions options = new(clock);

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new ReferralCommand(clock);
        Command command = new("referral", "what can be resolved of a referral of many addresses, by line and case")
        {
            verb.file, verb.output, verb.anonymisers, verb.sourceOnly, verb.statement,
        };
        verb.options.AddArchiveTo(command);
        command.SetAction(verb.Run);
        return command;
    }

    /// <summary>What is said where a store has no address plan.</summary>
    public static AskException NoPlan() => AskedValues.Bad(
        "what is fixed and what is shared is said by the address plan, and there is none; give it with "
        + "`retention addresses import FILE`, or in the lab with --plan FILE");

    private int Run(ParseResult parsed) =>
        parsed.GetValue(statement) ? options.Refusing(parsed, () => PrintStatement(parsed))
        : options.Ordered(parsed) is { } door ? options.Refusing(parsed, () => RunOrdered(parsed, door))
        : RunLab(parsed);

    private int PrintStatement(ParseResult parsed)
    {
        var known = KnownReferral.Read(parsed.GetValue(file)!);
        parsed.InvocationConfiguration.Output.WriteLine(
            new ReferralOrder(known.Digest, (uint)known.Lines.Count, !parsed.GetValue(sourceOnly)).Text);
        return Exit.Success;
    }

    private int RunOrdered(ParseResult parsed, OrderedDoor door)
    {
        if (parsed.GetValue(output) is not { } folder)
        {
            throw AskedValues.Bad(
                "under a request a referral is handed over in parts; give the folder for them with --out");
        }

        var known = KnownReferral.Read(parsed.GetValue(file)!);
        string? list = parsed.GetValue(anonymisers);
        TextWriter errors = parsed.InvocationConfiguration.Error;
        var parts = new PartFolder(folder);
        int count;
        using (ProgressLine progress = ProgressLine.On(errors, "retention referral", "lines"))
        {
            count = new OrderedReferral(
                door,
                known,
                list is null ? AnonymiserList.Empty : AnonymiserList.Read(list),
                !parsed.GetValue(sourceOnly),
                parts).Run(done => progress.Report(done, known.Lines.Count));
        }

        Tell(parsed, parts, known.Lines.Count, count);
        return Exit.Success;
    }

    /// <summary>The report, or where it is sealed how to come to it.</summary>
    private void Tell(ParseResult parsed, PartFolder parts, int lines, int count)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        IReadOnlyList<ReferralPart> plain = parts.ReadPlain();
        if (plain.Count == count)
        {
            ReferralReport report = ReferralPart.Report(plain);
            ReferralOutput.WriteFolder(parts.Path, report);
            Print(parsed, output, report);
            return;
        }

        if (options.Json(parsed))
        {
            JsonText.Write(output, new { lines, parts = count, @out = parts.Path });
            return;
        }

        output.WriteLine($"Referral   {lines} lines, asked in {count} questions; {count} sealed parts in {parts.Path}");
        output.WriteLine($"           `retention open {parts.Path} --key FILE --out FOLDER` makes the report of them");
    }

    private void Print(ParseResult parsed, TextWriter output, ReferralReport report)
    {
        if (options.Json(parsed))
        {
            ReferralOutput.WriteJson(output, report);
        }
        else
        {
            ReferralOutput.WriteText(output, report, options.All(parsed));
        }
    }

    private int RunLab(ParseResult parsed) => options.Ask(parsed, () => Read(parsed), (asked, door, output) =>
    {
        TextWriter errors = parsed.InvocationConfiguration.Error;
        if (door.Plan is not { } plan)
        {
            throw NoPlan();
        }

        using ProgressLine progress = ProgressLine.On(errors, "retention referral", "lines");
        ReferralReport report = Judge(parsed, asked, plan, door, progress, errors);
        Print(parsed, output, report);
        return Exit.Success;
    });

    private (IReadOnlyList<ReferralLine> Lines, AnonymiserList Anonymisers, string Identity) Read(ParseResult parsed)
    {
        var asked = KnownReferral.Read(parsed.GetValue(file)!);
        string? list = parsed.GetValue(anonymisers);
        AnonymiserList known = list is null ? AnonymiserList.Empty : AnonymiserList.Read(list);
        string identity = ReferralState.Identify(
            [asked.Digest.ToString(), list is null ? "" : File.ReadAllText(list)]);
        return (asked.Lines, known, identity);
    }

    private ReferralReport Judge(
        ParseResult parsed,
        (IReadOnlyList<ReferralLine> Lines, AnonymiserList Anonymisers, string Identity) asked,
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
