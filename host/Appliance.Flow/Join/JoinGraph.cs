using System.Runtime.CompilerServices;

namespace Appliance.Flow;

[Flags]
internal enum JoinFlags : byte
{
    None = 0,
    Outside = 1,

    /// <summary>Waits in the queue of decisions.</summary>
    Queued = 2,

    /// <summary>Evidence that nobody shares; no more samples are taken until the decision.</summary>
    Settling = 4,

    /// <summary>A rival may have been missed: only evidence that no rival can share counts.</summary>
    Blind = 8,

    /// <summary>More packets were waited for, or are.</summary>
    Patient = 16,

    /// <summary>They were waited for long enough.</summary>
    Late = 32,
}

/// <summary>A flow that has met, or must remember, something about the other leg.</summary>
internal struct JoinState
{
    /// <summary>The inside key, kept for rows of candidates whose flow is gone.</summary>
    public FlowKey Key;

    /// <summary>All evidence so far has seen its rivals after this time.</summary>
    public long RipeNs;

    /// <summary>Entry of the flow, -1 when it is gone.</summary>
    public int Entry;
    public int FirstPair;
    public uint Generation;
    public uint Group;
    public ushort Degree;
    public ushort LegRule;

    /// <summary>Worth of the flow's samples that too many flows shared: taken off every tally.</summary>
    public ushort PopularBits;

    /// <summary>Packets that an outside flow agreed in which ended without being attributed: the most.</summary>
    public byte ContestContents;
    public JoinFlags Flags;
}

/// <summary>An outside flow and an inside flow that showed at least one equal packet.</summary>
internal struct Pair
{
    public int Outside;
    public int Inside;
    public int NextOfOutside;
    public int NextOfInside;

    /// <summary>Outside stamp minus inside stamp of the first packet that both showed, microseconds.</summary>
    public int DelayUs;
    public ushort PayloadBits;
    public Parts Parts;

    /// <summary>Different packets that both flows showed, up to <see cref="Limits.PairContents"/>.</summary>
    public byte Contents;
    public ContentList Seen;

    /// <summary>Worth of what is not payload.</summary>
    public readonly int FixedBits => Evidence.BitsOf(Parts);

    /// <summary>Evidence by the rules: payload is capped.</summary>
    public readonly int Bits => FixedBits + Math.Min((int)PayloadBits, Limits.PayloadBitsMax);

    /// <summary>Evidence without the cap: what a candidate lacks beside another is told apart by it.</summary>
    public readonly int Tally => FixedBits + PayloadBits;
}

/// <summary>Digests of the packets that a pair has counted.</summary>
[InlineArray(Limits.PairContents)]
internal struct ContentList
{
    private uint first;
}

/// <summary>
/// Who could belong to whom: states of flows and pairs between them, in arrays taken at start; each pair hangs in a
/// list of its outside and one of its inside flow. Number 0 is nobody.
/// </summary>
internal sealed class JoinGraph
{
    private readonly JoinState[] states;
    private readonly Pair[] pairs;
    private int freeState;
    private int freePair;

    public JoinGraph(int limit)
    {
        states = new JoinState[limit + 1];
        pairs = new Pair[(limit * 2) + 1];
        for (int i = 1; i <= limit; i++)
        {
            states[i].FirstPair = i == limit ? 0 : i + 1;
        }

        for (int i = 1; i < pairs.Length; i++)
        {
            pairs[i].NextOfOutside = i + 1 == pairs.Length ? 0 : i + 1;
        }

        freeState = 1;
        freePair = 1;
    }

    public ref JoinState State(int number) => ref states[number];

    public ref Pair PairAt(int number) => ref pairs[number];

    /// <summary>A fresh state, or 0 where all are in use.</summary>
    public int TakeState(int entry, FlowKey key, JoinFlags flags)
    {
        int number = freeState;
        if (number == 0)
        {
            return 0;
        }

        ref JoinState state = ref states[number];
        freeState = state.FirstPair;
        state = new JoinState
        {
            Entry = entry, Key = key, Flags = flags, Generation = state.Generation, RipeNs = long.MinValue,
        };
        return number;
    }

    /// <summary>Gives a state without pairs back.</summary>
    public void FreeState(int number)
    {
        ref JoinState state = ref states[number];
        if (state.Degree != 0)
        {
            Environment.FailFast("a join state with pairs was given back: the graph is damaged");
        }

        state = new JoinState { Generation = state.Generation + 1, FirstPair = freeState, Entry = -1 };
        freeState = number;
    }

    /// <summary>The pair of two states, made where there is none; 0 where there is no room for it.</summary>
    public int Connect(int outside, int inside)
    {
        for (int at = states[outside].FirstPair; at != 0; at = pairs[at].NextOfOutside)
        {
            if (pairs[at].Inside == inside)
            {
                return at;
            }
        }

        if (freePair == 0 || states[outside].Degree >= Limits.CandidatesMax
            || states[inside].Degree >= Limits.CandidatesMax)
        {
            return 0;
        }

        int number = freePair;
        freePair = pairs[number].NextOfOutside;
        pairs[number] = new Pair
        {
            Outside = outside,
            Inside = inside,
            NextOfOutside = states[outside].FirstPair,
            NextOfInside = states[inside].FirstPair,
        };
        states[outside].FirstPair = number;
        states[inside].FirstPair = number;
        states[outside].Degree++;
        states[inside].Degree++;
        return number;
    }

    public void Disconnect(int number)
    {
        ref Pair pair = ref pairs[number];
        ref int at = ref states[pair.Outside].FirstPair;
        while (at != number)
        {
            at = ref pairs[at].NextOfOutside;
        }

        at = pair.NextOfOutside;
        at = ref states[pair.Inside].FirstPair;
        while (at != number)
        {
            at = ref pairs[at].NextOfInside;
        }

        at = pair.NextOfInside;
        states[pair.Outside].Degree--;
        states[pair.Inside].Degree--;
        pair = new Pair { NextOfOutside = freePair };
        freePair = number;
    }
}
