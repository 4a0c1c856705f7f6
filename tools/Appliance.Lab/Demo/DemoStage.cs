using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Appliance.Lab.Bed;

namespace Appliance.Lab.Demo;

/// <summary>
/// Everything that runs in the demonstration, each as its own process on its own defaults: customers, NAT, internet,
/// mirror, appliance, broker, store.
/// </summary>
internal sealed class DemoStage : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly BedLayout layout;
    private readonly BedServers servers;
    private readonly ConntrackWatch watch;
    private readonly string folder;
    private BedProcess? broker;
    private BedProcess? store;
    private BedProcess? box;

    private DemoStage(BedLayout layout, string folder, CancellationToken stop)
    {
        this.layout = layout;
        this.folder = folder;
        servers = BedServers.Start(layout, folder, stop);
        watch = ConntrackWatch.Start(layout, folder, stop);
    }

    /// <summary>The store's data folder.</summary>
    public string Data => Path.Combine(Keys, "store");

    private string Keys => Path.Combine(folder, "provisioned");

    private string Socket => Path.Combine(Keys, "device", "admin.sock");

    public static DemoStage Start(int subscribers, int flows, string folder, CancellationToken stop)
    {
        BedLayout layout = BedLayout.Start(subscribers, BedMode.FullyRandom, 2 * flows);
        try
        {
            BedMirror.Start(layout);
            BedManagement.Start(layout);
            return new DemoStage(layout, folder, stop);
        }
        catch
        {
            layout.Dispose();
            throw;
        }
    }

    /// <summary>Makes all keys, certificates and configurations with the field engineer's program.</summary>
    public void Provision()
    {
        DemoPrograms.Run(DemoPrograms.Icrctl, "provision", "--out", Keys, "--broker", BedManagement.StoreAddress,
            "--inside", BedMirror.InsidePort, "--outside", BedMirror.OutsidePort);
        string file = Path.Combine(Keys, "device", "appliance.json");
        JsonNode options = JsonNode.Parse(File.ReadAllText(file))!;
        options["batch"]!["ageSeconds"] = 1;
        File.WriteAllText(file, options.ToJsonString());
    }

    public void StartBroker(CancellationToken stop)
    {
        End(broker, "broker");
        string file = Path.Combine(Keys, "broker", "mosquitto.conf");
        broker = BedProcess.Start("ip", BedLayout.Inside(layout.StoreNamespace, "mosquitto", "-c", file));
        broker.WaitForError(" running", stop);
    }

    public void StartStore() => store = DemoPrograms.Start(
        layout.StoreNamespace, DemoPrograms.Retention, "serve", "--data", Data,
        "--broker", $"{BedManagement.StoreAddress}:8883", "--ca", Path.Combine(Data, "ca.pem"),
        "--cert", Path.Combine(Data, "store.pem"), "--key", Path.Combine(Data, "store.key"));

    /// <summary>Starts the appliance and returns once it records.</summary>
    public void StartBox(CancellationToken stop)
    {
        End(box, "appliance");
        box = DemoPrograms.Start(
            layout.BoxNamespace, DemoPrograms.Edge, Path.Combine(Keys, "device", "appliance.json"));
        Wait(
            "the appliance does not start",
            () => box.HasExited
                ? throw new BedException($"the appliance ended: {box.Errors.Trim()}")
                : TryStatus() is not null,
            stop);
    }

    /// <summary>Real clients make the flows; returns what they made.</summary>
    public List<BedFlow> Traffic(IEnumerable<BedFlow> plan, CancellationToken stop)
    {
        using BedTraffic clients = BedTraffic.Start(layout, folder, [.. plan]);
        return clients.Wait(stop);
    }

    /// <summary>Returns once the legs are quiet, all is recorded, and the store has given a receipt for all.</summary>
    public JsonElement WaitForReceipts(CancellationToken stop)
    {
        // A flow's first record is written at 5 s of age, and its batch closed a second later.
        Task.Delay(TimeSpan.FromSeconds(8), stop).Wait(stop);
        Wait(
            "the store does not send receipts for all batches",
            () => TryStatus() is { } now
                && now.GetProperty("storage").GetProperty("open_rows").GetInt32() == 0
                && now.GetProperty("uplink").GetProperty("backlog_is_whole").GetBoolean()
                && now.GetProperty("uplink").GetProperty("backlog_batches").GetInt64() == 0,
            stop);
        return TryStatus()!.Value;
    }

    /// <summary>Ends the appliance as a power cut would.</summary>
    public void KillBox() => Kill(box!);

    public void KillBroker() => Kill(broker!);

    /// <summary>Asks appliance and store to stop, and waits for them.</summary>
    public void StopPrograms()
    {
        foreach (BedProcess program in new[] { box!, store! })
        {
            BedProcess.Signal("TERM", program.Id);
            if (!program.Wait(Patience) || program.ExitCode != 0)
            {
                throw new BedException($"a program did not stop as it should: {program.Errors.Trim()}");
            }
        }
    }

    /// <summary>The kernel's connections, joined with the names that the clients sent.</summary>
    public List<ConntrackEntry> Truth(List<BedFlow> made)
    {
        layout.RequireNoTrackingDrops();
        return BedTruth.Join(watch.Stop(), made);
    }

    public void Dispose()
    {
        End(box, "appliance");
        End(store, "store");
        End(broker, "broker");
        watch.Dispose();
        servers.Dispose();
        layout.Dispose();
    }

    private static void Kill(BedProcess program)
    {
        BedProcess.Signal("KILL", program.Id);
        program.Wait(Patience);
    }

    // What a program said stays in the folder, for whoever looks into a run that went wrong.
    private void End(BedProcess? program, string name)
    {
        if (program is not null)
        {
            File.AppendAllText(Path.Combine(folder, name + ".log"), program.Errors);
            program.Dispose();
        }
    }

    private JsonElement? TryStatus()
    {
        try
        {
            string text = DemoPrograms.Run(DemoPrograms.Icrctl, "status", "--socket", Socket, "--json");
            return JsonDocument.Parse(text).RootElement;
        }
        catch (BedException)
        {
            return null; // It does not listen yet.
        }
    }

    private static void Wait(string otherwise, Func<bool> until, CancellationToken stop)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!until())
        {
            if (watch.Elapsed > Patience)
            {
                throw new BedException(otherwise);
            }

            BedProcess.Pause(stop);
        }
    }
}
