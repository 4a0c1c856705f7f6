namespace Appliance.Flow;

/// <summary>What of a TCP packet counts as evidence; by direction of the flow, not of the packet.</summary>
[Flags]
internal enum Parts : byte
{
    None = 0,
    SequenceUp = 1,
    SequenceDown = 2,
    StampUp = 4,
    StampDown = 8,

    /// <summary>Equal line ports on both sides; never part of a sample, only of a pair.</summary>
    Port = 16,

    /// <summary>Equal IPv4 identifications other than 0; only of a pair, too: a NAT may write another one.</summary>
    IpId = 32,

    /// <summary>A packet towards the line agreed; only of a pair, and worth nothing by itself.</summary>
    Answer = 64,

    /// <summary>Both directions' sequence numbers: no other flow shows them by chance.</summary>
    BothSequences = SequenceUp | SequenceDown,
}

[Flags]
internal enum ProbeMarks : byte
{
    None = 0,

    /// <summary>From the line.</summary>
    Up = 1,

    /// <summary>Too many flows showed this content within the window.</summary>
    Popular = 2,
}

/// <summary>A packet as the join sees it: a keyed digest of what a NAT does not change, and its worth.</summary>
internal struct Probe
{
    public ulong Digest;
    public long StampNs;

    /// <summary>Entry of the flow, and the low bits of its number: an entry is used again, a number is not.</summary>
    public int Entry;
    public uint Flow;

    /// <summary>Position of the next older sample in the same chain.</summary>
    public uint Older;
    public byte PayloadBits;
    public Parts Parts;
    public Leg Leg;
    public ProbeMarks Marks;

    /// <summary>IPv4 identification, no part of the digest; 0 for none.</summary>
    public ushort IpId;
}

/// <summary>
/// The latest samples of both legs: a ring in order of arrival with hash chains from new to old. Positions count up
/// for ever (modulo 2^32); one that the ring has passed is no longer followed, so nothing is ever removed.
/// </summary>
internal sealed class ProbeIndex
{
    private readonly Probe[] ring;
    private readonly uint[] buckets;
    private readonly uint mask;
    private uint head = 1;

    public ProbeIndex(int limit)
    {
        int size = 1 << (31 - int.LeadingZeroCount(limit));
        ring = new Probe[size];
        buckets = new uint[size];
        mask = (uint)size - 1;
    }

    /// <summary>The position the next sample will have.</summary>
    public uint Head => head;

    public ref Probe this[uint position] => ref ring[position & mask];

    /// <summary>True while the ring still holds the position.</summary>
    public bool Holds(uint position) => position != 0 && head - position - 1 <= mask;

    /// <summary>Stamp of the sample that the next one will overwrite; 0 while the ring is not full.</summary>
    public long OldestNs => ring[head & mask].StampNs;

    public uint Add(in Probe probe)
    {
        uint position = head;
        head = head + 1 == 0 ? 1 : head + 1;
        ref uint bucket = ref buckets[(uint)probe.Digest & mask];
        ref Probe slot = ref ring[position & mask];
        slot = probe;
        slot.Older = bucket;
        bucket = position;
        return position;
    }

    /// <summary>The newest sample that may have this digest, 0 for none.</summary>
    public uint Newest(ulong digest) => Live(buckets[(uint)digest & mask]);

    /// <summary>The sample before this one in its chain, 0 at the end.</summary>
    public uint Before(uint position)
    {
        uint older = ring[position & mask].Older;

        // Positions fall along a chain; one that rises leads into a slot that was used again.
        return older != 0 && position - older <= mask ? Live(older) : 0;
    }

    private uint Live(uint position) => Holds(position) ? position : 0;
}
