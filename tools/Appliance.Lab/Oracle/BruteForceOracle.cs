using Appliance.Flow;

namespace Appliance.Lab.Oracle;

/// <summary>
/// Says of every outside flow which inside flows it could be, from the definition and nothing else: no tables of the
/// product, no bounds, no learned delay. Each of the first 8 packets of an outside flow is compared with every packet
/// of the inside leg within the window. Slow, and as large as the trace's outside flows need: for tests.
/// </summary>
public sealed class BruteForceOracle
{
    private const int EvidenceMin = 64;
    private const int MarginBits = 32;
    private const int SequenceBits = 32;
    private const int TimestampBits = 16;
    private const int EqualPortBits = 16;
    private const int EqualIpIdBits = 16;
    private const int PayloadBitsMax = 128;

    private readonly long windowNs;
    private readonly OracleNet net;
    private readonly OracleFlows inside;
    private readonly OracleFlows outside;
    private readonly OracleProbes probes;
    private readonly bool isRewritten;
    private readonly OracleFragments insideFragments = new();
    private readonly OracleFragments outsideFragments = new();
    private readonly List<Fit>[] fits;
    private readonly Dictionary<int, List<int>> claims = [];

    private BruteForceOracle(
        IPacketSource insideLeg,
        IPacketSource outsideLeg,
        OracleNet net,
        long windowNs,
        bool isRewritten)
    {
        this.windowNs = windowNs;
        this.net = net;
        this.isRewritten = isRewritten;
        probes = new OracleProbes(isRewritten);
        inside = new OracleFlows(net.IsInside);
        outside = new OracleFlows(net.IsPublic);
        ReadOutside(outsideLeg);
        probes.Index(outside.All.Count);
        fits = new List<Fit>[outside.All.Count];
        ReadInside(insideLeg);
    }

    /// <summary>Judges every outside flow.</summary>
    /// <param name="insideLeg">Packets of the inside leg, read to their end.</param>
    /// <param name="outsideLeg">Packets of the outside leg, read to their end, before the inside leg.</param>
    /// <param name="net">Whose addresses are whose.</param>
    /// <param name="windowMs">Largest difference of the legs' stamps.</param>
    /// <param name="isRewritten">The NAT writes TCP's numbers anew: they are no evidence.</param>
    public static IReadOnlyList<OracleVerdict> Judge(
        IPacketSource insideLeg,
        IPacketSource outsideLeg,
        OracleNet net,
        int windowMs = 500,
        bool isRewritten = false)
    {
        BruteForceOracle oracle = new(insideLeg, outsideLeg, net, windowMs * 1_000_000L, isRewritten);
        oracle.KeepCandidates();
        OracleVerdict[] verdicts = new OracleVerdict[oracle.outside.All.Count];
        for (int flow = 0; flow < verdicts.Length; flow++)
        {
            verdicts[flow] = oracle.Judge(flow);
        }

        return verdicts;
    }

    private void ReadOutside(IPacketSource leg)
    {
        while (leg.TryNext(out PacketBlock block) == SourceState.Block)
        {
            foreach (ref readonly PacketRef packet in block.Packets)
            {
                ReadOnlySpan<byte> bytes = block.Bytes.Slice(packet.Offset, packet.Captured);
                if (!OracleFrame.TryParse(bytes, out OracleFrame frame, outsideFragments))
                {
                    continue;
                }

                int flow = outside.Place(frame, packet.StampNs, out bool up);
                if (probes.Wants(flow) && frame.IsComparable(isRewritten))
                {
                    probes.Add(flow, frame, bytes, up, packet.StampNs);
                }
            }
        }
    }

    private void ReadInside(IPacketSource leg)
    {
        while (leg.TryNext(out PacketBlock block) == SourceState.Block)
        {
            foreach (ref readonly PacketRef packet in block.Packets)
            {
                ReadOnlySpan<byte> bytes = block.Bytes.Slice(packet.Offset, packet.Captured);
                if (OracleFrame.TryParse(bytes, out OracleFrame frame, insideFragments))
                {
                    frame.Translate(net);
                    int flow = inside.Place(frame, packet.StampNs, out bool up);
                    if (frame.IsComparable(isRewritten))
                    {
                        UInt128 digest = frame.Digest(up, frame.PayloadDigest(bytes), isRewritten);
                        Compare(flow, digest, frame.IpId, packet.StampNs);
                    }
                }
            }
        }
    }

    private void Compare(int flow, UInt128 digest, ushort ipId, long stampNs)
    {
        for (int n = probes.First(digest); n >= 0; n = probes[n].Next)
        {
            ref readonly OracleProbe probe = ref probes[n];
            if (probe.Digest == digest && Math.Abs(probe.StampNs - stampNs) <= windowNs)
            {
                bool equalIpId = ipId != 0 && ipId == probe.IpId;
                Note(probe.Flow, flow, (byte)(1 << (n % OracleProbes.PerFlow)), equalIpId);
            }
        }
    }

    private void Note(int outer, int inner, byte probe, bool equalIpId)
    {
        List<Fit> list = fits[outer] ??= [];
        for (int n = 0; n < list.Count; n++)
        {
            if (list[n].Inside == inner)
            {
                list[n] = list[n] with
                {
                    Agreed = (byte)(list[n].Agreed | probe), EqualIpId = list[n].EqualIpId | equalIpId,
                };
                return;
            }
        }

        list.Add(new Fit(inner, probe, equalIpId, 0));
    }

    // A candidate agrees in at least 80 % of the first packets; the others are dropped, the rest is weighed.
    private void KeepCandidates()
    {
        for (int flow = 0; flow < fits.Length; flow++)
        {
            int asked = probes.Of(flow).Length;
            List<Fit> kept = [];
            foreach (Fit fit in fits[flow] ?? [])
            {
                if (byte.PopCount(fit.Agreed) * 5 >= asked * 4)
                {
                    kept.Add(fit with { Evidence = Weigh(flow, fit) });
                    if (!claims.TryGetValue(fit.Inside, out List<int>? claimants))
                    {
                        claims[fit.Inside] = claimants = [];
                    }

                    claimants.Add(flow);
                }
            }

            kept.Sort((a, b) => b.Evidence.CompareTo(a.Evidence));
            fits[flow] = kept;
        }
    }

    private int Weigh(int flow, Fit fit)
    {
        Span<bool> sequence = [false, false];
        Span<bool> timestamp = [false, false];
        List<UInt128> contents = [];
        int payload = 0;
        ReadOnlySpan<OracleProbe> first = probes.Of(flow);
        for (int n = 0; n < first.Length; n++)
        {
            if ((fit.Agreed & (1 << n)) == 0)
            {
                continue;
            }

            int direction = first[n].Up ? 1 : 0;
            sequence[direction] |= first[n].CountsSequence;
            timestamp[direction] |= first[n].HasTimestamp;
            if (first[n].PayloadBits > 0 && !contents.Contains(first[n].Payload))
            {
                contents.Add(first[n].Payload);
                payload += first[n].PayloadBits;
            }
        }

        bool equalPort = inside.All[fit.Inside].Tuple.LocalPort == outside.All[flow].Tuple.LocalPort;
        return (sequence.Count(true) * SequenceBits) + (timestamp.Count(true) * TimestampBits)
            + Math.Min(payload, PayloadBitsMax) + (equalPort ? EqualPortBits : 0) + (fit.EqualIpId ? EqualIpIdBits : 0);
    }

    private OracleVerdict Judge(int flow)
    {
        OracleFlow outer = outside.All[flow];
        List<Fit> candidates = fits[flow];
        int best = candidates.Count > 0 ? candidates[0].Evidence : 0;
        int next = candidates.Count > 1 ? candidates[1].Evidence : 0;
        if (!outer.HasUp)
        {
            return new OracleVerdict(outer, VerdictKind.Unsolicited, [], best);
        }

        if (best >= EvidenceMin && (candidates.Count == 1 || best - next >= MarginBits)
            && IsOnlyClaim(flow, candidates[0].Inside))
        {
            return new OracleVerdict(
                outer, VerdictKind.Distinguishable, [inside.All[candidates[0].Inside]], best);
        }

        return candidates.Count < 2
            ? new OracleVerdict(outer, VerdictKind.None, [], best)
            : new OracleVerdict(
                outer, VerdictKind.Ambiguous, [.. candidates.Select(fit => inside.All[fit.Inside])], best);
    }

    // Two outside flows of one time cannot both be the inside flow; stamps of one instant lie up to a window apart.
    private bool IsOnlyClaim(int flow, int candidate)
    {
        OracleFlow self = outside.All[flow];
        return claims[candidate].TrueForAll(other =>
            other == flow
            || outside.All[other].FirstNs > self.LastNs + windowNs
            || outside.All[other].LastNs < self.FirstNs - windowNs);
    }

    private readonly record struct Fit(int Inside, byte Agreed, bool EqualIpId, int Evidence);
}
