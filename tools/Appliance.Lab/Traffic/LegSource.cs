using Appliance.Flow;

namespace Appliance.Lab.Traffic;

/// <summary>
/// One leg of a plan as a packet source. Flows are planned as their start comes, walked step by step through a wheel
/// of ticks, and forgotten after their last packet: memory follows the live flows, not the length of the run. The two
/// legs do not know each other; what they agree on is a pure function of plan, flow and step.
/// </summary>
internal sealed class LegSource : IPacketSource
{
    private const int None = -1;
    private const long NsPerMs = 1_000_000;
    private const int DuplicateDelayNs = 20_000;
    private const int FragmentGapNs = 1_000;
    private const int FragmentedMin = 400;
    private const int EthernetHeader = 14;
    private const int FragmentHeaders = EthernetHeader + 20;

    private readonly TrafficPlan plan;
    private readonly bool outside;
    private readonly FlowPlanner planner;
    private readonly HelloBook hellos;
    private readonly FrameWriter writer;
    private readonly FamilyFrames families;
    private readonly LegTally? tally;
    private readonly EmissionQueue queue = new();
    private readonly int[] heads = new int[Limits.WheelTicks];
    private readonly byte[] bytes = new byte[Limits.BlockBytes];
    private readonly PacketRef[] packets = new PacketRef[Limits.BlockPackets];
    private readonly ulong lossBound;
    private readonly ulong duplicateBound;
    private readonly ulong reorderBound;
    private readonly ulong fragmentBound;
    private readonly ulong tcpFragmentBound;
    private readonly ulong firstLossBound;
    private readonly ulong lateFirstBound;
    private readonly LegMirror mirror;
    private readonly long reorderNs;
    private readonly long ticksBehind;
    private LiveFlow[] flows = new LiveFlow[1024];
    private int freeFlow = None;
    private int usedFlows;
    private int liveFlows;
    private FlowSpec nextSpec;
    private bool hasNext;
    private long tick;
    private int usedBytes;
    private int usedPackets;

    public LegSource(TrafficPlan plan, NamePool names, bool outside, LegTally? tally)
    {
        this.plan = plan;
        this.outside = outside;
        this.tally = tally;
        planner = new FlowPlanner(plan);
        hellos = new HelloBook(plan, names);
        writer = new FrameWriter(plan, outside, new PayloadWriter(new PayloadPool(plan.Seed), hellos, names, outside));
        families = new FamilyFrames(new FamilyMap(plan), outside);
        Array.Fill(heads, None);
        lossBound = Prng.Bound(outside ? plan.LossOutside : plan.LossInside);
        duplicateBound = Prng.Bound(plan.Duplication);
        reorderBound = Prng.Bound(plan.Reordering);
        fragmentBound = Prng.Bound(plan.FragmentShare);
        tcpFragmentBound = Prng.Bound(plan.TcpFragmentShare);
        firstLossBound = Prng.Bound(plan.FirstFragmentLoss);
        lateFirstBound = Prng.Bound(plan.LateFirstShare);
        mirror = new LegMirror(plan, outside);
        reorderNs = (long)(plan.ReorderMs * NsPerMs);

        // Stamps may lie this far before the step that makes them; a tick is complete only after so many more.
        ticksBehind = mirror.TicksBehind;
        hasNext = planner.TryNext(out nextSpec);
        tick = plan.StartNs >> Limits.TickBits;
        queue.Open(tick - ticksBehind - 1);
    }

    public SourceState TryNext(out PacketBlock block)
    {
        usedBytes = 0;
        usedPackets = 0;
        while (Drain() && (hasNext || liveFlows > 0 || queue.Count > 0))
        {
            Walk();
            queue.Open(tick - ticksBehind);
            tick++;
        }

        block = new PacketBlock(bytes.AsSpan(0, usedBytes), packets.AsSpan(0, usedPackets));
        return usedPackets > 0 ? SourceState.Block : SourceState.End;
    }

    public void Dispose() => hellos.Dispose();

    // Renders the open tick into the block; false when the block is full first.
    private bool Drain()
    {
        while (queue.TryPeek(out Emission packet))
        {
            if (usedPackets + 2 > packets.Length || usedBytes + (2 * Limits.FrameBytesMax) > bytes.Length)
            {
                return false;
            }

            Render(packet);
            queue.Drop();
        }

        return true;
    }

    private void Render(in Emission packet)
    {
        ref LiveFlow flow = ref flows[packet.Slot];
        Span<byte> room = bytes.AsSpan(usedBytes);
        int length = writer.Write(flow, packet, room);
        length = families.Apply(
            flow.Spec, packet.Up, packet.IsTransit, room, length, out int ipBytes);
        int offset = usedBytes;
        if (packet.Fragment > 0)
        {
            int first = Fragmenter.Cut(room, length);
            offset += packet.Fragment == 1 ? 0 : first;
            length = packet.Fragment == 1 ? first : length - first + FragmentHeaders;
            ipBytes = length - EthernetHeader;
        }

        Add(flow, packet, offset, length, ipBytes);

        flow.Waiting--;
        Release(packet.Slot);
    }

    private bool IsFragmented(in FlowSpec flow, in Emission packet) =>
        (flow.Class == FlowClass.Udp || (flow.Class == FlowClass.Tls && packet.PayloadLength >= FragmentedMin))
        && Prng.Hit(
            Prng.Mix(flow.Seed, 0x6672_6167), flow.Class == FlowClass.Udp ? fragmentBound : tcpFragmentBound);

    private void Add(in LiveFlow flow, in Emission packet, int offset, int length, int ipBytes)
    {
        int captured = plan.SnapLength > 0 ? Math.Min(plan.SnapLength, length) : length;
        ref PacketRef frame = ref packets[usedPackets++];
        frame.StampNs = packet.StampNs;
        frame.Offset = offset;
        frame.Captured = captured;
        frame.Length = length;
        frame.Interface = families.Interface(flow.Spec, packet.IsTransit);
        frame.LinkType = 1;
        usedBytes = offset + captured;
        if (!packet.IsUncounted)
        {
            tally?.Add(flow.Spec.Index, packet.StampNs, packet.Up, ipBytes);
        }
    }

    // Starts and continues every flow that has a step in the present tick.
    private void Walk()
    {
        long end = (tick + 1) << Limits.TickBits;
        while (hasNext && nextSpec.StartNs < end)
        {
            int slot = Start();
            Continue(slot, end);
            hasNext = planner.TryNext(out nextSpec);
        }

        ref int head = ref heads[tick & (Limits.WheelTicks - 1)];
        int waiting = head;
        head = None;
        while (waiting != None)
        {
            int slot = waiting;
            waiting = flows[slot].NextSlot;
            Continue(slot, end);
        }
    }

    private int Start()
    {
        int slot = freeFlow;
        if (slot == None)
        {
            if (usedFlows == flows.Length)
            {
                Array.Resize(ref flows, usedFlows * 2);
            }

            slot = usedFlows++;
        }
        else
        {
            freeFlow = flows[slot].NextSlot;
        }

        liveFlows++;
        ref LiveFlow flow = ref flows[slot];
        flow = default;
        flow.Spec = nextSpec;
        flow.Random = new Prng(nextSpec.Seed);
        flow.LegSeed = Prng.Mix(plan.Seed ^ (outside ? 0x6F75_7473UL : 0x696E_7369UL), (ulong)nextSpec.Index);
        flow.NextNs = nextSpec.StartNs;
        FlowScript.Open(ref flow, plan, hellos);
        return slot;
    }

    private void Continue(int slot, long end)
    {
        ref LiveFlow flow = ref flows[slot];
        while (flow.NextNs < end && flow.Step < flow.Spec.Packets)
        {
            Emission packet = default;
            packet.Slot = slot;
            FlowScript.Fill(ref flow, plan, ref packet);
            Show(ref flow, ref packet);
            flow.Step++;
            flow.NextNs += FlowScript.Gap(ref flow);
        }

        if (flow.Step < flow.Spec.Packets)
        {
            long due = Math.Min(flow.NextNs >> Limits.TickBits, tick + Limits.WheelTicks - 1);
            ref int head = ref heads[due & (Limits.WheelTicks - 1)];
            flow.NextSlot = head;
            head = slot;
        }
        else
        {
            Release(slot);
        }
    }

    // What the leg's mirror makes of the packet: lost, shown once or twice, on time or late.
    private void Show(ref LiveFlow flow, ref Emission packet)
    {
        ulong draw = Prng.Mix(flow.LegSeed, (ulong)flow.Step);
        if (!FlowScript.Reaches(flow.Spec.Reach, outside) || Prng.Hit(draw, lossBound) || !mirror.Shows(flow.NextNs))
        {
            return;
        }

        packet.StampNs = mirror.Stamp(flow.NextNs, packet.Up, Prng.Mix(draw, 1));
        ulong late = Prng.Mix(draw, 2);
        packet.StampNs += Prng.Hit(late, reorderBound) ? reorderNs : 0;
        if (IsFragmented(flow.Spec, packet))
        {
            ShowFragments(ref flow, packet, draw);
            return;
        }

        queue.Add(packet);
        flow.Waiting++;
        packet.IsUncounted = true;
        packet.StampNs += DuplicateDelayNs;
        if (Prng.Hit(Prng.Mix(draw, 3), duplicateBound))
        {
            queue.Add(packet);
            flow.Waiting++;
        }

        if (families.HasTransit(flow.Spec))
        {
            // Out to the router and back.
            packet.IsTransit = true;
            queue.Add(packet);
            packet.StampNs += DuplicateDelayNs;
            queue.Add(packet);
            flow.Waiting += 2;
        }
    }

    private void ShowFragments(ref LiveFlow flow, Emission packet, ulong draw)
    {
        long stampNs = packet.StampNs;
        bool isFirstLost = Prng.Hit(Prng.Mix(draw, 4), firstLossBound);
        if (!isFirstLost)
        {
            packet.Fragment = 1;
            packet.StampNs = stampNs + (Prng.Hit(Prng.Mix(draw, 5), lateFirstBound) ? reorderNs : 0);
            queue.Add(packet);
            flow.Waiting++;
        }

        packet.Fragment = 2;
        packet.StampNs = stampNs + FragmentGapNs;
        packet.IsUncounted = isFirstLost;
        queue.Add(packet);
        flow.Waiting++;
    }

    private void Release(int slot)
    {
        ref LiveFlow flow = ref flows[slot];
        if (flow.Waiting == 0 && flow.Step >= flow.Spec.Packets)
        {
            flow.NextSlot = freeFlow;
            freeFlow = slot;
            liveFlows--;
        }
    }
}
