using System.Numerics;

namespace Appliance.Flow;

/// <summary>What agreement is worth, in bits; argued in the README.</summary>
internal static class Evidence
{
    private const int SequenceBits = 32;
    private const int StampBits = 16;
    private const int PortBits = 16;
    private const int IpIdBits = 16;
    private const int BitsPerValue = 8;

    /// <summary>Worth of everything but payload.</summary>
    public static int BitsOf(Parts parts) =>
        (SequenceBits * BitOperations.PopCount((uint)(parts & Parts.BothSequences)))
        + (StampBits * BitOperations.PopCount((uint)(parts & (Parts.StampUp | Parts.StampDown))))
        + ((parts & Parts.Port) != 0 ? PortBits : 0)
        + ((parts & Parts.IpId) != 0 ? IpIdBits : 0);

    /// <summary>
    /// Worth of a payload: 8 bits for each different byte value among its first 64 bytes, at most 64.
    /// </summary>
    public static int BitsOf(ReadOnlySpan<byte> payload)
    {
        const int enough = Limits.EvidenceBitsMin / BitsPerValue;
        Span<ulong> seen = stackalloc ulong[4];
        seen.Clear();
        int different = 0;
        int length = Math.Min(payload.Length, Limits.EvidenceBytes);
        for (int i = 0; i < length && different < enough; i++)
        {
            ref ulong word = ref seen[payload[i] >> 6];
            ulong bit = 1UL << payload[i];
            different += (word & bit) == 0 ? 1 : 0;
            word |= bit;
        }

        return different * BitsPerValue;
    }

    /// <summary>Adds what one agreeing packet shows, as each leg saw it; false where all of it was known.</summary>
    public static bool Add(ref Pair pair, in Probe one, in Probe two)
    {
        Parts before = pair.Parts;
        pair.Parts |= one.Parts | (one.IpId != 0 && one.IpId == two.IpId ? Parts.IpId : Parts.None)
            | ((one.Marks & ProbeMarks.Up) == 0 ? Parts.Answer : Parts.None);
        return AddContent(ref pair, one) || pair.Parts != before;
    }

    /// <summary>
    /// Bits of evidence that a rival did not send what a flow sent: for each packet of which it shows no like, and for
    /// the identity that only the other one shares.
    /// </summary>
    public static int Against(in Pair rival, in Pair best, int bitsPerMissing) =>
        (Math.Max(0, best.Contents - rival.Contents) * bitsPerMissing)
        + BitsOf(best.Parts & ~rival.Parts & (Parts.Port | Parts.IpId));

    /// <summary>Notes a packet; true where it is another one.</summary>
    private static bool AddContent(ref Pair pair, in Probe probe)
    {
        uint digest = (uint)(probe.Digest >> 32);
        for (int i = 0; i < pair.Contents; i++)
        {
            if (pair.Seen[i] == digest)
            {
                return false;
            }
        }

        // More contents than can be told apart count nothing: less evidence, never too much.
        if (pair.Contents == Limits.PairContents)
        {
            return false;
        }

        pair.Seen[pair.Contents++] = digest;
        pair.PayloadBits += probe.PayloadBits;
        return true;
    }
}
