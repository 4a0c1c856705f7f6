using System.CommandLine;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Ingest;
using Appliance.Retention.Reports;
using Appliance.Retention.Warden;
using static System.FormattableString;

namespace Appliance.Retention.Commands;

/// <summary><c>retention verify</c>: everything again, from the files.</summary>
internal static class VerifyCommand
{
    public static Command Create()
    {
        Option<string> data = DataOption.Create();
        Option<bool> json = new("--json") { Description = "print the result as JSON" };
        Option<bool> rebuild = new("--rebuild") { Description = "make the index anew from the files first" };
        Option<string?> warden = WardenCommand.FilterSocketOption();
        Command command = new("verify", "verify every file, the index and the ledger; exit 1 on any fault")
        {
            data, json, rebuild, warden,
        };
        command.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => Run(
            new StoreFolder(parsed.GetValue(data)!),
            parsed.GetValue(rebuild),
            parsed.GetValue(warden),
            parsed.GetValue(json),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error)));
        return command;
    }

    private static int Run(
        StoreFolder folder, bool rebuild, string? socket, bool json, TextWriter output, TextWriter errors)
    {
        if (!Directory.Exists(folder.Keys))
        {
            return Exit.Say(errors, Exit.BadInput, $"{folder.Root} is no store's data folder");
        }

        if (rebuild)
        {
            RebuildReport made = Rebuild(folder, socket, errors);
            foreach (string line in made.NotTakenOver.Concat(made.Refused.Select(line => $"left out: {line}")))
            {
                Exit.Say(errors, Exit.CheckFailed, line);
            }
        }

        using StoreDatabase database = StoreDatabase.Open(folder.Database, toWrite: false);
        VerifyReport report = Verify(folder, database, errors);
        Print(report, json, output, errors);
        return report.IsGood ? Exit.Success : Exit.CheckFailed;
    }

    private static RebuildReport Rebuild(StoreFolder folder, string? socket, TextWriter errors)
    {
        using WardenClient? warden = socket is null ? null : new WardenClient(socket);
        using ProgressLine progress = ProgressLine.On(errors, "retention verify --rebuild", "files");
        return new StoreRebuild(folder, TimeProvider.System, progress.Report, warden is null ? null : warden.FilterKeys)
            .Run();
    }

    private static VerifyReport Verify(StoreFolder folder, StoreDatabase database, TextWriter errors)
    {
        using ProgressLine progress = ProgressLine.On(errors, "retention verify", "batches");
        return new StoreVerifier(folder, KeyRing.Load(folder), database, progress.Report).Run();
    }

    private static void Print(VerifyReport report, bool json, TextWriter output, TextWriter errors)
    {
        if (json)
        {
            JsonText.Write(output, report);
            return;
        }

        foreach (string fault in report.Faults)
        {
            Exit.Say(errors, Exit.CheckFailed, fault);
        }

        output.WriteLine(Invariant(
            $"verified  {report.Batches} batches, {report.Records} records, {report.Statements} statements"));
        output.WriteLine(Invariant($"ledger    {report.LedgerEntries} entries"));
        output.WriteLine(Invariant($"unopened  {report.Unopened} batches without day keys here"));
        output.WriteLine(Invariant(
            $"unread    {report.Unread} batches that the index was made without: questions open them all"));
        output.WriteLine(Invariant($"expired   {report.Expired} batches of which the manifest is left"));
        output.WriteLine(Invariant($"missing   {report.Missing} batches that never came"));
        output.WriteLine(Invariant($"faults    {report.FaultsTotal}"));
    }
}
