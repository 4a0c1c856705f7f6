using System.CommandLine;
using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary><c>retention log</c>: what the transparency log says; never about whom.</summary>
internal static class LogCommand
{
    public static Command Create()
    {
        Option<string> data = DataOption.Create();
        Option<long> from = new("--from") { Description = "index of the first entry", DefaultValueFactory = _ => 0 };
        Option<int> most = new("--most") { Description = "entries at most", DefaultValueFactory = _ => 1000 };
        Option<bool> json = new("--json") { Description = "print the result as JSON" };
        Command command = new("log", "entries of the transparency log: what was asked, approved, opened, delivered")
        {
            data, from, most, json,
        };
        command.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            using var log = TransparencyLog.Open(new StoreFolder(parsed.GetValue(data)!).Log, TimeProvider.System);
            IReadOnlyList<LoggedEntry> entries = log.Entries(
                (ulong)Math.Max(0, parsed.GetValue(from)), Math.Max(0, parsed.GetValue(most)));
            Print(parsed.InvocationConfiguration.Output, log, entries, parsed.GetValue(json));
            return Exit.Success;
        }));
        return command;
    }

    private static void Print(
        TextWriter output, TransparencyLog log, IReadOnlyList<LoggedEntry> entries, bool json)
    {
        SignedCheckpoint checkpoint = log.Checkpoint();
        if (json)
        {
            JsonText.Write(output, new
            {
                Log = log.Id.ToString(),
                Public = Convert.ToHexStringLower(log.Key.Point.Span),
                checkpoint.Checkpoint.Size,
                Root = checkpoint.Checkpoint.Root.ToString(),
                Entries = entries.Select(entry => Row(entry, DestroyedDay.Of(log, entry))),
            });
            return;
        }

        output.WriteLine($"log    {log.Id}");
        output.WriteLine($"key    {Convert.ToHexStringLower(log.Key.Point.Span)}");
        output.WriteLine($"size   {checkpoint.Checkpoint.Size}, root {checkpoint.Checkpoint.Root}");
        foreach (LoggedEntry entry in entries)
        {
            LogEntry said = entry.Entry;
            string request = said.Request == default ? "-" : said.Request.ToString();
            string refers = said.RefersTo is { } index ? $" of {index}" : "";
            output.WriteLine(
                $"{entry.Index,6}  {Time(said)}  {Word(said.Kind),-9} {Word(said.Actor),-9} {request}{refers}");
            foreach (DestroyedDay day in DestroyedDay.Of(log, entry))
            {
                output.WriteLine($"        {day.Keys} keys of {day.Day}, {day.Role}, device {day.Device}");
            }
        }
    }

    private static object Row(LoggedEntry entry, IReadOnlyList<DestroyedDay> destroyed) => new
    {
        entry.Index,
        Time = Time(entry.Entry),
        Kind = Word(entry.Entry.Kind),
        Actor = Word(entry.Entry.Actor),
        Request = entry.Entry.Request == default ? null : entry.Entry.Request.ToString(),
        entry.Entry.Purpose,
        entry.Entry.Batches,
        entry.Entry.Records,
        entry.Entry.RefersTo,
        Commitment = entry.Entry.Commitment.ToString(),
        Destroyed = destroyed.Count == 0 ? null : destroyed,
    };

    private static string Time(LogEntry entry) => UtcText.Of(LeapSeconds.ToTai((long)entry.UtcUs));

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
