using System.CommandLine;
using Appliance.Retention.AddressPlan;
using Appliance.Retention.Answers;
using Appliance.Retention.Archive;
using Appliance.Retention.Corrections;
using Appliance.Retention.Log;
using Appliance.Retention.Questions;

namespace Appliance.Retention.Commands;

/// <summary><c>retention addresses import|list</c>: the address plan of a store.</summary>
internal static class AddressesCommand
{
    public static Command Create(TimeProvider? clock = null) => new(
        "addresses", "which public addresses are ours, and what they are used for")
    {
        Import(clock ?? TimeProvider.System), List(),
    };

    private static Command Import(TimeProvider clock)
    {
        Option<string> data = DataOption.Create();
        Argument<string> file = new("FILE") { Description = $"CSV with the header {PlanFile.Header}" };
        Command command = new("import", "replace the address plan by a CSV file") { file, data };
        command.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            Plan plan = PlanStore.Read(parsed.GetValue(file)!);
            var folder = new StoreFolder(parsed.GetValue(data)!);
            Plan? before = PlanStore.ReadOf(folder);
            int corrected = Corrected(folder, before, plan, clock);
            PlanStore.Replace(folder, plan);
            TextWriter output = parsed.InvocationConfiguration.Output;
            output.WriteLine(
                FormattableString.Invariant($"the address plan has {plan.Entries.Count} entries now"));
            if (corrected > 0)
            {
                output.WriteLine(FormattableString.Invariant(
                    $"{corrected} answers were about addresses that changed; see `retention errors list`"));
            }

            return Exit.Success;
        }));
        return command;
    }

    /// <summary>Answers that the new plan corrects; none where no answer was given under a request yet.</summary>
    private static int Corrected(StoreFolder folder, Plan? before, Plan after, TimeProvider clock)
    {
        if (before is null || !File.Exists(Path.Combine(folder.Root, AnswerRegister.FileName)))
        {
            return 0;
        }

        using var register = AnswerRegister.Open(folder);
        using var index = StoreDatabase.Open(folder.Database, toWrite: false);
        using var log = TransparencyLog.Open(folder.Log, clock);
        return new CorrectionDesk(register, index, log, clock).PlanChanged(before, after);
    }

    private static Command List()
    {
        Option<string> data = DataOption.Create();
        Option<bool> json = new("--json") { Description = "print the plan as JSON" };
        Command command = new("list", "print the address plan, the longest prefixes first") { data, json };
        command.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            var folder = new StoreFolder(parsed.GetValue(data)!);
            if (PlanStore.ReadOf(folder) is not { } plan)
            {
                return Exit.Say(
                    parsed.InvocationConfiguration.Error,
                    Exit.CheckFailed,
                    $"{folder.Root} has no address plan; give it one with `retention addresses import FILE`");
            }

            Print(output, plan, parsed.GetValue(json));
            return Exit.Success;
        }));
        return command;
    }

    private static void Print(TextWriter output, Plan plan, bool json)
    {
        if (json)
        {
            JsonText.Write(output, plan.Entries.Select(entry => new
            {
                prefix = entry.Prefix,
                use = PlanEntry.NameOf(entry.Use),
                realm = JsonAnswer.OrNull(entry.Realm),
                from = entry.From is { } from ? UtcText.Of(from) : null,
                to = entry.To is { } to ? UtcText.Of(to) : null,
            }));
            return;
        }

        output.WriteLine(PlanFile.Header);
        foreach (PlanEntry entry in plan.Entries)
        {
            output.WriteLine(PlanFile.Line(entry));
        }
    }
}
