using System.CommandLine;
using Appliance.Retention.Archive;
using Appliance.Retention.Reports;

namespace Appliance.Retention.Commands;

/// <summary><c>retention status</c>: devices, epochs, days, ledger, alarms.</summary>
internal static class StatusCommand
{
    public static Command Create(TimeProvider? clock = null)
    {
        Option<string> data = DataOption.Create();
        Option<bool> json = new("--json") { Description = "print the result as JSON" };
        Command command = new("status", "what the store holds, what is missing, what is wrong") { data, json };
        command.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            var folder = new StoreFolder(parsed.GetValue(data)!);
            using StoreDatabase database = StoreDatabase.Open(folder.Database, toWrite: false);
            StatusReport status = new StatusReader(
                folder, KeyRing.Load(folder), database, clock ?? TimeProvider.System).Read();
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (parsed.GetValue(json))
            {
                JsonText.Write(output, status);
            }
            else
            {
                StatusText.Write(output, status);
            }

            return Exit.Success;
        }));
        return command;
    }
}
