using System.Globalization;

namespace Appliance.Lab.Bed;

/// <summary>What kind of traffic one planned flow is.</summary>
internal enum BedFlowKind
{
    CurlTls13,
    CurlTls12,
    CurlHttp,
    Tls13,
    Tls12,
    Http,
    Dns,
    Echo,
    Ping,

    /// <summary>A TLS exchange that the client ends with a reset instead of a close.</summary>
    Abort,

    /// <summary>A connection to a closed port: one SYN, one reset.</summary>
    Refused,
}

/// <summary>
/// One flow that the clients are to make; the source port is the echo id for <see cref="BedFlowKind.Ping"/>.
/// </summary>
internal sealed record BedFlow(
    int Index, BedFlowKind Kind, string Source, int SourcePort, string Remote, int RemotePort, string Name, int Size)
{
    public const string Header = "index,kind,src,sport,dst,dport,name,size";

    public byte Protocol => Kind switch
    {
        BedFlowKind.Ping => 1,
        BedFlowKind.Dns or BedFlowKind.Echo => 17,
        _ => 6,
    };

    public string ToLine() => string.Create(CultureInfo.InvariantCulture,
        $"{Index},{Kind},{Source},{SourcePort},{Remote},{RemotePort},{Name},{Size}");

    /// <summary>Reads a line of <see cref="ToLine"/>.</summary>
    /// <exception cref="BedException">It is no such line.</exception>
    public static BedFlow Parse(string line)
    {
        string[] f = line.Split(',');
        if (f.Length != 8 || !Enum.TryParse(f[1], out BedFlowKind kind))
        {
            throw new BedException($"not a planned flow: {line}");
        }

        return new BedFlow(Number(f[0]), kind, f[2], Number(f[3]), f[4], Number(f[5]), f[6], Number(f[7]));
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}

/// <summary>
/// Draws the flows of a run from a seed. All subscribers use the same source ports in the same order and 40 % of the
/// flows go to one remote, so that a port-preserving NAT must both overload ports and resolve clashes.
/// </summary>
internal static class BedPlan
{
    public const int EchoPort = 7;
    public const int RefusedPort = 81;

    // Parts of 1,000. Real programs for some hundred flows of a run of 2,000; own sockets, over the same kernel, for
    // the rest.
    private static readonly (BedFlowKind Kind, int Weight)[] Mix =
    [
        (BedFlowKind.CurlTls13, 50), (BedFlowKind.CurlTls12, 40), (BedFlowKind.CurlHttp, 30), (BedFlowKind.Tls13, 230),
        (BedFlowKind.Tls12, 150), (BedFlowKind.Http, 140), (BedFlowKind.Dns, 200), (BedFlowKind.Echo, 100),
        (BedFlowKind.Ping, 40), (BedFlowKind.Abort, 10), (BedFlowKind.Refused, 10),
    ];

    public static List<BedFlow> Draw(
        int subscribers, int flows, int seed, BedMode mode = BedMode.Preserving)
    {
        Random random = new(seed);
        int[] made = new int[subscribers];
        List<BedFlow> plan = new(flows);
        for (int i = 0; i < flows; i++)
        {
            int who = i % subscribers;
            BedFlowKind kind = Pick(random.Next(1_000));
            int number = made[who]++;
            int port = number + (kind == BedFlowKind.Ping ? BedLimits.EchoIdFirst : BedLimits.SourcePortFirst);
            int remote = random.Next(100) < BedNat.HotPercent(mode) ? 0 : random.Next(BedLayout.RemoteCount);
            BedFlow flow = new(i, kind, BedLayout.SubscriberAddress(who), port, BedLayout.RemoteAddress(remote),
                RemotePort(kind), Name(kind, i, random), random.Next(3));
            plan.Add(mode switch
            {
                BedMode.Hairpin when made[who] % 2 == 0 => Turned(flow, who, remote),
                BedMode.Nat64 => flow with
                {
                    Source = BedNat64.SubscriberAddress(who), Remote = BedNat64.Embed(flow.Remote),
                },
                _ => flow,
            });
        }

        return plan;
    }

    /// <summary>The same flow to another subscriber's service by its public port, where there is one.</summary>
    private static BedFlow Turned(BedFlow flow, int who, int remote)
    {
        int called = remote == who ? (remote + 1) % BedLayout.RemoteCount : remote;
        return BedNat.CalledPort(flow.RemotePort, called) is { } port
            ? flow with { Remote = BedLayout.PublicAddress, RemotePort = port }
            : flow;
    }

    private static BedFlowKind Pick(int at)
    {
        foreach ((BedFlowKind kind, int weight) in Mix)
        {
            if (at < weight)
            {
                return kind;
            }

            at -= weight;
        }

        throw new InvalidOperationException("The weights of the mix add up to 1,000.");
    }

    private static int RemotePort(BedFlowKind kind) => kind switch
    {
        BedFlowKind.Http or BedFlowKind.CurlHttp => 80,
        BedFlowKind.Dns => 53,
        BedFlowKind.Echo => EchoPort,
        BedFlowKind.Ping => 0,
        BedFlowKind.Refused => RefusedPort,
        _ => 443,
    };

    /// <summary>Half the names belong to one flow only, so that a name given to the wrong flow cannot pass.</summary>
    private static string Name(BedFlowKind kind, int index, Random random)
    {
        if (kind is BedFlowKind.Echo or BedFlowKind.Ping or BedFlowKind.Refused)
        {
            return "";
        }

        return random.Next(2) == 0
            ? string.Create(CultureInfo.InvariantCulture, $"www.shop{random.Next(40)}.example")
            : string.Create(CultureInfo.InvariantCulture, $"u{index}.cdn.video.example");
    }
}
