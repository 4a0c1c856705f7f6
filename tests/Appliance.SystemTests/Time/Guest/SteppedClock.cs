using System.Globalization;
using System.Text.Json;
using Appliance.Edge.Service;
using Appliance.Linux.Clocks;
using Appliance.Linux.Packets;
using Appliance.SystemTests.Linux;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Time.Guest;

/// <summary>
/// The real daemon with a played receiver, while the system clock, in which the kernel stamps packets, is stepped and
/// steered under it. Runs in a machine of its own; what it leaves is judged outside.
/// </summary>
internal sealed class SteppedClock : IDisposable
{
    /// <summary>The command that runs it.</summary>
    public const string Command = "stepped-clock";

    /// <summary>Each packet: source port, and the true time before and after it was sent, ns.</summary>
    public const string SentFile = "sent.csv";

    /// <summary>What was done to the clock, when, and when the daemon told of it.</summary>
    public const string DoneFile = "done.json";

    /// <summary>The folder of the scene that follows, in which a box goes by the kernel's clock.</summary>
    public const string SetAtStartFolder = "kernel";

    private const int FirstPort = 10_000;
    private const int PacketMs = 20;
    private static readonly TimeSpan LockPatience = TimeSpan.FromSeconds(180);
    private readonly string folder;
    private readonly TrueTime truth = TrueTime.KeptFromNow();
    private readonly VethPair cables = new(cables: 2);
    private readonly PlayedReceiver receiver;
    private readonly ClockDaemon daemon;
    private readonly ManualResetEventSlim stop = new();
    private readonly List<Deed> deeds = [];

    private SteppedClock(string folder)
    {
        this.folder = folder;
        string line = Path.Combine(Directory.CreateTempSubdirectory("line-").FullName, "line");
        receiver = new PlayedReceiver(line, truth);
        object device = new { device = line, kind = "as-is", baud = 0, pulseNoiseNanoseconds = 1000 };
        daemon = new ClockDaemon(
            folder, cables,
            new
            {
                receiver = device,
                pulses = new { kind = "kernel", device = "/dev/pps0" },
                log = new { folder = Path.Combine(folder, "clock") },
                kept = Path.Combine(folder, "clock.sealed"),
            },
            _ => receiver.Pulses);
    }

    /// <summary>Runs it.</summary>
    /// <param name="folder">Gets the journal, the keys and the two files.</param>
    public static void Run(string folder)
    {
        using (SteppedClock scene = new(folder))
        {
            scene.Play();
        }

        SetAtStart.Run(Path.Combine(folder, SetAtStartFolder));
    }

    /// <summary>A packet of the inside leg.</summary>
    internal static byte[] FrameOf(int port)
    {
        byte[] frame = RawFrame.Make(17, (ushort)port, 53, 120);
        ((byte[])[100, 64, 0, 7]).CopyTo(frame, 26);
        ((byte[])[192, 0, 2, 53]).CopyTo(frame, 30);
        frame[39] = 120 - 34;
        return frame;
    }

    public void Dispose()
    {
        stop.Set();
        daemon.Dispose();
        receiver.Dispose();
        cables.Dispose();
        stop.Dispose();
    }

    private void Play()
    {
        daemon.WaitFor("locked", LockPatience, status => status.Clock.State == "locked");
        Thread traffic = new(Send);
        traffic.Start();
        Pause(2000);
        foreach (long ms in (long[])[1000, -1000, 10, -10, 3_600_000, -3_600_000])
        {
            Step(ms * 1_000_000);
        }

        Steer(500);
        Steer(-500);
        SystemClock.Steer(0);
        Shake();
        stop.Set();
        traffic.Join();
        daemon.Stop();
        SteadyStretch[] seen = WallClock.Steady.Stretches;
        File.WriteAllText(
            Path.Combine(folder, DoneFile),
            JsonSerializer.Serialize(new Report(
                deeds, [.. seen.Skip(1).Select(stretch => stretch.FromNs - stretch.EarliestNs)])));
    }

    private void Step(long byNs)
    {
        long before = Steps();
        long at = Now();
        SystemClock.Step(byNs);
        BoxStatus told = daemon.WaitFor(
            $"a step of {byNs} ns told", LockPatience, status => status.Clock.Detail!.Steps > before);
        deeds.Add(new Deed("step", byNs, at, Now(), told.Clock.State));
        Pause(2500);
    }

    private void Steer(int ppm)
    {
        long at = Now();
        SystemClock.Steer(ppm);
        Pause(6000);
        deeds.Add(new Deed("steer", ppm, at, Now(), State()));
    }

    // Back and forth, some times a second.
    private void Shake()
    {
        long at = Now();
        Random random = new(1);
        for (int i = 0; i < 40; i++)
        {
            SystemClock.Step(random.Next(-5_000_000, 5_000_000));
            Pause(random.Next(30, 180));
        }

        deeds.Add(new Deed("shake", 40, at, Now(), State()));
        Pause(2500);
    }

    private long Steps() => daemon.WaitFor("known", LockPatience, _ => true).Clock.Detail!.Steps;

    private string State() => daemon.WaitFor("known", LockPatience, _ => true).Clock.State;

    private long Now() => truth.Now().Reading.Nanoseconds;

    private void Pause(int milliseconds) => stop.Wait(milliseconds);

    private void Send()
    {
        using PacketSender sender = cables.Sender();
        using StreamWriter sent = new(Path.Combine(folder, SentFile));
        for (int port = FirstPort; port <= ushort.MaxValue && !stop.Wait(PacketMs); port++)
        {
            byte[] frame = FrameOf(port);
            long before = Now();
            if (!sender.TrySend(frame))
            {
                throw new InvalidOperationException("the cable takes no packet");
            }

            sent.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{port},{before},{Now()}"));
        }
    }

    /// <summary>All of it.</summary>
    /// <param name="Deeds">In order.</param>
    /// <param name="WindowsNs">Of each step that was found: between the two looks that found it.</param>
    internal sealed record Report(IReadOnlyList<Deed> Deeds, IReadOnlyList<long> WindowsNs);

    /// <summary>One thing done to the clock.</summary>
    /// <param name="What">step, steer or shake.</param>
    /// <param name="Size">ns, ppm, or how often.</param>
    /// <param name="AtNs">True time before it, ns.</param>
    /// <param name="ToldNs">True time at which the status tells of it; of the others, when it ended.</param>
    /// <param name="State">The clock's state then.</param>
    internal sealed record Deed(string What, long Size, long AtNs, long ToldNs, string State);
}
