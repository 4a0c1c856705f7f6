using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;
using Appliance.Lab.Bed;

namespace Appliance.Benchmarks.Live;

/// <summary>
/// The daemon as it ships, a process of its own at the cables, provisioned by the field engineer's program.
/// </summary>
internal sealed class LiveDaemon : IDisposable
{
    public const string PacketThread = "packets";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly BedProcess process;
    private readonly HttpClient client;

    private LiveDaemon(BedProcess process, string socket)
    {
        this.process = process;
        client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, stop) =>
            {
                Socket unix = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await unix.ConnectAsync(new UnixDomainSocketEndPoint(socket), stop);
                return new NetworkStream(unix, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://appliance/") };
    }

    public int Id => process.Id;

    /// <summary>Makes keys and a configuration in a new folder.</summary>
    public static ApplianceOptions Provision(string folder)
    {
        Measured.RunOnce(
            "dotnet", Programs.Icrctl, "provision", "--out", folder, "--broker", "127.0.0.1",
            "--inside", BedMirror.InsidePort, "--outside", BedMirror.OutsidePort);
        string text = File.ReadAllText(Path.Combine(folder, "device", "appliance.json"));
        return ConfigurationFile.TryParse(text, out ApplianceOptions options, out string problem)
            ? options with { Traffic = options.Traffic with { FlowLimit = 1 << 20 } }
            : throw new InvalidOperationException(problem);
    }

    /// <summary>Starts it in the box's namespace and returns once it records.</summary>
    public static LiveDaemon Start(LiveBed bed, string folder, ApplianceOptions options)
    {
        string configuration = Path.Combine(folder, "appliance.json");
        File.WriteAllText(configuration, ConfigurationFile.Print(options));
        BedProcess process = BedProcess.Start(
            "ip", BedLayout.Inside(bed.BoxNamespace, "dotnet", Programs.Edge, configuration));
        LiveDaemon daemon = new(process, options.Admin.Socket);
        daemon.Until("the daemon does not start", () => daemon.TryStatus(out _));
        return daemon;
    }

    /// <summary>The status, at most a second old.</summary>
    public BoxStatus Status() => TryStatus(out BoxStatus? status)
        ? status!
        : throw new BedException($"the daemon does not answer: {process.Errors.Trim()}");

    /// <summary>Returns the status once it tells of no more packets than a second before, and of empty rings.</summary>
    public BoxStatus WaitForQuiet()
    {
        BoxStatus last = Status();
        Until("the legs do not become quiet", () =>
        {
            BoxStatus before = last;
            Thread.Sleep(1200);
            last = Status();
            return last.UptimeSeconds > before.UptimeSeconds && Received(last) == Received(before)
                && last.Legs.All(leg => leg.RingFillPercent == 0);
        });
        return last;
    }

    /// <summary>Packets that came into the rings.</summary>
    public static long Received(BoxStatus status) => status.Legs.Sum(leg => (long)(leg.Received - leg.Dropped));

    public static long Dropped(BoxStatus status) => status.Legs.Sum(leg => (long)leg.Dropped);

    /// <summary>Waits for something, with a limit.</summary>
    public void Until(string otherwise, Func<bool> holds)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!holds())
        {
            if (process.HasExited || watch.Elapsed > Patience)
            {
                throw new BedException($"{otherwise}: {process.Errors.Trim()}");
            }

            Thread.Sleep(200);
        }
    }

    public void Signal(string signal) => BedProcess.Signal(signal, process.Id);

    public void Dispose()
    {
        client.Dispose();
        process.Dispose();
    }

    private bool TryStatus(out BoxStatus? status)
    {
        status = null;
        try
        {
            using HttpRequestMessage question = new(HttpMethod.Get, "status");
            using HttpResponseMessage answer = client.Send(question);
            if (answer.IsSuccessStatusCode)
            {
                using Stream text = answer.Content.ReadAsStream();
                status = JsonSerializer.Deserialize<BoxStatus>(text, BoxStatus.Json);
            }
        }
        catch (HttpRequestException)
        {
            // It does not listen yet.
        }

        return status is not null;
    }
}
