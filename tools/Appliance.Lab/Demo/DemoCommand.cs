using System.CommandLine;
using System.Runtime.InteropServices;
using Appliance.Lab.Bed;

namespace Appliance.Lab.Demo;

/// <summary><c>lab demo</c>: the whole way of a record, shown to somebody who has never seen it.</summary>
internal static class DemoCommand
{
    public static Command Create()
    {
        Option<int> subscribers = new("--subscribers")
        {
            Description = "customers behind the one public address",
            DefaultValueFactory = _ => 24,
        };
        Option<int> flows = new("--flows") { Description = "connections", DefaultValueFactory = _ => 2_000 };
        Option<bool> json = new("--json") { Description = "print the summary as JSON" };
        Command demo = new("demo", "A small carrier NAT, the appliance, the store, and the questions; needs root.")
        {
            subscribers, flows, json,
        };
        demo.SetAction(parsed => Guard(stop => Run(
            parsed.GetValue(subscribers), parsed.GetValue(flows), parsed.GetValue(json), stop)));
        return demo;
    }

    private static int Run(int subscribers, int flows, bool json, CancellationToken stop)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            throw new LabUsageException("the demonstration makes network namespaces; run it as root");
        }

        DirectoryInfo folder = Directory.CreateTempSubdirectory("appliance-demo-");
        bool isRight = false;
        try
        {
            DemoSummary summary = new DemoRun(subscribers, flows, folder.FullName, Console.Error.WriteLine).Run(stop);
            Console.WriteLine(json ? summary.ToJson() : summary.ToText());
            isRight = summary.IsRight;
            return isRight ? LabExit.Success : LabExit.Failed;
        }
        finally
        {
            Tidy(folder, isRight || stop.IsCancellationRequested);
        }
    }

    /// <summary>What a wrong run left behind is kept: keys and records of a lab, and what the programs said.</summary>
    private static void Tidy(DirectoryInfo folder, bool isDone)
    {
        if (isDone)
        {
            folder.Delete(recursive: true);
        }
        else
        {
            Console.Error.WriteLine($"lab: what the run left is in {folder.FullName}");
        }
    }

    private static int Guard(Func<CancellationToken, int> verb)
    {
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using PosixSignalRegistration terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return verb(stop.Token);
        }
        catch (BedException failure)
        {
            Console.Error.WriteLine($"lab: {failure.Message}");
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("lab: stopped; everything was removed");
        }

        return LabExit.Failed;

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }
}
