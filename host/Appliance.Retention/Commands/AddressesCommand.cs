using System.CommandLine;
using Appliance.Retention.AddressPlan;
using Appliance.Retention.Answers;
using Appliance.Retention.Archive;
using Appliance.Retention.Questions;

namespace Appliance.Retention.Commands;

/// <summary><c>retention addresses import|list</c>: the address plan of a store.</summary>
internal static class AddressesCommand
{
    public static Command Create() => new("addresses", "which public addresses are ours, and what they are used for")
    {
        Import(), List(),
    };

    private static Command Import()
    {
        Option<string> data = DataOption.Create();
        Argument<string> file = new("FILE") { Description = $"CSV with the header {PlanFile.Header}" };
        Command command = new("import", "replace the address plan by a CSV file") { file, data };
        command.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            Plan plan = PlanStore.Read(parsed.GetValue(file)!);
            PlanStore.Replace(new StoreFolder(parsed.GetValue(data)!), plan);
            parsed.InvocationConfiguration.Output.WriteLine(
                FormattableString.Invariant($"the address plan has {plan.Entries.Count} entries now"));
            return Exit.Success;
        }));
        return command;
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
