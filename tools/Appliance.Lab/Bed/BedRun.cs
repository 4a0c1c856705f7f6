using System.Diagnostics;
using System.Text.Json;

namespace Appliance.Lab.Bed;

/// <summary>What a run is asked to do.</summary>
internal sealed record BedOptions(int Subscribers, int Flows, BedMode Mode, int Seed, string Folder, bool Keep);

/// <summary>
/// One run from start to end: layout, servers, captures and event listener up; traffic; silence; captures and listener
/// down; truth joined, checked against the frames, written. Whatever happens, the namespaces are gone at the end.
/// </summary>
internal static class BedRun
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        WriteIndented = true,
    };

    /// <exception cref="BedException">A part failed; the message is one line.</exception>
    /// <exception cref="OperationCanceledException">The run was asked to stop.</exception>
    public static BedSummary Run(BedOptions options, Action<string> progress, CancellationToken stop)
    {
        Stopwatch total = Stopwatch.StartNew();
        Directory.CreateDirectory(options.Folder);
        List<BedFlow> plan = BedPlan.Draw(options.Subscribers, options.Flows, options.Seed, options.Mode);
        progress("laying out the namespaces");
        using BedLayout layout = BedLayout.Start(options.Subscribers, options.Mode,
            BedNat.PortsFor(options.Mode, options.Flows));
        using BedServers servers = BedServers.Start(layout, options.Folder, stop);
        using BedServers? lines = options.Mode == BedMode.Hairpin
            ? BedServers.StartAtLines(layout, options.Folder, stop)
            : null;
        using BedNat64? translator = options.Mode == BedMode.Nat64
            ? BedNat64.Start(layout, options.Subscribers, options.Folder)
            : null;
        using ConntrackWatch watch = ConntrackWatch.Start(layout, options.Folder, stop);
        using BedCapture capture = BedCapture.Start(layout, options.Folder, stop);

        progress($"making {plan.Count} flows");
        Stopwatch traffic = Stopwatch.StartNew();
        using BedTraffic clients = BedTraffic.Start(layout, options.Folder, plan);
        List<BedFlow> made = clients.Wait(stop);
        traffic.Stop();

        progress("waiting for silence");
        capture.WaitForQuiet(stop);
        layout.RequireNoTrackingDrops();
        List<ConntrackEntry> tracked = watch.Stop();
        List<ConntrackEntry> truth = translator is null
            ? BedTruth.Join(tracked, made)
            : BedTruth.Join(translator.Untranslate(tracked), BedNat64.Named(made));
        capture.Stop();
        return Finish(options, capture, truth, tracked, watch.AliveAtEnd, traffic.Elapsed, total.Elapsed);
    }

    public static string ToJson(object value) => JsonSerializer.Serialize(value, Json);

    private static BedSummary Finish(
        BedOptions options, BedCapture capture, List<ConntrackEntry> truth, List<ConntrackEntry> tracked, int alive,
        TimeSpan traffic, TimeSpan total)
    {
        BedTruth.Write(Path.Combine(options.Folder, "truth.csv"), truth);
        BedFrames inside = BedFrames.Read(capture.InsideFile,
            options.Mode == BedMode.Nat64 ? BedNat64.SubscriberBegin : "100.64.");
        BedFrames outside = BedFrames.Read(capture.OutsideFile, BedLayout.PublicBegin);
        List<string> differences = BedFrames.Differences(truth, tracked, inside, outside);
        File.WriteAllLines(Path.Combine(options.Folder, "differences.txt"), differences);
        BedSummary summary = new()
        {
            Mode = options.Mode.ToString(),
            Seed = options.Seed,
            Subscribers = truth.Select(e => e.Source).Distinct().Count(),
            Connections = truth.Count,
            Named = truth.Count(e => e.Name.Length > 0),
            PortKept = truth.Count(e => e.SourcePort == e.PublicPort),
            PortsShared = truth.GroupBy(e => (e.Protocol, e.PublicPort))
                .Count(g => g.Select(e => e.Source).Distinct().Count() > 1),
            PortsUsed = truth.Select(e => (e.Protocol, e.PublicAddress, e.PublicPort)).Distinct().Count(),
            Hairpins = truth.Count(e => e.IsTurned),
            TuplesReused = truth.Count - truth.Select(e => e.OutsideKey).Distinct().Count(),
            AliveAtEnd = alive,
            FramesInside = inside.Frames,
            FramesOutside = outside.Frames,
            TrafficSeconds = Math.Round(traffic.TotalSeconds, 1),
            Seconds = Math.Round(total.TotalSeconds, 1),
            Differences = differences.Count,
        };
        File.WriteAllText(Path.Combine(options.Folder, "bed.json"), ToJson(summary));
        if (!options.Keep)
        {
            RemoveServers(options);
        }

        return summary;
    }

    private static void RemoveServers(BedOptions options)
    {
        Directory.Delete(Path.Combine(options.Folder, "servers"), recursive: true);
        if (options.Mode == BedMode.Hairpin)
        {
            Directory.Delete(Path.Combine(options.Folder, "lines"), recursive: true);
        }
    }
}
