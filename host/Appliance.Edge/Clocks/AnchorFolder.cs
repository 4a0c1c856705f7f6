using System.Globalization;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Edge.Clocks;

/// <summary>
/// The files of the anchor log: NUMBER-DAY.anchors, counted up over all runs, each chained to the one before. A file
/// ends with the UTC day, at its size, and with the run; those past their days are removed, the newest never.
/// </summary>
internal sealed class AnchorFolder(string folder, long fileBytesMax, int days) : IDisposable
{
    private readonly string path = Path.GetFullPath(folder);
    private AppendedFile? file;
    private int number;
    private int day;

    /// <summary>The file that is written; empty before the first.</summary>
    public string Name { get; private set; } = "";

    /// <summary>Bytes in it.</summary>
    public long Bytes => file?.Length ?? 0;

    /// <summary>Looks for what earlier runs wrote.</summary>
    /// <param name="kept">Where the log ended when the run before last kept it; null: not known.</param>
    /// <param name="head">Head at the end of the newest file; none where there is no file.</param>
    /// <returns>False where the run before went on after that: <see cref="ComputeEnd"/> says where it ended.</returns>
    /// <exception cref="JournalDeviceException">The folder cannot be made.</exception>
    public bool TryRecover(LogEnd? kept, out Hash32 head)
    {
        DurableFile.MakeFolder(path);
        head = default;
        if (Files() is not [.., { } newest])
        {
            return true;
        }

        number = NumberOf(newest);
        if (kept?.Name != Path.GetFileName(newest) || kept.Bytes != new FileInfo(newest).Length)
        {
            return false;
        }

        head = kept.HeadHash;
        return true;
    }

    /// <summary>
    /// Where the log of a run ended that could not say so, computed again: a second or two for a file of a whole day.
    /// A file that was cut off within its head holds nothing that a manifest could name, and goes.
    /// </summary>
    /// <returns>
    /// The head to go on from, and what is wrong with the files before it: null where nothing is.
    /// </returns>
    public (Hash32 Head, string? Problem) ComputeEnd()
    {
        string[] files = Files();
        while (files is [.., { } cut] && AnchorFile.IsCutInHead(File.ReadAllBytes(cut)))
        {
            DurableFile.Delete(cut);
            files = files[..^1];
        }

        if (files is not [.., { } newest])
        {
            return default;
        }

        AnchorVerdict verdict = AnchorFile.Check(File.ReadAllBytes(newest));
        string? problem = verdict.IsWhole ? null : $"{Path.GetFileName(newest)}: {verdict.Problem}";
        Hash32 head = verdict.Head;
        if (files is [.., { } before, _])
        {
            // Where nothing of the newest can be read the chain goes on from the one before it.
            Hash32 last = AnchorFile.Check(File.ReadAllBytes(before)).Head;
            problem ??= verdict.Previous == last
                ? null : $"{Path.GetFileName(newest)}: does not go on where {Path.GetFileName(before)} ends";
            head = head.IsNone ? last : head;
        }

        return (head, problem);
    }

    /// <summary>
    /// Gives the file up after a failed write: what follows its last whole row begins a new one.
    /// </summary>
    public void Abandon()
    {
        file?.Dispose();
        file = null;
    }

    /// <summary>The next row belongs into a new file.</summary>
    public bool IsDue(int utcDay) => file is null || day != utcDay || file.Length >= fileBytesMax;

    /// <summary>Ends the file and begins the next; the oldest go where their days are over.</summary>
    /// <exception cref="JournalDeviceException">It cannot be written.</exception>
    public void Begin(ReadOnlySpan<byte> head, int utcDay)
    {
        End();
        string name = string.Create(CultureInfo.InvariantCulture, $"{number + 1:D8}-{utcDay:D6}{AnchorFile.Ending}");
        string place = Path.Combine(path, name);
        AppendedFile begun = new(place);
        try
        {
            begun.Append(head);
            begun.Sync();
        }
        catch (JournalDeviceException)
        {
            // A full disk is tried again each second: what it could not take is not left behind a thousand times.
            begun.Dispose();
            DurableFile.Delete(place);
            throw;
        }

        number++;
        day = utcDay;
        Name = name;
        file = begun;
        RemoveOld(utcDay);
    }

    /// <summary>Adds rows; without a file they are in none, which <see cref="IsDue"/> says.</summary>
    public void Append(ReadOnlySpan<byte> rows) => file?.Append(rows);

    /// <summary>All rows are on the medium when it returns.</summary>
    public void Sync() => file?.Sync();

    /// <summary>No row is added to this file any more.</summary>
    public void End()
    {
        file?.Sync();
        file?.Dispose();
        file = null;
    }

    /// <inheritdoc/>
    public void Dispose() => file?.Dispose();

    private string[] Files() =>
    [
        .. Directory.GetFiles(path, "*" + AnchorFile.Ending)
            .Where(name => NumberOf(name) > 0)
            .Order(StringComparer.Ordinal),
    ];

    private void RemoveOld(int today)
    {
        foreach (string name in Files().SkipLast(1))
        {
            string end = Path.GetFileNameWithoutExtension(name).Split('-')[^1];
            if (int.TryParse(end, CultureInfo.InvariantCulture, out int its) && its + days < today)
            {
                DurableFile.Delete(name);
            }
        }
    }

    private static int NumberOf(string name) =>
        int.TryParse(Path.GetFileName(name).Split('-')[0], CultureInfo.InvariantCulture, out int number) ? number : 0;
}
