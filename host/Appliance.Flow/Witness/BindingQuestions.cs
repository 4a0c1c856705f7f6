using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Whom do the logs name? A binding speaks for a flow
/// <code>
/// fresh        that began when it was given. A session with its remote speaks for one flow on each leg; a binding for
///              every remote must not have ended soon after, so that a lost message of the next one does no harm.
/// whole        that began while it may have been there, if its log is whole: numbered, nothing missing since it was
///              given, and heard again after the flow began. Then every rival is known.
/// </code>
/// What was told to the run before is never fresh: a flow that was running then seems to begin with this run.
/// Everything else that may have been there makes the answer doubtful, and two different lines make it several. Both
/// are no attribution. Nothing is said before all messages about the flow's beginning must have arrived. What is left
/// is a log without numbers that loses two messages of one line (that it was given the port, and that it lost it)
/// while the port goes to another line within the log's delay.
/// </summary>
internal sealed class BindingQuestions(FlowStore store, BindingTable table, WitnessOptions options)
{
    private readonly long delayNs = options.DelayMs * 1_000_000L;

    /// <summary>When a flow that began then may be asked for.</summary>
    public long RipeNs(long startNs) => startNs + delayNs + store.WindowNs;

    /// <summary>Who has the public tuple: the line's end.</summary>
    public WitnessClaim OfOutside(Witnesses witness, in WitnessFlow flow)
    {
        WitnessClaim claim = new() { Witness = witness };
        WalkOutside(table.Sessions, flow.PublicPort, flow, ref claim);
        if (flow.PublicPort != 0)
        {
            WalkOutside(table.Sessions, 0, flow, ref claim);
        }

        WalkOutside(table.Blocks, flow.PublicPort, flow, ref claim);
        return claim;
    }

    /// <summary>Which public tuple the line has: the public end, port 0 where a block is all that is known.</summary>
    public WitnessClaim OfInside(Witnesses witness, in WitnessFlow flow)
    {
        WitnessClaim claim = new() { Witness = witness };
        WalkInside(table.Sessions, flow.LinePort, flow, ref claim);
        if (flow.LinePort != 0)
        {
            WalkInside(table.Sessions, 0, flow, ref claim);
        }

        if (claim.State == ClaimState.None)
        {
            WalkInside(table.Blocks, 0, flow, ref claim);
        }

        return claim;
    }

    private void WalkOutside(BindingRing ring, ushort port, in WitnessFlow flow, ref WitnessClaim claim)
    {
        bool isStamped = table.Trust.Speaks(flow.Public);
        ushort source = 0;
        bool isHit = false;
        int at = ring.FirstOfPublic(flow.Public, port);
        for (int steps = 0; at != 0 && steps < Limits.BindingWalkMax; at = ring[at].NextOfPublic, steps++)
        {
            ref Binding item = ref ring[at];
            if (item.Witness != claim.Witness || item.Public != flow.Public || !item.HasPort(flow.PublicPort)
                || !item.IsProtocol(flow.Protocol) || !IsRemote(item, item.PublicRemote, flow))
            {
                continue;
            }

            source = item.Source;
            isHit |= IsAt(item, flow.StartNs);
            if (Speaks(item, flow.StartNs, item.OutsideFlow, flow.Number, out bool isCertain))
            {
                claim.Add(item.Inside, item.InsidePort, item.Realm, isCertain);
                item.OutsideFlow = item.IsSession && isCertain ? flow.Number : item.OutsideFlow;
            }
        }

        if (isStamped && source != 0 && !flow.IsJudged)
        {
            table.Trust.Judge(claim.Witness, source, isHit);
        }
    }

    private void WalkInside(BindingRing ring, ushort port, in WitnessFlow flow, ref WitnessClaim claim)
    {
        int at = ring.FirstOfInside(flow.Line, port);
        for (int steps = 0; at != 0 && steps < Limits.BindingWalkMax; at = ring[at].NextOfInside, steps++)
        {
            ref Binding item = ref ring[at];
            bool isLine = item.Inside == flow.Line && item.Realm == flow.Realm
                && (item.InsidePort == flow.LinePort || item.InsidePort == 0);
            if (item.Witness != claim.Witness || !isLine || !item.IsProtocol(flow.Protocol)
                || !IsRemote(item, item.PublicRemote, flow))
            {
                continue;
            }

            if (Speaks(item, flow.StartNs, item.InsideFlow, flow.Number, out bool isCertain))
            {
                bool isBlock = item.PublicPort != item.PublicPortLast;
                claim.Add(item.Public, isBlock ? (ushort)0 : item.PublicPort, flow.Realm, isCertain);
                item.InsideFlow = item.IsSession && isCertain ? flow.Number : item.InsideFlow;
            }
        }
    }

    private static bool IsRemote(in Binding item, in Ip remote, in WitnessFlow flow) =>
        remote.IsNone || (remote == flow.Remote && (item.RemotePort == flow.RemotePort || item.RemotePort == 0));

    /// <summary>True where the flow began when the binding was given, or was last told to be there.</summary>
    private bool IsAt(in Binding item, long startNs) =>
        IsWithin(startNs, item.FromLo, item.FromHi) || IsWithin(startNs, item.SeenLo, item.SeenHi);

    private bool IsWithin(long ns, long lo, long hi) => ns >= lo - store.WindowNs && ns <= hi + store.WindowNs;

    private bool Speaks(in Binding item, long startNs, ulong taken, ulong flow, out bool isCertain)
    {
        isCertain = false;
        long slack = store.WindowNs;
        ref LogState log = ref table.Trust.Of(item.Witness, item.Source);
        bool isThere = item.FromLo - slack <= startNs && (item.IsOpen || startNs <= item.EndHi + slack);
        bool isTaken = item.IsSession && taken != 0 && taken != flow;
        if (!isThere)
        {
            return false;
        }

        bool mayHaveEnded = !item.IsOpen && startNs >= item.EndLo - slack;
        bool isFresh = !item.IsRestored && IsAt(item, startNs) && !isTaken && (item.IsSession || !mayHaveEnded);
        bool isWhole = item.Course == LogCourse.Whole && log.HeardNs >= startNs + delayNs
            && (log.GapNs == long.MinValue || log.GapNs < item.FromLo - slack)
            && !(item.IsSession && mayHaveEnded);
        bool isBelieved = !item.IsDoubtful && (!item.IsStamped || log.IsProved);
        isCertain = isBelieved && (isFresh || isWhole);

        // A session of long ago of which no end was told is no rival of a fresh one: its line would have sent.
        return isCertain || isFresh || item.IsDoubtful || !item.IsSession;
    }
}

/// <summary>A flow as a witness is asked about it.</summary>
internal struct WitnessFlow
{
    public ulong Number;
    public long StartNs;
    public Ip Line;
    public Ip Public;
    public Ip Remote;
    public ushort LinePort;
    public ushort PublicPort;
    public ushort RemotePort;
    public ushort Realm;
    public byte Protocol;

    /// <summary>It was asked before: it says nothing more of the log's clock.</summary>
    public bool IsJudged;
}
