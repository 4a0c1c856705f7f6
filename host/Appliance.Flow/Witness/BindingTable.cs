using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// What the logs told: bindings with their times. Events change it; questions are <see cref="BindingQuestions"/>. When
/// full the oldest goes; if that one might still be asked for, its log counts as interrupted, since what is gone could
/// have been a rival.
/// </summary>
internal sealed class BindingTable
{
    private readonly FlowStore store;
    private readonly WitnessOptions options;
    private readonly RealmBook realms;
    private readonly long delayNs;
    private readonly long errorNs;

    public BindingTable(FlowStore store, WitnessOptions options, RealmBook realms)
    {
        this.store = store;
        this.options = options;
        this.realms = realms;
        delayNs = options.DelayMs * 1_000_000L;
        errorNs = options.ClockErrorMs * 1_000_000L;
        Sessions = new BindingRing(Math.Max(options.BindingLimit, 16), store.Hash, stretch: 1);
        Blocks = new BindingRing(options.BlockLimit, store.Hash, Limits.BlockStretch);
    }

    public BindingRing Sessions { get; }

    public BindingRing Blocks { get; }

    public LogTrust Trust { get; } = new();

    public RealmBook Realms => realms;

    /// <summary>Takes an event, in order of arrival.</summary>
    public void Take(in NatEvent item)
    {
        store.Count(Counter.WitnessEvents);
        Binding told = BindingOf(item);
        ref LogState log = ref Trust.Of(item.Witness, item.Source);
        log.HeardNs = Math.Max(log.HeardNs, told.FromHi);
        switch (item.Action)
        {
            case NatAction.Gap:
                log.GapNs = Math.Max(log.GapNs, told.FromHi);
                store.Count(Counter.WitnessGaps);
                break;
            case NatAction.Create or NatAction.Alive or NatAction.Delete when !TryRealm(item.Vrf, out told.Realm):
                store.Count(Counter.WitnessRefused);
                break;
            case NatAction.Create or NatAction.Alive or NatAction.Delete:
                TakeMapping(item, ref told);
                break;
            default:
                // Heard, or of no single line: exhaustion, quota, threshold.
                break;
        }
    }

    private void TakeMapping(in NatEvent item, ref Binding told)
    {
        told.IsDoubtful = IsOff(item);
        store.Count(Counter.WitnessClockOff, told.IsDoubtful ? 1u : 0);
        if (!item.IsBlock)
        {
            TakePart(Sessions, item.Action, told);
            return;
        }

        told.InsidePort = 0;
        for (int first = item.PublicPort; first <= item.PublicPortLast;)
        {
            int end = ((first / Limits.BlockStretch) + 1) * Limits.BlockStretch;
            told.PublicPort = (ushort)first;
            told.PublicPortLast = (ushort)Math.Min(end - 1, item.PublicPortLast);
            TakePart(Blocks, item.Action, told);
            first = end;
        }
    }

    private void TakePart(BindingRing ring, NatAction action, in Binding told)
    {
        bool isKnown = false;
        int at = ring.FirstOfPublic(told.Public, told.PublicPort);
        for (int steps = 0; at != 0 && steps < Limits.BindingWalkMax; at = ring[at].NextOfPublic, steps++)
        {
            ref Binding before = ref ring[at];
            if (before.IsOpen && IsRival(before, told))
            {
                isKnown |= Meet(ref before, action, told);
            }
        }

        if (!isKnown && action != NatAction.Delete)
        {
            Add(ring, told);
        }

        if (!isKnown && action == NatAction.Delete)
        {
            // Somebody had it until now, since when is not known: a rival of whoever is told to have had it before.
            store.Count(Counter.WitnessUnmatched);
            Binding past = told;
            past.IsDoubtful = true;
            past.FromLo = long.MinValue / 2;
            (past.EndLo, past.EndHi) = (told.FromLo, told.FromHi);
            Add(ring, past);
        }
    }

    /// <summary>
    /// What a message means for an earlier one about the same tuple; true where it is the same binding.
    /// </summary>
    private static bool Meet(ref Binding before, NatAction action, in Binding told)
    {
        bool isSame = before.Inside == told.Inside && before.InsidePort == told.InsidePort
            && before.Realm == told.Realm;
        bool isRepeated = action == NatAction.Alive || (action == NatAction.Create && told.FromLo <= before.FromHi);
        if (isSame && isRepeated && !before.IsRestored)
        {
            before.SeenLo = told.FromLo;
            before.SeenHi = told.FromHi;
            return true;
        }

        // Another holder, or the same anew, or one that only the run before was told of: whatever was there is over.
        // Taken back from somebody who was not known to have it: what is known is wrong.
        before.EndLo = told.FromLo;
        before.EndHi = told.FromHi;
        before.IsDoubtful |= action == NatAction.Delete && !isSame;
        return action == NatAction.Delete && isSame;
    }

    private static bool IsRival(in Binding one, in Binding two) =>
        one.Witness == two.Witness && one.Public == two.Public
        && one.PublicPort <= two.PublicPortLast && two.PublicPort <= one.PublicPortLast
        && (one.Protocol == two.Protocol || one.Protocol == 0 || two.Protocol == 0)
        && (!one.IsSession || !two.IsSession
            || (one.PublicRemote == two.PublicRemote && one.RemotePort == two.RemotePort));

    private void Add(BindingRing ring, in Binding told)
    {
        if (told.IsStamped)
        {
            Trust.Note(told.Public);
        }

        Binding gone = ring.Add(told);
        bool isMissed = !gone.Public.IsNone && (gone.IsOpen || gone.EndHi + (2 * delayNs) > told.FromHi);
        if (isMissed)
        {
            store.Count(Counter.WitnessForgotten);
            if (!gone.IsRestored && gone.SeenHi + (4 * delayNs) > told.FromHi)
            {
                // So young that a flow may still ask for it.
                Trust.Of(gone.Witness, gone.Source).GapNs = told.FromHi;
            }
        }
    }

    private Binding BindingOf(in NatEvent item)
    {
        (long lo, long hi) = item.ArrivalNs != 0
            ? (item.ArrivalNs - delayNs, item.ArrivalNs)
            : (item.StampNs - errorNs, item.StampNs + item.StampStepNs + errorNs);
        return new Binding
        {
            Inside = item.InsideAddress,
            Public = item.PublicAddress,
            PublicRemote = item.PublicRemote,
            InsidePort = item.InsidePort,
            PublicPort = item.PublicPort,
            PublicPortLast = item.PublicPortLast,
            RemotePort = item.RemotePort,
            Source = item.Source,
            Protocol = item.Protocol,
            Witness = item.Witness,
            Course = item.Course,
            IsStamped = item.ArrivalNs == 0,
            FromLo = lo,
            FromHi = hi,
            SeenLo = lo,
            SeenHi = hi,
            EndLo = long.MaxValue,
            EndHi = long.MaxValue,
        };
    }

    /// <summary>
    /// Stamp and arrival cannot both be right: the clock is off, or the message was on its way for too long.
    /// </summary>
    private bool IsOff(in NatEvent item) => item.ArrivalNs != 0 && item.StampNs != 0
        && (item.StampNs - errorNs > item.ArrivalNs
            || item.StampNs + item.StampStepNs + errorNs < item.ArrivalNs - delayNs);

    private bool TryRealm(uint vrf, out ushort realm)
    {
        string name = options.Realm;
        bool isKnown = options.Vrfs.Count == 0 || options.Vrfs.TryGetValue(vrf, out name!);
        int number = isKnown ? realms.NumberOf(name) : -1;
        realm = (ushort)Math.Max(number, 0);
        return number >= 0;
    }
}
