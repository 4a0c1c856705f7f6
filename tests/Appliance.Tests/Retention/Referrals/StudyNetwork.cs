using System.CommandLine;
using System.Text.Json;
using Appliance.Flow;
using Appliance.Lab;
using Appliance.Lab.Traffic;
using Appliance.Retention.Commands;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;

namespace Appliance.Tests.Retention.Referrals;

/// <summary>
/// A store with records that went the whole way: generated packets of both legs, the box's pipeline, segments, ingest.
/// From the traffic's truth it takes facts for referrals: a port that led to one line in a second, a service that one
/// line alone used in a second in which others shared the address.
/// </summary>
public sealed class StudyNetwork : IDisposable
{
    public const int Seed = 6025;
    private const long Second = 1_000_000_000;

    // Stamps differ between the legs by the traffic's delay and jitter; what is near the edge of a second is left out.
    private const long Margin = Second / 20;
    private static readonly TrafficPlan Plan = new()
    {
        Seed = Seed, Flows = 1200, FlowsPerSecond = 40, Subscribers = 120, PublicAddresses = 2, SecondsMean = 4,
    };

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("study-");
    private readonly List<TruthFlow> truth;

    public StudyNetwork()
    {
        File.WriteAllText(In("plan.json"), JsonSerializer.Serialize(new
        {
            Plan.Seed, Plan.Flows, Plan.FlowsPerSecond, Plan.Subscribers, Plan.PublicAddresses, Plan.SecondsMean,
        }));
        Require(TrafficCommand.Create().Parse(["--plan", In("plan.json"), "--out", folder.FullName]).Invoke());
        string[] replay =
            ["replay", "--inside", In("inside.pcap"), "--outside", In("outside.pcap"), "--out", In("box")];
        Require(Appliance.Icrctl.Verbs.Create().Parse(replay).Invoke());
        truth = [.. Truth()];
        string[] shared =
        [
            .. Translated().Select(flow => flow.Outer.Local.ToString()).Distinct().Select(ip => $"{ip}/32,shared,,,"),
        ];
        File.WriteAllLines(In("plan.csv"), ["prefix,use,realm,from,to", .. shared, "198.18.5.0/24,fixed,,,"]);
        Require(Run("ingest", In("box"), "--data", Data).Code);
        Require(Run("addresses", "import", In("plan.csv"), "--data", Data).Code);
    }

    public string Data => In("store");

    public string In(string name) => Path.Combine(folder.FullName, name);

    /// <summary>Runs a verb of the store, some days after the traffic.</summary>
    public static (int Code, string Output, string Errors) Run(params string[] arguments)
    {
        StringWriter output = new();
        StringWriter errors = new();
        int day = (int)(Plan.StartNs / (86_400 * Second)) + 5;
        RootCommand root = new()
        {
            IngestCommand.Create(), AddressesCommand.Create(), ReferralCommand.Create(TestClock.OfDay(day)),
        };
        int code = Appliance.Retention.Exit.Run(root, arguments, output, errors);
        return (code, output.ToString(), errors.ToString());
    }

    /// <summary>Lines "ip,port,time,": the port was held by one line alone in that second.</summary>
    public IReadOnlyList<string> PortLines() =>
    [
        .. Moments()
            .Where(moment => Near(moment, moment.Flow.Outer.Local)
                .Where(flow => flow.Outer.LocalPort == moment.Flow.Outer.LocalPort)
                .All(flow => flow.Inner.Local == moment.Flow.Inner.Local))
            .Select(moment => $"{moment.Flow.Outer.Local},{moment.Flow.Outer.LocalPort},{Text(moment.Ns)},"),
    ];

    /// <summary>
    /// Lines "ip,,time,service", each with the line that is meant: several lines had the address in that second, and
    /// one alone had to do with the service's name or its remote endpoints.
    /// </summary>
    public IReadOnlyList<(string Text, string Line)> ServiceLines() =>
    [
        .. Moments()
            .Where(moment => moment.Flow.Spec.Class == FlowClass.Tls && moment.Flow.Name.Length > 0)
            .Where(IsAlone)
            .Select(moment => (
                $"{moment.Flow.Outer.Local},,{Text(moment.Ns)},{moment.Flow.Name}", $"{moment.Flow.Inner.Local}")),
    ];

    public void Dispose() => folder.Delete(recursive: true);

    private bool IsAlone((TruthFlow Flow, long Ns) moment)
    {
        string name = moment.Flow.Name;
        var endpoints = Translated()
            .Where(flow => flow.Name == name || flow.Name.EndsWith("." + name, StringComparison.Ordinal))
            .Select(flow => (flow.Outer.Remote, flow.Outer.RemotePort))
            .ToHashSet();
        List<TruthFlow> near = [.. Near(moment, moment.Flow.Outer.Local)];
        bool isShared = near.Select(flow => flow.Inner.Local).Distinct().Count() > 3;
        return isShared && near
            .Where(flow => flow.Name == name || endpoints.Contains((flow.Outer.Remote, flow.Outer.RemotePort)))
            .All(flow => flow.Inner.Local == moment.Flow.Inner.Local);
    }

    /// <summary>The middle of each translated flow, where it lies well within the run and within its second.</summary>
    private IEnumerable<(TruthFlow Flow, long Ns)> Moments()
    {
        long last = truth.Max(flow => flow.Inside.LastNs);
        foreach (TruthFlow flow in Translated())
        {
            long second = ((flow.Inside.FirstNs + flow.Inside.LastNs) / 2 / Second) * Second;
            bool isInside = flow.Spec.Class is FlowClass.Tls or FlowClass.Quic
                && flow.Inside.FirstNs < second + Second - Margin && flow.Inside.LastNs > second + Margin;
            if (isInside && second > Plan.StartNs + (3 * Second) && second + (3 * Second) < last)
            {
                yield return (flow, second);
            }
        }
    }

    private IEnumerable<TruthFlow> Near((TruthFlow Flow, long Ns) moment, Ip address) => Translated().Where(flow =>
        flow.Outer.Local == address && flow.Inside.FirstNs < moment.Ns + Second + Margin
        && flow.Outside.LastNs > moment.Ns - Margin);

    private IEnumerable<TruthFlow> Translated() => truth.Where(flow =>
        flow.Spec.Reach == FlowReach.Nat44 && flow.Inside.Seen && flow.Outside.Seen);

    private static List<TruthFlow> Truth()
    {
        using TwoLegTraffic traffic = new(Plan, keepTruth: true);
        while (traffic.Inside.TryNext(out _) == SourceState.Block)
        {
            // The truth is there when both legs were read.
        }

        while (traffic.Outside.TryNext(out _) == SourceState.Block)
        {
            // As above.
        }

        return [.. traffic.Truth()];
    }

    private static string Text(long ns) =>
        DateTime.UnixEpoch.AddTicks(ns / 100).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    private static void Require(int code)
    {
        if (code != 0)
        {
            throw new InvalidOperationException($"exit code {code}, seed {Seed}");
        }
    }
}
