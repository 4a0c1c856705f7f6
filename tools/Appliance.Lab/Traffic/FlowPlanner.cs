namespace Appliance.Lab.Traffic;

/// <summary>
/// Plans the flows of a run one after the other, in order of their start. Each leg and the truth run a planner of
/// their own: equal plans give equal flows, so nothing has to be kept or shared.
/// </summary>
internal sealed class FlowPlanner
{
    private const long NsPerSecond = 1_000_000_000;
    private const long NsPerMs = 1_000_000;
    private const ushort Https = 443;
    private const byte Tcp = 6;
    private const byte Udp = 17;
    private const byte Icmp = 1;
    private const int DirectLines = 254;

    // A script adds packets to a plan that is too short for handshake, hello and end.
    private const int OpeningPacketsMax = 12;
    private const int ShortPackets = 3;
    private const int ReturnPackets = 12;

    private readonly TrafficPlan plan;
    private readonly NatPorts nat;
    private readonly Zipf nameRanks;
    private readonly Zipf remoteRanks;
    private Prng random;
    private int next;
    private double clockNs;
    private readonly PriorityQueue<FlowSpec, long> twins = new();
    private readonly PriorityQueue<FlowSpec, long> returns = new();
    private readonly LinePorts ports;

    public FlowPlanner(TrafficPlan plan)
    {
        this.plan = plan;
        nat = new NatPorts(plan);
        nameRanks = new Zipf(plan.Names, plan.ZipfExponent);
        remoteRanks = new Zipf(plan.Remotes, plan.ZipfExponent);
        random = new Prng(Prng.Mix(plan.Seed, 0x666C_6F77));
        ports = new LinePorts(plan, ref random);
    }

    /// <summary>The next flow; false after the plan's last.</summary>
    public bool TryNext(out FlowSpec flow)
    {
        flow = default;
        if (next == plan.Flows)
        {
            return false;
        }

        flow.Index = next++;
        clockNs += -Math.Log(1 - random.Unit()) * NsPerSecond / plan.FlowsPerSecond;
        flow.StartNs = plan.StartNs + (long)clockNs;
        flow.Seed = random.Next();
        flow.Name = -1;
        if (twins.TryPeek(out _, out long dueNs) && dueNs <= flow.StartNs)
        {
            PlanTwin(ref flow, twins.Dequeue());
        }
        else if (returns.TryPeek(out _, out dueNs) && dueNs <= flow.StartNs)
        {
            PlanReturn(ref flow, returns.Dequeue());
        }
        else
        {
            Plan(ref flow);
        }

        return true;
    }

    private void Plan(ref FlowSpec flow)
    {
        double draw = random.Unit();
        if ((draw -= plan.ScanShare) < 0)
        {
            PlanScan(ref flow);
        }
        else if ((draw -= plan.LoneSynShare) < 0)
        {
            PlanLoneSyn(ref flow);
        }
        else if ((draw -= plan.ProbePairShare) < 0)
        {
            PlanProbe(ref flow);
        }
        else if (plan.FloodShare > 0 && (draw -= plan.FloodShare) < 0)
        {
            PlanFlood(ref flow);
        }
        else if ((draw -= plan.OnNetShare) < 0)
        {
            PlanConversation(ref flow, FlowReach.OnNet);
        }
        else
        {
            PlanConversation(ref flow, draw - plan.DirectShare < 0 ? FlowReach.Direct : FlowReach.Nat44);
        }
    }

    private void PlanScan(ref FlowSpec flow)
    {
        flow.Class = FlowClass.Scan;
        flow.Reach = FlowReach.Unsolicited;
        flow.Protocol = random.Chance(0.7) ? Tcp : Udp;
        flow.PublicAddress = Addresses.Public(random.Below(plan.PublicAddresses));
        flow.PublicPort = (ushort)(1 + random.Below(65535));
        flow.RemoteAddress = Addresses.Scanner(random.Below(5000));
        flow.RemotePort = (ushort)(LinePorts.First + random.Below(LinePorts.Count));
        flow.Packets = 1 + random.Below(2);
        flow.GapNs = NsPerSecond;
    }

    private void PlanLoneSyn(ref FlowSpec flow)
    {
        flow.Class = FlowClass.LoneSyn;
        flow.Protocol = Tcp;
        flow.RemoteAddress = Addresses.Remote(Rank(remoteRanks, plan.Remotes));
        flow.RemotePort = Https;
        flow.Packets = 1 + random.Below(4);
        flow.GapNs = NsPerSecond;
        Place(ref flow, FlowReach.Nat44, random.Below(plan.Subscribers));
    }

    // The twin follows with the next flow: other line, same bytes, same remote, at most some milliseconds apart.
    private void PlanProbe(ref FlowSpec flow)
    {
        flow.Class = FlowClass.Probe;
        flow.Protocol = Udp;
        flow.RemoteAddress = Addresses.Remote(Rank(remoteRanks, plan.Remotes));
        flow.RemotePort = 7;
        flow.Packets = 1 + random.Below(3);
        flow.GapNs = 200 * NsPerMs;
        Place(ref flow, FlowReach.Nat44, random.Below(plan.Subscribers));
        twins.Enqueue(flow, flow.StartNs);
    }

    // One line, one remote, always the same bytes.
    private void PlanFlood(ref FlowSpec flow)
    {
        flow.Class = FlowClass.Probe;
        flow.Protocol = Udp;
        flow.RemoteAddress = Addresses.Remote(0);
        flow.RemotePort = 9;
        flow.Packets = 1;
        flow.GapNs = NsPerMs;
        flow.Seed = plan.Seed;
        Place(ref flow, FlowReach.Nat44, 0);
    }

    // Another line sends what a flow sent, byte by byte.
    private void PlanTwin(ref FlowSpec flow, in FlowSpec twin)
    {
        int line = (int)(twin.SubscriberAddress - Addresses.Inside(0));
        flow.Class = twin.Class;
        flow.Name = twin.Name;
        flow.Protocol = twin.Protocol;
        flow.RemoteAddress = twin.RemoteAddress;
        flow.RemotePort = twin.RemotePort;
        flow.Packets = twin.Packets;
        flow.GapNs = twin.GapNs;
        flow.IsShort = twin.IsShort;
        flow.Seed = twin.Seed;
        Place(ref flow, FlowReach.Nat44, (line + 1 + random.Below(plan.Subscribers - 1)) % plan.Subscribers);
        flow.Timestamps = twin.Timestamps;
    }

    // The line goes on where it had stopped, with other content: a conversation, a tunnel, a game.
    private void PlanReturn(ref FlowSpec flow, in FlowSpec before)
    {
        flow.Class = before.Class;
        flow.Protocol = before.Protocol;
        flow.RemoteAddress = before.RemoteAddress;
        flow.RemotePort = before.RemotePort;
        flow.SubscriberAddress = before.SubscriberAddress;
        flow.SubscriberPort = before.SubscriberPort;
        flow.IsShort = plan.ShortReturnShare > 0 && random.Chance(plan.ShortReturnShare);
        flow.Packets = flow.IsShort ? ShortPackets : ReturnPackets;
        flow.GapNs = 100 * NsPerMs;
        Translate(ref flow, (int)(before.SubscriberAddress - Addresses.Inside(0)));
        PlanAdversary(flow);
        PlanAgain(flow);
    }

    private void PlanAgain(in FlowSpec flow)
    {
        if (plan.ReturnShare > 0 && flow.Class == FlowClass.Udp && random.Chance(plan.ReturnShare))
        {
            double span = plan.ReturnSeconds.To - plan.ReturnSeconds.From;
            double seconds = plan.ReturnSeconds.From + (span * random.Unit());
            returns.Enqueue(flow, EndsBefore(flow) + (long)(seconds * NsPerSecond));
        }
    }

    private void PlanConversation(ref FlowSpec flow, FlowReach reach)
    {
        double draw = random.Unit();
        if ((draw -= plan.QuicShare) < 0)
        {
            Fill(ref flow, FlowClass.Quic, Udp, Https, Length(), reach);
        }
        else if ((draw -= plan.DnsShare) < 0)
        {
            Fill(ref flow, FlowClass.Dns, Udp, 53, 2, reach);
            flow.RemoteAddress = Addresses.Resolver(random.Below(Addresses.Resolvers));
            flow.GapNs = NsPerMs * (4 + random.Below(40));
        }
        else if ((draw -= plan.UdpShare) < 0)
        {
            Fill(ref flow, FlowClass.Udp, Udp, (ushort)(10_000 + random.Below(50)), Length(), reach);
            flow.Name = -1;
        }
        else if ((draw -= plan.PingShare) < 0)
        {
            Fill(ref flow, FlowClass.Ping, Icmp, 0, 2 * (1 + random.Below(4)), reach);
            flow.Name = -1;
            flow.GapNs = NsPerSecond / 2;
        }
        else if ((draw -= plan.FtpShare) < 0)
        {
            Fill(ref flow, FlowClass.Ftp, Tcp, 21, TcpScript.FtpPackets(random.Below(4)), reach);
            flow.Name = -1;
        }
        else if (draw - plan.SipShare < 0)
        {
            Fill(ref flow, FlowClass.Sip, Udp, 5060, 2 * (1 + random.Below(4)), reach);
            flow.Name = -1;
        }
        else
        {
            Fill(ref flow, FlowClass.Tls, Tcp, Https, Length(), reach);
        }

        if (reach == FlowReach.OnNet)
        {
            flow.RemoteAddress = Addresses.OnNet((int)(flow.RemoteAddress % 254));
        }

        Place(ref flow, reach, random.Below(plan.Subscribers));
        if (reach == FlowReach.Nat44)
        {
            PlanAdversary(flow);
            PlanAgain(flow);
        }
    }

    private void PlanAdversary(in FlowSpec flow)
    {
        if (plan.ImitationShare > 0 && random.Chance(plan.ImitationShare))
        {
            twins.Enqueue(flow, flow.StartNs);
        }

        if (plan.ReplayShare > 0 && random.Chance(plan.ReplayShare))
        {
            twins.Enqueue(flow, flow.StartNs + (long)(plan.ReplaySeconds * NsPerSecond));
        }
    }

    private void Fill(ref FlowSpec flow, FlowClass kind, byte protocol, ushort port, int packets, FlowReach reach)
    {
        flow.Class = kind;
        flow.Protocol = protocol;
        flow.RemotePort = port;
        flow.Packets = packets;
        flow.Reach = reach;
        flow.Name = Rank(nameRanks, plan.Names);
        flow.RemoteAddress = Addresses.Remote(flow.Name % plan.Remotes);
        double seconds = plan.SecondsMean * (0.2 + (1.6 * random.Unit()));
        flow.GapNs = Math.Max(10_000, (long)(seconds * NsPerSecond / packets));
    }

    private int Length() => Math.Max(4, (int)(plan.PacketsMean * (0.5 + random.Unit())));

    private int Rank(Zipf ranks, int count) =>
        random.Chance(plan.HotShare) ? ranks.Draw(ref random) : random.Below(count);

    private void Place(ref FlowSpec flow, FlowReach reach, int line)
    {
        flow.Reach = reach;
        if (reach == FlowReach.Direct)
        {
            line %= DirectLines;
        }

        flow.Timestamps = !new Prng(Prng.Mix(plan.Seed, 0x7473_0000_0000 + (ulong)line)).Chance(plan.NoTimestampShare);
        flow.SubscriberAddress = reach == FlowReach.Direct ? Addresses.Direct(line) : Addresses.Inside(line);
        flow.SubscriberPort = ports.Next(flow, line, ref random);
        if (reach == FlowReach.Direct)
        {
            flow.PublicAddress = flow.SubscriberAddress;
            flow.PublicPort = flow.SubscriberPort;
        }
        else if (reach == FlowReach.Nat44)
        {
            Translate(ref flow, line);
        }
    }

    private void Translate(ref FlowSpec flow, int line)
    {
        if (!nat.TryTake(ref flow, line, ref random, FreeAgain(flow)))
        {
            flow.Reach = FlowReach.Refused;
            flow.Packets = 1;
            flow.PublicAddress = 0;
        }
    }

    // A script never takes longer than 1.5 gaps for each packet (FlowScript.Gap).
    private static long EndsBefore(in FlowSpec flow) =>
        flow.StartNs + (flow.GapNs * Math.Max(flow.Packets, OpeningPacketsMax) * 3 / 2);

    private long FreeAgain(in FlowSpec flow) => EndsBefore(flow)
        + (flow.Protocol == Tcp ? plan.TcpHoldMs * NsPerMs : plan.UdpHoldSeconds * NsPerSecond);
}
