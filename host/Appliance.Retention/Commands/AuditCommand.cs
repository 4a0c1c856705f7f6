using System.CommandLine;
using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary><c>retention audit</c>: holds the transparency log against the auditor's own copy.</summary>
internal static class AuditCommand
{
    public static Command Create()
    {
        Option<string> data = DataOption.Create();
        Option<string> copy = new("--copy") { Description = "folder that only the auditor writes", Required = true };
        Option<string?> logKey = new("--log-key") { Description = "pinned key of the log, 130 hexadecimal digits" };
        Option<string?> witness = new("--witness") { Description = "pinned key of the warden that cosigns" };
        Option<string?> own = new("--key")
        {
            Description = "key file of the auditor: a log that is good is cosigned with it, and an entry says so",
        };
        Option<bool> json = new("--json") { Description = "print the result as JSON" };
        Command command = new("audit", "whether the log only ever grew, and every release answers a logged question")
        {
            data, copy, logKey, witness, own, json,
        };
        command.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            using var log = TransparencyLog.Open(new StoreFolder(parsed.GetValue(data)!).Log, TimeProvider.System);
            AuditReport report = new Auditor(log, parsed.GetValue(copy)!).Run(
                KeyOf("--log-key", parsed.GetValue(logKey)), KeyOf("--witness", parsed.GetValue(witness)),
                parsed.GetValue(own) is { } file ? PersonKey.Read(file) : null);
            Print(parsed.InvocationConfiguration.Output, report, parsed.GetValue(json));
            return report.Faults.Count == 0 ? Exit.Success : Exit.CheckFailed;
        }));
        return command;
    }

    private static PublicKey? KeyOf(string option, string? text) =>
        text is null ? null
        : WardenTrust.TryPoint(text, out PublicKey? key) ? key
        : throw new ArchiveException($"{option} must be a public key of 130 hexadecimal digits");

    private static void Print(TextWriter output, AuditReport report, bool json)
    {
        if (json)
        {
            JsonText.Write(output, report);
            return;
        }

        output.WriteLine($"entries    {report.Size}, {report.New} of them new to this copy");
        output.WriteLine($"cosigned   {report.Cosigned} entries");
        foreach ((string kind, long count) in report.Kinds)
        {
            output.WriteLine($"{kind,-10} {count}");
        }

        if (report.Unended.Count > 0)
        {
            output.WriteLine(
                $"unended    {report.Unended.Count}: entries {string.Join(", ", report.Unended)}; being asked now, or "
                    + "interrupted and not yet ended by `serve`");
        }

        foreach (string fault in report.Faults)
        {
            output.WriteLine($"FAULT      {fault}");
        }

        output.WriteLine(report.Faults.Count == 0 ? "The log only grew." : "The log is not to be relied on.");
    }
}
