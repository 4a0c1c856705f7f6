using System.Security.Cryptography;
using System.Text.Json;
using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;
using Appliance.Linux.Packets;
using Appliance.SystemTests.Linux;
using Appliance.Wire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace Appliance.SystemTests.Time;

/// <summary>
/// The daemon itself, as the program wires it, at two cables of a network namespace; in this process, because its
/// pulses are given through a seam.
/// </summary>
internal sealed class ClockDaemon : IDisposable
{
    private readonly StatusBoard board = new();
    private readonly BoxDaemon daemon;
    private readonly Lifetime lifetime = new();
    private bool isStopped;

    public ClockDaemon(
        string folder, VethPair cables, object clock, PulseOpening pulses, string? supervisor = null)
    {
        (ApplianceOptions options, KeySet keys, MemoryPlan memory) = Load(folder, clock, supervisor);
        daemon = new BoxDaemon(
            options, keys, memory, board, new StartMode(false, ""), pulses, lifetime,
            NullLogger<BoxDaemon>.Instance);
        NetworkNamespace.Run(cables.Namespace, () =>
        {
            daemon.StartAsync(CancellationToken.None).GetAwaiter().GetResult();
            return 0;
        });
    }

    /// <summary>Writes the configuration, and keys where there are none, and reads them as the program does.</summary>
    public static (ApplianceOptions Options, KeySet Keys, MemoryPlan Memory) Load(
        string folder, object clock, string? supervisor = null)
    {
        string configuration = Path.Combine(folder, "appliance.json");
        string keyFile = Path.Combine(folder, "keys", KeySet.FileName);
        if (!File.Exists(keyFile))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(keyFile)!);
            int today = LeapSeconds.UtcDay(LeapSeconds.ToTai(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000));
            File.WriteAllText(keyFile, KeySet.MakeLab(RandomNumberGenerator.Fill, today, 3).ToJson());
        }

        File.WriteAllText(configuration, JsonSerializer.Serialize(new
        {
            legs = new[] { new { @interface = "rx0", leg = "inside" }, new { @interface = "rx1", leg = "outside" } },
            traffic = new { flowLimit = 4096, udpIdleSeconds = 5 },
            capture = new { ringMilliseconds = 500, ratedPacketsPerSecond = 10_000 },
            notice = new { profile = "uk-icr" },
            batch = new { ageSeconds = 1 },
            journal = new { path = Path.Combine(folder, "journal"), segmentMiB = 1 },
            admin = new { socket = Path.Combine(folder, "admin.sock") },
            clock,
            supervisor = new { line = supervisor, book = Path.Combine(folder, "supervisor.json") },
            keys = keyFile,
        }));
        if (!Startup.TryLoad(
            configuration, out ApplianceOptions options, out KeySet keys, out MemoryPlan memory, out string problem))
        {
            throw new InvalidOperationException(problem);
        }

        return (options, keys, memory);
    }

    /// <summary>The status once it is as asked for; a failure tells the one that was last.</summary>
    public BoxStatus WaitFor(string what, TimeSpan patience, Func<BoxStatus, bool> isSo)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(100));
        for (int i = 0; i < patience.TotalMilliseconds / 100; i++)
        {
            if (lifetime.IsEnded)
            {
                throw new InvalidOperationException("the daemon ended by itself");
            }

            if (board.Latest is { } now && isSo(now))
            {
                return now;
            }

            timer.WaitForNextTickAsync().AsTask().Wait();
        }

        throw new TimeoutException($"not {what}: {JsonSerializer.Serialize(board.Latest, BoxStatus.Json)}");
    }

    public void Stop()
    {
        if (!isStopped)
        {
            isStopped = true;
            daemon.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
    }

    public void Dispose()
    {
        // Its threads read the rings until then.
        Stop();
        daemon.Dispose();
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        private int ended;

        public bool IsEnded => Volatile.Read(ref ended) != 0;

        public CancellationToken ApplicationStarted => CancellationToken.None;

        public CancellationToken ApplicationStopping => CancellationToken.None;

        public CancellationToken ApplicationStopped => CancellationToken.None;

        public void StopApplication() => Volatile.Write(ref ended, 1);
    }
}
