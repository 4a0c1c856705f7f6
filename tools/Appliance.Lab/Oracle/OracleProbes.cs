namespace Appliance.Lab.Oracle;

/// <summary>One of the first packets of an outside flow.</summary>
internal struct OracleProbe
{
    public UInt128 Digest;
    public UInt128 Payload;
    public long StampNs;
    public int Flow;

    /// <summary>Next probe in the same bucket, -1 at the end.</summary>
    public int Next;
    public ushort IpId;
    public byte PayloadBits;
    public bool Up;
    public bool CountsSequence;
    public bool HasTimestamp;
}

/// <summary>
/// The first packets of all outside flows: by flow, where they lie together in order, and by content. Which frame
/// is a copy the mirror made is decided here, by content, IP id and 2 ms.
/// </summary>
internal sealed class OracleProbes(OracleNet net)
{
    public const int PerFlow = 8;
    private const long CopyNs = 2_000_000;
    private const int EvidenceBytes = 64;
    private const byte Tcp = 6;

    private OracleProbe[] probes = new OracleProbe[PerFlow * 1024];
    private byte[] counts = new byte[1024];
    private int[] buckets = [];

    public ReadOnlySpan<OracleProbe> Of(int flow) =>
        flow < counts.Length ? probes.AsSpan(flow * PerFlow, counts[flow]) : default;

    public ref readonly OracleProbe this[int number] => ref probes[number];

    /// <summary>True while the flow's first packets are not yet complete.</summary>
    public bool Wants(int flow) => flow >= counts.Length || counts[flow] < PerFlow;

    public void Add(int flow, in OracleFrame frame, ReadOnlySpan<byte> bytes, bool up, long stampNs)
    {
        while (flow >= counts.Length)
        {
            Array.Resize(ref counts, counts.Length * 2);
            Array.Resize(ref probes, counts.Length * PerFlow);
        }

        UInt128 payload = frame.PayloadDigest(bytes);
        OracleProbe probe = new()
        {
            Digest = frame.Digest(up, payload, net),
            Payload = payload,
            StampNs = stampNs,
            Flow = flow,
            IpId = frame.IpId,
            Up = up,
            PayloadBits = PayloadBits(bytes.Slice(frame.PayloadAt, frame.PayloadLength)),
            CountsSequence = frame.Protocol == Tcp && frame.Sequence != 0 && frame.HasNumbers(net)
                && (!up || frame.HasLineNumber(net)),
            HasTimestamp = frame.HasTimestamp && frame.HasNumbers(net),
        };
        foreach (ref readonly OracleProbe earlier in Of(flow))
        {
            if (earlier.Digest == probe.Digest && earlier.IpId == probe.IpId && stampNs - earlier.StampNs <= CopyNs)
            {
                return;
            }
        }

        probes[(flow * PerFlow) + counts[flow]++] = probe;
    }

    /// <summary>Makes the index by content, once all are added.</summary>
    public void Index(int flows)
    {
        buckets = new int[int.Max(16, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)flows * PerFlow))];
        Array.Fill(buckets, -1);
        for (int flow = 0; flow < Math.Min(flows, counts.Length); flow++)
        {
            for (int n = flow * PerFlow; n < (flow * PerFlow) + counts[flow]; n++)
            {
                ref int head = ref buckets[(int)(ulong)probes[n].Digest & (buckets.Length - 1)];
                probes[n].Next = head;
                head = n;
            }
        }
    }

    /// <summary>First probe of the content's bucket, -1 for none; others follow by <c>Next</c>.</summary>
    public int First(UInt128 digest) => buckets[(int)(ulong)digest & (buckets.Length - 1)];

    // 8 bits for each distinct byte of the first 64, at most 64: repeated bytes say nothing new.
    private static byte PayloadBits(ReadOnlySpan<byte> payload)
    {
        Span<bool> known = stackalloc bool[256];
        known.Clear();
        int different = 0;
        foreach (byte value in payload[..Math.Min(payload.Length, EvidenceBytes)])
        {
            different += known[value] ? 0 : 1;
            known[value] = true;
        }

        return (byte)Math.Min(64, 8 * different);
    }
}
