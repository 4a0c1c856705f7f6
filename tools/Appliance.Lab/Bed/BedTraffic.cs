using System.Diagnostics;

namespace Appliance.Lab.Bed;

/// <summary>
/// The near side: writes the plan, runs the client program inside the clients' namespace and reads its log back. The
/// log is the truth about names: which name was sent on which connection.
/// </summary>
internal sealed class BedTraffic : IDisposable
{
    private readonly BedLayout _layout;
    private readonly string _logFile;
    private readonly BedProcess _client;
    private readonly int _planned;

    private BedTraffic(BedLayout layout, string folder, List<BedFlow> plan)
    {
        _layout = layout;
        string planFile = Path.Combine(folder, "plan.csv");
        _logFile = Path.Combine(folder, "client.csv");
        _planned = plan.Count;
        File.WriteAllLines(planFile, plan.Select(f => f.ToLine()).Prepend(BedFlow.Header));
        _client = BedProcess.Start("ip", BedLayout.Inside(layout.ClientNamespace,
            BedSelf.Command("bed", "client", "--plan", planFile, "--log", _logFile)));
    }

    public static BedTraffic Start(BedLayout layout, string folder, List<BedFlow> plan) => new(layout, folder, plan);

    /// <summary>Waits for the end of the plan and returns the flows that were made, in order.</summary>
    /// <exception cref="BedException">A flow failed, or the clients took too long.</exception>
    public List<BedFlow> Wait(CancellationToken stop)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (!_client.HasExited && watch.Elapsed < BedLimits.Traffic)
        {
            BedProcess.Pause(stop);
        }

        if (!_client.HasExited || !_client.Wait(BedLimits.Stop) || _client.ExitCode != 0)
        {
            throw new BedException($"the clients failed ({_layout.TrackingDrops()} packets dropped by connection " +
                $"tracking): {_client.Errors.Trim().ReplaceLineEndings(", ")}");
        }

        List<BedFlow> made = [.. File.ReadLines(_logFile).Skip(1).Select(BedFlow.Parse)];
        return made.Count == _planned ? made : throw new BedException($"{made.Count} of {_planned} flows were made");
    }

    public void Dispose() => _client.Dispose();
}
