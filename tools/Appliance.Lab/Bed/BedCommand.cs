using System.CommandLine;
using System.Runtime.InteropServices;

namespace Appliance.Lab.Bed;

/// <summary>The verb <c>lab bed</c>: run, check, and the two hidden programs that run inside the namespaces.</summary>
internal static class BedCommand
{
    public static Command Create() => new("bed", "Kernel NAT with real traffic, both legs captured, truth.")
    {
        CreateRun(), CreateCheck(), CreateClient(), CreateEcho(),
    };

    private static Command CreateRun()
    {
        Option<int> subscribers = new("--subscribers")
        {
            Description = "Inside addresses behind the one public address.",
            DefaultValueFactory = _ => 24,
        };
        Option<int> flows = new("--flows") { Description = "Connections to make.", DefaultValueFactory = _ => 2_000 };
        Option<string> mode = new("--mode") { Description = "How the NAT takes ports.", Required = true };
        mode.AcceptOnlyFromAmong(BedNat.Words);
        Option<int> seed = new("--seed") { Description = "Same seed, same plan.", DefaultValueFactory = _ => 1 };
        Option<string> folder = new("--out") { Description = "Folder for captures and truth.", Required = true };
        Option<bool> json = new("--json") { Description = "Print the summary as JSON." };
        Option<bool> keep = new("--keep") { Description = "Keep the servers' files too." };
        Command run = new("run", "Makes traffic through the kernel's NAT; needs root.")
        {
            subscribers, flows, mode, seed, folder, json, keep,
        };
        // Synchronous on purpose: the library ends asynchronous verbs two seconds after Ctrl-C, too soon to clean up.
        run.SetAction(p => Guard(stop => Run(new BedOptions(p.GetValue(subscribers), p.GetValue(flows),
            BedNat.ModeOf(p.GetValue(mode)!), p.GetValue(seed),
            Path.GetFullPath(p.GetValue(folder)!), p.GetValue(keep)), p.GetValue(json), stop)));
        return run;
    }

    private static Command CreateCheck()
    {
        Option<string> truth = new("--truth") { Description = "truth.csv of a run.", Required = true };
        Option<string> records = new("--records") { Description = "Merged flow records as CSV.", Required = true };
        Option<bool> json = new("--json") { Description = "Print the result as JSON." };
        Command check = new("check", "Holds merged flow records against the kernel's connections.")
        {
            truth, records, json,
        };
        check.SetAction(p => Guard(_ => Check(p.GetValue(truth)!, p.GetValue(records)!, p.GetValue(json))));
        return check;
    }

    private static Command CreateClient()
    {
        Option<string> plan = new("--plan") { Required = true };
        Option<string> log = new("--log") { Required = true };
        Command client = new("client", "Makes the flows of a plan.") { plan, log };
        client.Hidden = true;
        client.SetAction(p => Guard(stop =>
        {
            IReadOnlyCollection<string> failures =
                BedClient.Run(p.GetValue(plan)!, p.GetValue(log)!, stop).GetAwaiter().GetResult();
            foreach (string failure in failures.Take(BedLimits.ExamplesMax))
            {
                Console.Error.WriteLine(failure);
            }

            return failures.Count == 0 ? LabExit.Success : LabExit.Failed;
        }));
        return client;
    }

    private static Command CreateEcho()
    {
        Option<string[]> addresses = new("--address") { Required = true };
        Command echo = new("echo", "UDP echo on the given addresses.") { addresses };
        echo.Hidden = true;
        echo.SetAction(p => Guard(stop =>
        {
            BedEcho.Run(p.GetValue(addresses)!, stop);
            return LabExit.Success;
        }));
        return echo;
    }

    private static int Run(BedOptions options, bool json, CancellationToken stop)
    {
        bool bounds = options.Subscribers is >= 1 and <= BedLimits.SubscribersMax
            && options.Flows is >= 1 and <= BedLimits.FlowsMax
            && options.Flows / options.Subscribers < BedLimits.FlowsPerSubscriberMax;
        if (!bounds)
        {
            Console.Error.WriteLine($"lab bed run: at most {BedLimits.SubscribersMax} subscribers, " +
                $"{BedLimits.FlowsMax} flows, {BedLimits.FlowsPerSubscriberMax} flows a subscriber");
            return LabExit.Usage;
        }

        if (!Environment.IsPrivilegedProcess)
        {
            throw new LabUsageException("bed run makes network namespaces and needs root: run it as root.");
        }

        BedSummary summary = BedRun.Run(options, Progress, stop);
        Console.WriteLine(json
            ? BedRun.ToJson(summary)
            : $"{summary.Connections} connections of {summary.Subscribers} subscribers " +
              $"in {summary.TrafficSeconds} s, {summary.Named} named, {summary.PortsShared} public ports shared, " +
              $"{summary.FramesInside}+{summary.FramesOutside} frames, {summary.Differences} differences");
        return summary.Differences == 0 ? LabExit.Success : LabExit.Failed;
    }

    private static int Check(string truthFile, string recordsFile, bool json)
    {
        BedCheck check = BedCheck.Run(BedTruth.Read(truthFile), recordsFile);
        if (json)
        {
            Console.WriteLine(BedRun.ToJson(new
            {
                Matched = check.Matched,
                Flows = check.Flows,
                Mismatches = check.Mismatches.ToDictionary(m => m.Key, m => m.Value.Count),
            }));
            return check.IsRight ? LabExit.Success : LabExit.Failed;
        }

        Console.WriteLine($"{check.Matched} connections matched by one flow each, {check.Flows} flows");
        foreach ((string mismatch, List<string> lines) in check.Mismatches)
        {
            Console.WriteLine($"{mismatch}: {lines.Count}");
            lines.Take(BedLimits.ExamplesMax).ToList().ForEach(l => Console.WriteLine($"  {l}"));
        }

        return check.IsRight ? LabExit.Success : LabExit.Failed;
    }

    private static void Progress(string step)
    {
        if (!Console.IsErrorRedirected)
        {
            Console.Error.WriteLine($"{step} ...");
        }
    }

    /// <summary>
    /// Runs a verb with Ctrl-C, SIGTERM and SIGHUP as a request to end, so that everything is cleaned up.
    /// </summary>
    private static int Guard(Func<CancellationToken, int> verb)
    {
        using CancellationTokenSource stop = new();
        Action<PosixSignalContext> end = context =>
        {
            context.Cancel = true;
            stop.Cancel();
        };
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, end);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, end);
        using PosixSignalRegistration hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, end);
        try
        {
            return verb(stop.Token);
        }
        catch (BedException e)
        {
            Console.Error.WriteLine($"lab bed: {e.Message}");
            return LabExit.Failed;
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("lab bed: stopped");
            return LabExit.Failed;
        }
    }
}
