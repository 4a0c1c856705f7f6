using System.Globalization;
using System.Text.Json;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Icrctl.Clocks;

/// <summary>What <c>icrctl clock verify</c> found.</summary>
internal sealed record ClockVerdict
{
    public bool IsWhole { get; set; } = true;

    public int Files { get; set; }

    public long Seconds { get; set; }

    public long Rows { get; set; }

    /// <summary>Batches whose manifest names a head of this log, one that is not in it, or none.</summary>
    public long BatchesNamed { get; set; }

    public long BatchesUnknown { get; set; }

    public long BatchesWithout { get; set; }

    public List<string> Problems { get; } = [];

    public List<string> Notes { get; } = [];

    public string ToText()
    {
        List<string> lines =
        [
            string.Create(
                CultureInfo.InvariantCulture,
                $"files {Files}, rows {Rows:N0}, of them {Seconds:N0} seconds computed again"),
        ];
        if (BatchesNamed + BatchesUnknown + BatchesWithout > 0)
        {
            lines.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"batches that name a head of this log {BatchesNamed:N0}, another {BatchesUnknown:N0}, "
                + $"none {BatchesWithout:N0}"));
        }

        lines.AddRange(Notes);
        lines.AddRange(Problems);
        lines.Add(IsWhole ? "whole: every state and bound is what these rows give" : "NOT WHOLE");
        return string.Join('\n', lines);
    }
}

/// <summary>Computes a log of anchors again and holds the heads that manifests name against it.</summary>
internal static class ClockVerifier
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    public static int Run(string path, string? journal, string? keysFolder, bool json)
    {
        string[] files = Files(path);
        if (files.Length == 0)
        {
            return Exit.Refuse(
                $"{path} holds no *{AnchorFile.Ending} file; give a file of the anchor log or its folder");
        }

        ClockVerdict verdict = new();
        HashSet<Hash32> heads = [];
        CheckFiles(files, heads, verdict);
        if (journal is not null)
        {
            string keysPath = Path.Combine(keysFolder ?? Path.Combine(journal, ReplayFolder.KeysName), KeySet.FileName);
            if (!Directory.Exists(journal))
            {
                return Exit.Refuse($"{journal} is not a folder; give the folder that holds the segments");
            }

            if (!KeyFile.TryRead(keysPath, out KeySet keys, out string problem))
            {
                return Exit.Refuse(problem);
            }

            CheckManifests(journal, keys, heads, verdict);
        }

        verdict.IsWhole = verdict.Problems.Count == 0;
        Console.WriteLine(json ? JsonSerializer.Serialize(verdict, Json) : verdict.ToText());
        return verdict.IsWhole ? Exit.Success : Exit.CheckFailed;
    }

    /// <summary>The file itself, or the files of a folder in the order of their names, which is that of time.</summary>
    public static string[] Files(string path) =>
        File.Exists(path) ? [path]
        : Directory.Exists(path) ? [.. Directory.GetFiles(path, "*" + AnchorFile.Ending).Order(StringComparer.Ordinal)]
        : [];

    private static void CheckFiles(string[] files, HashSet<Hash32> heads, ClockVerdict verdict)
    {
        Hash32 before = default;
        foreach (string file in files)
        {
            string name = Path.GetFileName(file);
            AnchorVerdict one = AnchorFile.Check(File.ReadAllBytes(file), head => heads.Add(head));
            verdict.Files++;
            verdict.Rows += one.Rows;
            verdict.Seconds += one.Seconds;
            if (!one.IsWhole)
            {
                verdict.Problems.Add($"{name}: {one.Problem}");
            }

            if (one.IsTorn)
            {
                verdict.Notes.Add($"{name}: ends in a torn row, as a cut leaves it");
            }

            // Each goes on from the last, over all runs; only the oldest may have none before it.
            if (verdict.Files > 1 && one.IsWhole && one.Previous != before)
            {
                verdict.Problems.Add($"{name}: does not go on where the file before it ends; a file is missing");
            }

            before = one.Head;
        }
    }

    private static void CheckManifests(string journal, KeySet keys, HashSet<Hash32> heads, ClockVerdict verdict)
    {
        using FlashFolder flash = FlashFolder.OpenForReading(journal);
        ChainVerifier chain = new(keys.DeviceKey, new ReaderRules(keys.Device, keys.Notice, int.MaxValue));
        foreach (JournalFrame frame in new JournalReader(flash).Frames())
        {
            if (frame.Verdict != FrameVerdict.Whole)
            {
                continue;
            }

            if (frame.Label.Kind == FrameKind.EpochStatement)
            {
                chain.AddEpoch(frame.Payload);
            }
            else if (frame.Label.Kind == FrameKind.Batch)
            {
                Refusal refusal = chain.AddBatch(frame.Payload, out VerifiedBatch? batch);
                Count(batch, heads, verdict, refusal, $"batch {frame.Label.Epoch}/{frame.Label.Sequence}");
            }
        }

        if (verdict.BatchesUnknown > 0)
        {
            verdict.Problems.Add(string.Create(
                CultureInfo.InvariantCulture,
                $"{verdict.BatchesUnknown:N0} batches name a head that is not in this log; files of it are missing"));
        }
    }

    private static void Count(
        VerifiedBatch? batch, HashSet<Hash32> heads, ClockVerdict verdict, Refusal refusal, string name)
    {
        if (batch is null)
        {
            verdict.Problems.Add($"{name}: {refusal.Sentence()}");
        }
        else if (batch.Manifest.Clock.AnchorLogHead.IsNone)
        {
            verdict.BatchesWithout++;
        }
        else if (heads.Contains(batch.Manifest.Clock.AnchorLogHead))
        {
            verdict.BatchesNamed++;
        }
        else
        {
            verdict.BatchesUnknown++;
        }
    }
}
