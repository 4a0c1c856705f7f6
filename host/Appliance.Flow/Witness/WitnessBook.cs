using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Asks the witnesses about a flow when its record is due, and keeps what they said beside the flow. The mirror's join
/// comes first; where it found the other side, they can only agree or contradict; where it did not, they name it.
/// </summary>
internal sealed class WitnessBook
{
    private readonly FlowStore store;
    private readonly FlowOptions options;
    private readonly BindingQuestions? questions;
    private readonly WitnessNote[] notes;
    private readonly RealmBook realms;
    private readonly int[] ruleRealms;
    private readonly WitnessClaim[] claims = new WitnessClaim[3];

    public WitnessBook(FlowStore store, FlowOptions options)
    {
        this.store = store;
        this.options = options;
        notes = new WitnessNote[options.FlowLimit];
        realms = new RealmBook(options.Rules);
        ruleRealms = new int[options.Witness.Rules.Count];
        for (int i = 0; i < ruleRealms.Length; i++)
        {
            ruleRealms[i] = realms.NumberOf(options.Witness.Rules[i].Realm);
        }

        if (options.Witness.BindingLimit > 0)
        {
            Table = new BindingTable(store, options.Witness, realms);
            questions = new BindingQuestions(store, Table, options.Witness);
        }
    }

    /// <summary>What logs told; null where there is no log.</summary>
    public BindingTable? Table { get; }

    /// <summary>How long after a flow began all is told of its beginning.</summary>
    public long WaitNs => questions is null ? 0 : questions.RipeNs(0);

    /// <summary>The note of a flow as it stands; empty where nobody was asked.</summary>
    public WitnessNote Of(int entry)
    {
        ref readonly WitnessNote note = ref notes[entry];
        return note.FlowNumber == store.Table.Cold(entry).FlowNumber ? note : default;
    }

    /// <summary>A log brought both halves of a flow together: the whole flow bears its name.</summary>
    public void Adopt(int entry, in WitnessNote named)
    {
        notes[entry] = new WitnessNote
        {
            FlowNumber = store.Table.Cold(entry).FlowNumber,
            Method = named.Method,
            Named = named.Named,
            IsOfJoined = true,
            IsJudged = true,
        };
    }

    /// <summary>Notes whether the mirror speaks against what is named; a new contradiction is counted.</summary>
    public void SetContradicted(int entry, bool isContradicted)
    {
        ref WitnessNote note = ref notes[entry];
        store.Count(Counter.WitnessConflicts, isContradicted && !note.IsContradicted && !note.HasRival ? 1u : 0);
        note.IsContradicted = isContradicted;
    }

    /// <summary>The leg rule that stands for the lines of a realm.</summary>
    public ushort RuleOf(ushort realm) => realms.RuleOf(realm);

    /// <summary>The number of the set that a flow's contradicting rows share.</summary>
    public uint GroupOf(int entry, CandidateList groups)
    {
        ref WitnessNote note = ref notes[entry];
        note.Group = note.Group == 0 ? groups.NewGroup() : note.Group;
        return note.Group;
    }

    /// <summary>Asks; the note says what is known now.</summary>
    public ref readonly WitnessNote Ask(int entry)
    {
        ref HotFlow hot = ref store.Table.Hot(entry);
        ref ColdFlow cold = ref store.Table.Cold(entry);
        ref WitnessNote note = ref notes[entry];
        if (note.FlowNumber != cold.FlowNumber)
        {
            note = new WitnessNote { FlowNumber = cold.FlowNumber };
        }

        bool isJoined = (hot.Marks & Marks.Joined) != 0;
        bool isAnswered = isJoined ? note.IsOfJoined : !note.Other.IsNone;
        bool isRipe = questions is null || store.NowNs >= questions.RipeNs(cold.StartNs);
        if (isAnswered || !isRipe || (hot.Marks & (Marks.OnNet | Marks.Hairpin)) != 0
            || IsBehindSoftwire(hot))
        {
            return ref note;
        }

        WitnessFlow flow = FlowOf(hot, cold, note.IsJudged);
        if (isJoined)
        {
            AskJoined(ref note, flow);
        }
        else
        {
            AskOpen(ref note, flow, isOutside: (hot.Seen & Seen.Inside) == 0);
        }

        note.IsJudged = true;
        return ref note;
    }

    /// <summary>A log names the address behind a softwire, which many lines have: it cannot tell whose it is.</summary>
    private bool IsBehindSoftwire(in HotFlow hot) => (hot.Seen & Seen.Inside) != 0 && hot.InsideKey.IsLineNumber
        && !store.Addresses.SoftwireOf(hot.InsideKey.Line).IsNone;

    private WitnessFlow FlowOf(in HotFlow hot, in ColdFlow cold, bool isJudged)
    {
        bool isInside = (hot.Seen & Seen.Inside) != 0;
        bool hasPublic = !isInside || (hot.Marks & Marks.Joined) != 0;
        FlowKey key = hot.InsideKey;
        return new WitnessFlow
        {
            Number = cold.FlowNumber,
            StartNs = cold.StartNs,
            Protocol = hot.Protocol,
            Remote = store.AddressOf(key.Remote, key.IsRemoteNumber),
            RemotePort = key.RemotePort,
            Line = isInside ? store.AddressOf(key.Line, key.IsLineNumber) : default,
            LinePort = isInside ? key.LinePort : (ushort)0,
            Realm = isInside ? key.Realm : (ushort)0,
            Public = hasPublic
                ? store.AddressOf(hot.PublicAddress, (hot.Flags & KeyFlags.Public) != 0) : default,
            PublicPort = hasPublic ? hot.PublicPort : (ushort)0,
            IsJudged = isJudged,
        };
    }

    /// <summary>The mirror has named the line: who says the same, who another?</summary>
    private void AskJoined(ref WitnessNote note, in WitnessFlow flow)
    {
        note.IsOfJoined = true;
        note.IsContradicted = false;
        note.Method = Attribution.None;
        note.Named = Witnesses.None;
        note.Rival = default;
        if (flow.Line == flow.Public)
        {
            return;
        }

        foreach (ref readonly WitnessClaim claim in Claims(flow, isOutside: true))
        {
            if (claim.State != ClaimState.Certain)
            {
                Doubt(ref note, claim);
            }
            else if (claim.Agrees(flow.Line, flow.LinePort) && claim.Realm == flow.Realm)
            {
                note.Named |= claim.Witness;
            }
            else
            {
                SetRival(ref note, claim);
            }
        }

        store.Count(Counter.WitnessAgreed, note.Named != Witnesses.None && !note.HasRival ? 1u : 0);
        store.Count(Counter.WitnessConflicts, note.HasRival ? 1u : 0);
    }

    /// <summary>The mirror has not found the other side: who names it?</summary>
    private void AskOpen(ref WitnessNote note, in WitnessFlow flow, bool isOutside)
    {
        note.Rival = default;
        note.Named = Witnesses.None;
        foreach (ref readonly WitnessClaim claim in Claims(flow, isOutside))
        {
            if (claim.State != ClaimState.Certain)
            {
                Doubt(ref note, claim);
            }
            else if (note.Other.IsNone)
            {
                (note.Other, note.OtherPort, note.Realm) = (claim.Address, claim.Port, claim.Realm);
                note.Named = claim.Witness;
                note.Method = MethodOf(claim.Witness);
            }
            else if (claim.Agrees(note.Other, note.OtherPort) && (!isOutside || claim.Realm == note.Realm))
            {
                // One private address in two realms is two lines.
                note.OtherPort = note.OtherPort == 0 ? claim.Port : note.OtherPort;
                note.Named |= claim.Witness;
            }
            else
            {
                SetRival(ref note, claim);
            }
        }

        store.Count(Counter.WitnessConflicts, note.HasRival ? 1u : 0);
        store.Count(Counter.WitnessNamed, !note.HasRival && !note.Other.IsNone ? 1u : 0);
    }

    private ReadOnlySpan<WitnessClaim> Claims(in WitnessFlow flow, bool isOutside)
    {
        int count = 0;
        if (questions is not null)
        {
            claims[count++] = isOutside
                ? questions.OfOutside(Witnesses.Nel, flow) : questions.OfInside(Witnesses.Nel, flow);
            claims[count++] = isOutside
                ? questions.OfOutside(Witnesses.Syslog, flow) : questions.OfInside(Witnesses.Syslog, flow);
        }

        if (TryRule(flow, isOutside, out WitnessClaim claim))
        {
            claims[count++] = claim;
        }

        return claims.AsSpan(0, count);
    }

    /// <summary>The first rule of a deterministic NAT that says something of the flow.</summary>
    private bool TryRule(in WitnessFlow flow, bool isOutside, out WitnessClaim claim)
    {
        claim = default;
        IReadOnlyList<RuleNat> rules = options.Witness.Rules;
        for (int i = 0; i < rules.Count; i++)
        {
            int realm = ruleRealms[i];
            Ip other = default;
            bool isSaid = realm >= 0 && (isOutside
                ? rules[i].TryInside(flow.Public, flow.PublicPort, flow.StartNs, out other)
                : flow.Realm == realm && rules[i].TryPublic(flow.Line, flow.StartNs, out other));
            if (isSaid)
            {
                claim = new WitnessClaim { Witness = Witnesses.Deterministic };
                claim.Add(other, 0, (ushort)realm, isCertain: true);
                return true;
            }
        }

        return false;
    }

    private static void SetRival(ref WitnessNote note, in WitnessClaim claim)
    {
        if (!note.HasRival)
        {
            (note.Rival, note.RivalPort, note.RivalRealm) = (claim.Address, claim.Port, claim.Realm);
            note.RivalWitness = claim.Witness;
        }
        else if (claim.Agrees(note.Rival, note.RivalPort) && claim.Realm == note.RivalRealm)
        {
            note.RivalWitness |= claim.Witness;
        }
    }

    private void Doubt(ref WitnessNote note, in WitnessClaim claim)
    {
        bool isNew = claim.State != ClaimState.None && !note.IsDoubted;
        note.IsDoubted |= isNew;
        store.Count(Counter.WitnessDoubts, isNew ? 1u : 0);
    }

    private static Attribution MethodOf(Witnesses witness) => witness switch
    {
        Witnesses.Nel => Attribution.Nel,
        Witnesses.Syslog => Attribution.Syslog,
        _ => Attribution.Deterministic,
    };
}
