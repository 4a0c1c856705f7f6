using System.Globalization;
using System.Text.RegularExpressions;
using Appliance.Lab.Bed;

namespace Appliance.Benchmarks.Live;

/// <summary>nfpcapd at the inside cable, with its own defaults and flow files into a folder.</summary>
internal sealed partial class Nfpcapd : IDisposable
{
    // It tells of its threads before they have the memory of their cache and ring.
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(2);
    private readonly BedProcess process;

    private Nfpcapd(BedProcess process) => this.process = process;

    public int Id => process.Id;

    public static Nfpcapd Start(LiveBed bed, string folder)
    {
        Directory.CreateDirectory(folder);
        BedProcess process = BedProcess.Start("ip", BedLayout.Inside(
            bed.BoxNamespace, "nfpcapd", "-i", BedMirror.InsidePort, "-w", folder));
        process.WaitForError("Startup nfpcapd", CancellationToken.None);
        Thread.Sleep(Settling);
        return new Nfpcapd(process);
    }

    /// <summary>Ends it; packets that it processed and packets that found its buffer full, as it says.</summary>
    public (long Processed, long Dropped) Stop()
    {
        process.Stop();
        string said = process.Errors;
        return (Number(Processed().Matches(said)), Number(Dropped().Matches(said)));
    }

    public void Dispose() => process.Dispose();

    private static long Number(MatchCollection found) => found.Count > 0
        ? found.Max(match => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture))
        : throw new BedException("nfpcapd did not say what it counted");

    [GeneratedRegex("Total: Processed: ([0-9]+)")]
    private static partial Regex Processed();

    [GeneratedRegex("dropped by OS/Buffer: ([0-9]+)")]
    private static partial Regex Dropped();
}
