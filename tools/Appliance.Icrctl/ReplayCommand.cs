using System.CommandLine;
using System.Diagnostics;
using Appliance.Edge.Configuration;
using Appliance.Edge.NatLog;
using Appliance.Edge.Pipeline;
using Appliance.Flow;
using Appliance.Flow.Lines;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Icrctl;

/// <summary><c>icrctl replay</c>: the daemon's pipeline over capture files.</summary>
internal static class ReplayCommand
{
    private const string SummaryName = "summary.json";

    public static Command Create()
    {
        Option<string[]> inside = Files("--inside", "captures of the inside leg (customer side)");
        Option<string[]> outside = Files("--outside", "captures of the outside leg (internet side)");
        Option<string[]> mirror = Files("--mirror", "captures of both legs; the configuration's rules tell them apart");
        Option<string[]> natLog = Files(
            "--nat-log", "logs of the NAT: captures of its IPFIX, NetFlow v9 or syslog, or syslog as text");
        Option<string?> recording = new("--recording")
        {
            Description = "folder of one recording of a box (capture.recordTo), with the box's configuration",
        };
        Option<string[]> radius = Files("--radius", "captures of RADIUS accounting (and DHCP): sessions, blocks");
        Option<string?> config = new("--config") { Description = "configuration file; by default the lab profile" };
        Option<string> output = new("--out") { Description = "folder for the segments; new or empty", Required = true };
        Option<bool> json = new("--json") { Description = "print the summary as JSON" };
        Command command = new("replay", "run the daemon's pipeline over capture files")
        {
            inside, outside, mirror, natLog, recording, radius, config, output, json,
        };
        command.SetAction(parsed =>
        {
            ReplayFiles files = new(
                parsed.GetValue(inside) ?? [], parsed.GetValue(outside) ?? [], parsed.GetValue(mirror) ?? [],
                parsed.GetValue(recording), parsed.GetValue(radius) ?? [])
            {
                NatLogs = parsed.GetValue(natLog) ?? [],
            };
            return Run(files, parsed.GetValue(config), parsed.GetValue(output)!, parsed.GetValue(json));
        });
        return command;
    }

    private static Option<string[]> Files(string name, string description) => new(name)
    {
        Description = description,
        AllowMultipleArgumentsPerToken = true,
    };

    private static int Run(ReplayFiles files, string? config, string folder, bool json)
    {
        string problem = "";
        ApplianceOptions options = LabProfile.Options;
        if (config is not null && !ConfigCommand.TryLoad(config, out options, out problem))
        {
            return Exit.Refuse(problem);
        }

        if (!files.TryRules(options, out FlowOptions flow, out problem)
            || !files.TryOpen(out ReplaySources sources, out problem))
        {
            return Exit.Refuse(problem);
        }

        using (sources)
        {
            if (!sources.TryOpenLogs(files.NatLogs, options.NatLog, out problem))
            {
                return Exit.Refuse(problem);
            }

            try
            {
                return Run(sources, options, flow, folder, json);
            }
            catch (JournalDeviceException failure)
            {
                return Exit.Refuse($"{failure.Message}; what was written before stands and verifies");
            }
        }
    }

    private static int Run(
        ReplaySources sources, ApplianceOptions options, FlowOptions flow, string folder, bool json)
    {
        if (!ReplayFolder.TryPrepare(folder, out string problem)
            || !ReplayKeys.TryLoad(options.Keys, folder, sources.Packets, out KeySet keys, out problem)
            || !LineSettings.TryReadStatic(options, out IReadOnlyList<StaticLine> prefixes, out problem))
        {
            return Exit.Refuse(problem);
        }

        long began = Stopwatch.GetTimestamp();
        using FlashFolder flash = FlashFolder.Open(folder);
        DeclaredClock clock = new(options.Clock.DeclaredBoundMicroseconds);
        using BoxPipeline box = new(options, flow, keys, flash, clock, Software.Identity, ReplayKeys.Random);
        box.Lines = new SessionTable(LineSettings.Of(options), box.LineTally);
        box.Lines.Take(prefixes, sources.FirstNs);
        bool whole = Run(box, sources);
        string[] problems = sources.Problems;
        ReplaySummary summary = ReplaySummary.Of(
            box.Engine.Counters, box.Batches, ReplayFolder.SegmentBytes(flash),
            Stopwatch.GetElapsedTime(began).TotalSeconds, Environment.CpuUsage.TotalTime.TotalSeconds, problems) with
        {
            NatLog = NatLogSummary.Of(sources.Log?.Decoder, flow.Witness.Rules.Count > 0, box.Engine.Counters),
            Sessions = sources.Lines.Count == 0 ? null : LineSummary.Of(box.LineTally),
        };
        File.WriteAllText(Path.Combine(folder, SummaryName), summary.ToJson() + "\n");
        Console.WriteLine(json ? summary.ToJson() : ReplayText.Of(summary, folder));
        if (!whole)
        {
            return Exit.Refuse($"{folder}: the flash is full; free room and replay into a new folder");
        }

        return problems.Length == 0 ? Exit.Success : Exit.Refuse(problems[0]);
    }

    private static bool Run(BoxPipeline box, ReplaySources sources)
    {
        using ProgressLine progress = ProgressLine.On(Console.Error, "icrctl replay", "MB");
        long total = sources.Packets.Sum(source => source.BytesTotal);
        LineCapture lines = new(sources.Lines, box.Lines!, box.LineTally);
        return Replay.Run(
            box, [.. sources.Packets],
            () => progress.ReportBytes(sources.Packets.Sum(source => source.BytesDone), total), sources.EndNs, lines,
            sources.Log);
    }
}
