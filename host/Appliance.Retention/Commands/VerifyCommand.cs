using System.CommandLine;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Ingest;
using Appliance.Retention.Reports;
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
        Command command = new("verify", "verify every file, the index and the ledger; exit 1 on any fault")
        {
            data, json, rebuild,
        };
        command.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => Run(
            new StoreFolder(parsed.GetValue(data)!),
            parsed.GetValue(rebuild),
            parsed.GetValue(json),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error)));
        return command;
    }

    private static int Run(StoreFolder folder, bool rebuild, bool json, TextWriter output, TextWriter errors)
    {
        if (!Directory.Exists(folder.Keys))
        {
            return Exit.Say(errors, Exit.BadInput, $"{folder.Root} is no store's data folder");
        }

        if (rebuild)
        {
            foreach (string line in Rebuild(folder, errors))
            {
                Exit.Say(errors, Exit.CheckFailed, $"left out: {line}");
            }
        }

        using StoreDatabase database = StoreDatabase.Open(folder.Database, toWrite: false);
        VerifyReport report = Verify(folder, database, errors);
        Print(report, json, output, errors);
        return report.IsGood ? Exit.Success : Exit.CheckFailed;
    }

    private static IReadOnlyList<string> Rebuild(StoreFolder folder, TextWriter errors)
    {
        using ProgressLine progress = ProgressLine.On(errors, "retention verify --rebuild", "files");
        return new StoreRebuild(folder, TimeProvider.System, progress.Report).Run();
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
        output.WriteLine(Invariant($"expired   {report.Expired} batches of which the manifest is left"));
        output.WriteLine(Invariant($"missing   {report.Missing} batches that never came"));
        output.WriteLine(Invariant($"faults    {report.FaultsTotal}"));
    }
}
