using System.CommandLine;
using System.Diagnostics;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Ingest;
using Appliance.Retention.Warden;
using Appliance.Wire;
using static System.FormattableString;

namespace Appliance.Retention.Commands;

/// <summary><c>retention ingest</c>: takes a folder of segments into the store.</summary>
internal static class IngestCommand
{
    public static Command Create()
    {
        Argument<string> input = new("DIR") { Description = "folder of segments" };
        Option<string> data = DataOption.Create();
        Option<string?> keys = new("--keys")
        {
            Description = "key set to enrol first: a file, or a folder with " + KeySet.FileName,
        };
        Option<string?> warden = WardenCommand.FilterSocketOption();
        Option<bool> json = new("--json") { Description = "print the result as JSON" };
        Command command = new("ingest", "take a folder of segments into the store (lab, or a box that was carried in)")
        {
            input, data, keys, warden, json,
        };
        command.SetAction(parsed =>
        {
            TextWriter output = parsed.InvocationConfiguration.Output;
            TextWriter errors = parsed.InvocationConfiguration.Error;
            string from = parsed.GetValue(input)!;
            return DataOption.Guard(errors, () =>
            {
                var folder = new StoreFolder(parsed.GetValue(data)!);
                using WardenClient? client = parsed.GetValue(warden) is { } socket ? new WardenClient(socket) : null;
                return Run(folder, from, parsed.GetValue(keys), client, parsed.GetValue(json), output, errors);
            });
        });
        return command;
    }

    private static int Run(
        StoreFolder folder,
        string from,
        string? keySet,
        WardenClient? warden,
        bool json,
        TextWriter output,
        TextWriter errors)
    {
        using FlashFolder flash = FlashFolder.OpenForReading(from);
        JournalReader journal = new(flash);
        if (journal.Segments().Count == 0)
        {
            return Exit.Say(
                errors, Exit.BadInput, $"{from} holds no segments; give the folder that the box or a replay wrote");
        }

        using StoreWriter writer = StoreWriter.Open(
            folder, TimeProvider.System, after: null, warden is null ? null : warden.FilterKeys);
        Enrol(folder, writer.Keys, from, keySet, errors);
        if (writer.Keys.Devices.Count == 0)
        {
            return Exit.Say(
                errors,
                Exit.BadInput,
                "no device is enrolled here; give its key set with --keys or `retention keys add`");
        }

        LabMode.Say(errors);
        var watch = Stopwatch.StartNew();
        IngestReport report;
        using (ProgressLine progress = ProgressLine.On(errors, "retention ingest", "MB"))
        {
            report = new SegmentIngest(writer, Complain, progress.ReportBytes).Run(journal);

            void Complain(string line)
            {
                progress.Clear();
                Exit.Say(errors, Exit.CheckFailed, line);
            }
        }

        Print(report, watch.Elapsed.TotalSeconds, json, output);
        return report.IsWhole ? Exit.Success : Exit.CheckFailed;
    }

    /// <summary>
    /// A new store takes the key set that a replay left beside its segments. One that has devices does not: a carried
    /// folder must not bring its own trust.
    /// </summary>
    private static void Enrol(StoreFolder folder, KeyRing ring, string from, string? keySet, TextWriter errors)
    {
        string beside = Path.Combine(from, "keys", KeySet.FileName);
        if (keySet is not null)
        {
            ring.Add(folder, KeyRing.ReadSet(keySet));
        }
        else if (ring.Devices.Count == 0 && File.Exists(beside))
        {
            KeySet found = KeyRing.ReadSet(beside);
            ring.Add(folder, found);
            errors.WriteLine($"retention: enrolled device {found.Device} with {beside}");
        }
    }

    private static void Print(IngestReport report, double seconds, bool json, TextWriter output)
    {
        if (json)
        {
            JsonText.Write(output, report);
            return;
        }

        output.WriteLine(Invariant(
            $"stored      {report.Stored} batches, {report.Records} records, {report.Bytes} bytes read"));
        output.WriteLine(Invariant($"known       {report.Duplicates} batches were here already"));
        output.WriteLine(Invariant($"refused     {report.Refused}"));
        output.WriteLine(Invariant($"waiting     {report.Waiting}"));
        output.WriteLine(Invariant($"damaged     {report.Damaged} stretches of the segments"));
        output.WriteLine(Invariant($"seconds     {seconds:0.0}"));
    }
}
