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
    private readonly OracleFragments insideFragments = new();
    private readonly OracleFragments outsideFragments = new();
    private readonly OracleNotes notes = new();
    private readonly Dictionary<int, List<int>> claims = [];
    private List<Fit>[] fits = [];

    /// <param name="net">Whose addresses are whose.</param>
    /// <param name="windowMs">Largest difference of the legs' stamps.</param>
    public BruteForceOracle(OracleNet net, int windowMs = 500)
    {
        windowNs = windowMs * 1_000_000L;
        this.net = net;
        probes = new OracleProbes(net);
        inside = new OracleFlows(net.IsInside);
        outside = new OracleFlows(net.IsPublic);
    }

    /// <summary>Takes the next packets of a leg; the legs may come in any order and any pieces.</summary>
    public void Hear(in PacketBlock block, bool isOutside)
    {
        foreach (ref readonly PacketRef packet in block.Packets)
        {
            ReadOnlySpan<byte> bytes = block.Bytes.Slice(packet.Offset, packet.Captured);
            Hear(bytes, packet.StampNs, isOutside);
        }
    }

    /// <summary>Judges every outside flow, once both legs were heard to their end.</summary>
    public IReadOnlyList<OracleVerdict> Judge()
    {
        probes.Index(outside.All.Count);
        fits = new List<Fit>[outside.All.Count];
        for (int piece = 0; piece < notes.Pieces; piece++)
        {
            foreach (ref readonly OracleNote note in notes.Piece(piece))
            {
                Compare(note);
            }
        }

        KeepCandidates();
        OracleVerdict[] verdicts = new OracleVerdict[outside.All.Count];
        for (int flow = 0; flow < verdicts.Length; flow++)
        {
            verdicts[flow] = Judge(flow);
        }

        return verdicts;
    }

    private void Hear(ReadOnlySpan<byte> bytes, long stampNs, bool isOutside)
    {
        OracleFragments fragments = isOutside ? outsideFragments : insideFragments;
        if (!OracleFrame.TryParse(bytes, out OracleFrame frame)
            || (frame.FragmentAt > 0 && !fragments.TryFill(ref frame, bytes, stampNs)))
        {
            return;
        }

        Take(frame, bytes, stampNs, isOutside);
        if (frame.FragmentAt == 0 && frame.HasMoreFragments)
        {
            foreach ((byte[] early, long earlyNs) in fragments.Note(frame, stampNs))
            {
                Hear(early, earlyNs, isOutside);
            }
        }
    }

    private void Take(OracleFrame frame, ReadOnlySpan<byte> bytes, long stampNs, bool isOutside)
    {
        if (!isOutside)
        {
            TakeInside(frame, bytes, stampNs);
        }
        else if (!net.IsPublic(frame.Source) || !net.IsPublic(frame.Target))
        {
            // What goes from one public address to another is on its way back in: the inside shows both halves.
            TakeOutside(frame, bytes, stampNs);
        }
    }

    private void TakeOutside(in OracleFrame frame, ReadOnlySpan<byte> bytes, long stampNs)
    {
        int flow = outside.Place(frame, stampNs, out bool up);
        if (probes.Wants(flow) && frame.IsComparable(net))
        {
            probes.Add(flow, frame, bytes, up, stampNs);
        }
    }

    private void TakeInside(OracleFrame frame, ReadOnlySpan<byte> bytes, long stampNs)
    {
        frame.Translate(net);
        int flow = inside.Place(frame, stampNs, out bool up);
        if (frame.IsComparable(net))
        {
            UInt128 digest = frame.Digest(up, frame.PayloadDigest(bytes), net);
            notes.Add(new OracleNote
            {
                DigestHigh = (ulong)(digest >> 64),
                DigestLow = (ulong)digest,
                StampNs = stampNs,
                Flow = flow,
                IpId = frame.IpId,
            });
        }
    }

    private void Compare(in OracleNote note)
    {
        UInt128 digest = note.Digest;
        for (int n = probes.First(digest); n >= 0; n = probes[n].Next)
        {
            ref readonly OracleProbe probe = ref probes[n];
            if (probe.Digest == digest && Math.Abs(probe.StampNs - note.StampNs) <= windowNs)
            {
                bool equalIpId = note.IpId != 0 && note.IpId == probe.IpId;
                Note(probe.Flow, note.Flow, (byte)(1 << (n % OracleProbes.PerFlow)), equalIpId);
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

        return (sequence.Count(true) * SequenceBits) + (timestamp.Count(true) * TimestampBits)
            + Math.Min(payload, PayloadBitsMax) + Identity(flow, fit);
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
            && IsOnlyClaim(flow, candidates[0]))
        {
            return new OracleVerdict(
                outer, VerdictKind.Distinguishable, [inside.All[candidates[0].Inside]], best);
        }

        return candidates.Count < 2
            ? new OracleVerdict(outer, VerdictKind.None, [], best)
            : new OracleVerdict(
                outer, VerdictKind.Ambiguous, [.. candidates.Select(fit => inside.All[fit.Inside])], best);
    }

    // Two outside flows of one time cannot both be the inside flow; stamps of one instant lie up to a window apart. One
    // that shares neither port nor identification claims nothing of a flow that shares both with another.
    private bool IsOnlyClaim(int flow, Fit own)
    {
        OracleFlow self = outside.All[flow];
        return claims[own.Inside].TrueForAll(other =>
            other == flow
            || outside.All[other].FirstNs > self.LastNs + windowNs
            || outside.All[other].LastNs < self.FirstNs - windowNs
            || Identity(flow, own) - Identity(other, fits[other].Find(fit => fit.Inside == own.Inside)) >= MarginBits);
    }

    private int Identity(int flow, Fit fit) =>
        (inside.All[fit.Inside].Tuple.LocalPort == outside.All[flow].Tuple.LocalPort ? EqualPortBits : 0)
        + (fit.EqualIpId ? EqualIpIdBits : 0);

    private readonly record struct Fit(int Inside, byte Agreed, bool EqualIpId, int Evidence);
}
