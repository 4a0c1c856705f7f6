using System.CommandLine;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Commands;
using Appliance.Wire;

namespace Appliance.Retention.Records;

/// <summary><c>retention records</c>: opens a folder of segments, or a lab store, and prints its records.</summary>
internal static class RecordsCommand
{
    public static Command Create()
    {
        Option<string?> input = new("--in") { Description = "folder of segments" };
        Option<string?> keys = new("--keys") { Description = $"folder with {KeySet.FileName}, for --in" };
        Option<string?> data = new("--data") { Description = "data folder of a store that holds lab keys" };
        Option<string> format = new("--format") { Description = "how to print", DefaultValueFactory = _ => "csv" };
        format.AcceptOnlyFromAmong("csv", "ndjson");
        Option<string> kind = new("--kind") { Description = "which records", DefaultValueFactory = _ => "flow" };
        kind.AcceptOnlyFromAmong("flow", "session", "block", "gap");
        Option<bool> merged = new("--merged") { Description = "one line a flow: its latest record" };
        Command command = new("records", "print the records of a folder of segments or of a store (lab)")
        {
            input, keys, data, format, kind, merged,
        };
        command.SetAction(parsed =>
        {
            RecordFormat how = parsed.GetValue(format) == "csv" ? RecordFormat.Csv : RecordFormat.NdJson;
            RecordKind which = Enum.Parse<RecordKind>(parsed.GetValue(kind)!, ignoreCase: true);
            TextWriter output = parsed.InvocationConfiguration.Output;
            TextWriter errors = parsed.InvocationConfiguration.Error;
            RecordPrinter Printer() => new(output, how, which, parsed.GetValue(merged));
            return (parsed.GetValue(input), parsed.GetValue(keys), parsed.GetValue(data)) switch
            {
                (string segments, string set, null) => Run(segments, set, Printer, errors),
                (null, null, string store) => DataOption.Guard(
                    errors, () => Print(new StoreFolder(store), Printer, errors)),
                _ => Exit.Say(
                    errors,
                    Exit.BadInput,
                    "give --in DIR with --keys DIR, or --data DIR of a store; see `retention --help`"),
            };
        });
        return command;
    }

    private static int Print(StoreFolder folder, Func<RecordPrinter> printer, TextWriter errors)
    {
        LabMode.Say(errors);
        using EmbeddedArchive archive = EmbeddedArchive.Open(folder);
        RecordPrinter lines = printer();
        TaiTime end = new(long.MaxValue);
        foreach (OpenedRows batch in archive.Read(default, end, SectionSet.Both, []))
        {
            lines.Add(batch.Rows, batch.Device.ToString(), batch.Epoch.Number, batch.Sequence);
        }

        lines.Finish();
        return Exit.Success;
    }

    // The printer is made last: nothing, not even a header line, is printed for bad input.
    private static int Run(string input, string keys, Func<RecordPrinter> printer, TextWriter errors)
    {
        try
        {
            if (!TryReadKeys(keys, out KeySet? set, out string problem))
            {
                return Exit.Say(errors, Exit.BadInput, problem);
            }

            using FlashFolder folder = FlashFolder.OpenForReading(input);
            JournalReader journal = new(folder);
            if (journal.Segments().Count == 0)
            {
                return Exit.Say(
                    errors,
                    Exit.BadInput,
                    $"{input} holds no segments; give the folder that the box or a replay wrote");
            }

            FolderRecords records = new(set!, sentence => Exit.Say(errors, Exit.CheckFailed, sentence));
            return records.Print(journal, printer()) ? Exit.Success : Exit.CheckFailed;
        }
        catch (JournalDeviceException failure)
        {
            return Exit.Say(errors, Exit.BadInput, $"{failure.Message}; give a folder of segments that can be read");
        }
        catch (IOException failure)
        {
            return Exit.Say(errors, Exit.BadInput, $"cannot print: {failure.Message}");
        }
    }

    private static bool TryReadKeys(string folder, out KeySet? set, out string problem)
    {
        string file = Path.Combine(folder, KeySet.FileName);
        set = null;
        string text;
        try
        {
            text = File.ReadAllText(file);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = $"cannot read the keys {file}; give the folder that holds {KeySet.FileName}";
            return false;
        }

        bool good = KeySet.TryParse(text, out set, out string wrong);
        problem = $"{file}: {wrong}; give the key set that the records were made with";
        return good;
    }
}
