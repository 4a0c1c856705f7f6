namespace Appliance.Flow;

/// <summary>
/// Makes a run ready: decodes it, names leg, key and digest of each packet, and asks for the memory that taking them
/// will need, for all before the first is taken.
/// </summary>
internal sealed class PacketPreparer(FlowStore store, LegRules rules, DecodeState decoding, FlowOptions options)
{
    private readonly PacketView[] views = new PacketView[Limits.RunPackets];
    private readonly PacketFacts[] facts = new PacketFacts[Limits.RunPackets];
    private readonly DuplicateFilter inside = new(store.Hash, options.DuplicateWindowUs * 1000L);
    private readonly DuplicateFilter outside = new(store.Hash, options.DuplicateWindowUs * 1000L);
    private long touched;

    public ref readonly PacketView View(int index) => ref views[index];

    public ref PacketFacts Facts(int index) => ref facts[index];

    /// <summary>Each leg has its own: a packet is expected to show once on both.</summary>
    public DuplicateFilter Copies(Leg leg) => leg == Leg.Inside ? inside : outside;

    public void Prepare(scoped in PacketRun run)
    {
        for (int i = 0; i < run.Count; i++)
        {
            ReadOnlySpan<byte> frame = run.Frame(i);
            Decoder.Decode(frame, run[i], decoding, ref views[i]);
            if (rules.Classify(ref facts[i], views[i], run[i]))
            {
                PacketKeys.Fill(ref facts[i], views[i], store);
                facts[i].Digest = Copies(facts[i].Leg).DigestOf(views[i], frame, facts[i]);
            }
        }

        Touch(facts.AsSpan(0, run.Count));
    }

    // Loops of their own, without decoding between: so many loads wait for memory at the same time.
    private void Touch(ReadOnlySpan<PacketFacts> run)
    {
        long seen = 0;
        foreach (ref readonly PacketFacts fact in run)
        {
            seen += store.Table.Touch(fact.Hash, fact.Leg, line: false) + Copies(fact.Leg).Touch(fact.Digest);
        }

        foreach (ref readonly PacketFacts fact in run)
        {
            seen += store.Table.Touch(fact.Hash, fact.Leg, line: true);
        }

        touched = seen;
    }
}
