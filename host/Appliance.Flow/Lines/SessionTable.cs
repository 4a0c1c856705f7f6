using System.Diagnostics.CodeAnalysis;
using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>
/// From messages to records: which line held which address, prefix or port range, from when to when. Messages may come
/// twice, late, in any order, or not at all. Runs on one thread, reads no clock; one instance a box.
/// <code>
///  message       session unknown              session open            session ended
///  start         begins                       repeated, or an         a new one, if later than the end
///                                             earlier begin
///  interim       begins at its age            goes on; takes and      goes on, unless its stop was heard
///                                             gives addresses
///  stop          begins at its age, ends      ends                    an earlier end
///  server reset  -                            ends, if older          -
///  another session's start of the address: the stretch ends there; heard of later, both hold it (a conflict)
/// </code>
/// </summary>
public sealed class SessionTable
{
    private const long SecondNs = 1_000_000_000;
    private readonly Dictionary<string, LineSession> sessions = [];
    private readonly Dictionary<string, long> interimGaps = [];
    private readonly StretchKeeper keeper;
    private readonly LineOptions options;
    private readonly LineTally tally;
    private long nextSweepNs = long.MinValue;

    public SessionTable(LineOptions options, LineTally tally)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SessionLimit, Limits.SessionsMin);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.SessionLimit, Limits.SessionsMax);
        this.options = options;
        this.tally = tally;
        keeper = new StretchKeeper(options, tally);
    }

    /// <summary>Sessions in memory.</summary>
    public int Count => sessions.Count;

    /// <summary>Addresses and port ranges of which something is remembered.</summary>
    public int Addresses => keeper.Addresses;

    /// <summary>The latest raw time that a message or a call gave.</summary>
    public long NowNs { get; private set; } = long.MinValue;

    /// <summary>Records that are ready and not taken yet.</summary>
    public int Waiting => keeper.Ready.Count;

    /// <summary>Takes the next record that is ready.</summary>
    public bool TryNext([MaybeNullWhen(false)] out LineRecord record) =>
        keeper.Ready.TryDequeue(out record);

    /// <summary>Takes one message; its records are ready afterwards.</summary>
    public void Take(LineEvent happened)
    {
        AdvanceTo(happened.HeardNs);
        if (happened.DelaySeconds > Limits.EventDelaySecondsMax)
        {
            tally.Other++;
            return;
        }

        long at = happened.HeardNs - (happened.DelaySeconds * SecondNs);
        if (happened.Kind == LineEventKind.ServerReset)
        {
            EndAllOf(happened.Server, at);
        }
        else if (happened.Session.Length == 0)
        {
            tally.Empty++;
        }
        else
        {
            Take(happened, at);
        }
    }

    /// <summary>Takes the operator's prefixes: each is held from now on, as long as the program runs.</summary>
    public void Take(IReadOnlyList<StaticLine> lines, long nowNs)
    {
        var happened = new LineEvent();
        foreach (StaticLine line in lines)
        {
            happened.Clear();
            (happened.Kind, happened.Source, happened.HeardNs) = (LineEventKind.Start, LineSource.Static, nowNs);
            (happened.Server, happened.LineName) = (StaticLines.Server, line.Line);
            happened.Realm = line.Realm;
            happened.Session = $"{line.Realm}/{line.Prefix.Address}/{line.Prefix.Length}";
            happened.Add(line.Prefix);
            Take(happened);
        }
    }

    /// <summary>Moves time on: silent sessions end, long ones are recorded again, old ones are forgotten.</summary>
    public void AdvanceTo(long nowNs)
    {
        NowNs = Math.Max(NowNs, nowNs);
        keeper.NowNs = NowNs;
        if (NowNs < nextSweepNs)
        {
            return;
        }

        nextSweepNs = NowNs + Limits.SessionSweepNs;
        foreach (LineSession session in sessions.Values)
        {
            Sweep(session);
        }
    }

    /// <summary>The sessions that go on, for the table that survives a restart.</summary>
    internal IEnumerable<LineSession> Open()
    {
        foreach (LineSession session in sessions.Values)
        {
            if (session.EndNs == 0)
            {
                yield return session;
            }
        }
    }

    /// <summary>
    /// Takes a session from before a restart: as it was, or ended at the time until which it is known.
    /// </summary>
    internal void Restore(LineSession session, long knownUntilNs, bool isTrusted)
    {
        if (sessions.Count >= options.SessionLimit || !sessions.TryAdd(session.Key, session))
        {
            tally.Refused++;
            return;
        }

        if (!isTrusted)
        {
            session.EndNs = Math.Max(knownUntilNs, session.StartNs);
            session.Held.ForEach(stretch => stretch.EndNs = Math.Max(session.EndNs, stretch.StartNs));
        }

        session.Held.ForEach(keeper.Enter);
    }

    private void Take(LineEvent happened, long at)
    {
        string key = KeyOf(happened);
        bool isKnown = sessions.TryGetValue(key, out LineSession? session);
        if (isKnown && session!.EndNs != 0 && happened.Kind == LineEventKind.Start && at > session.EndNs)
        {
            // The server uses the name again.
            sessions.Remove(key);
            session.Key = $"{key}\n{session.StartNs}";
            sessions[session.Key] = session;
            isKnown = false;
        }

        if (!isKnown)
        {
            TakeUnknown(happened, at);
        }
        else if (!IsNews(session!, happened, at))
        {
            tally.Repeated++;
        }
        else
        {
            GoOn(session!, happened, at);
        }
    }

    private void TakeUnknown(LineEvent happened, long at)
    {
        long start = at - ((happened.Kind == LineEventKind.Start ? 0 : happened.SessionSeconds ?? 0) * SecondNs);
        if (happened.Kind != LineEventKind.Start && happened.Source is LineSource.Radius or LineSource.RadiusUnchecked)
        {
            tally.StartsMissed++;
        }

        var session = new LineSession
        {
            Server = happened.Server,
            Key = KeyOf(happened),
            Realm = options.RealmOf(happened),
            Source = happened.Source,
            Reference = LineReference.Of(happened, options.Naming),
            Equipment = happened.Imei.Length > 0 ? happened.Imei : happened.Mac,
            Access = AccessOf(happened),
            StartNs = start,
            HeardNs = at,
        };
        Note(session, happened, at);
        bool hasRoom = sessions.Count < options.SessionLimit || Forget();
        if (hasRoom)
        {
            sessions[session.Key] = session;
        }
        else
        {
            tally.Refused++;
        }

        keeper.Hold(session, happened, start, at);
        if (happened.Kind == LineEventKind.Stop)
        {
            keeper.End(session, at, isFinal: true);
        }

        if (!hasRoom)
        {
            // Whoever held the address before does so no more, whether or not the new holder can be remembered.
            keeper.Forget(session);
        }
    }

    /// <summary>False for what is repeated or older than what is known.</summary>
    private static bool IsNews(LineSession session, LineEvent happened, long at)
    {
        switch (happened.Kind)
        {
            case LineEventKind.Start:
                return session.EndNs == 0 && at < session.StartNs - SecondNs;
            case LineEventKind.Stop:
                return session.EndNs == 0 || !session.IsFinal || at < session.EndNs - SecondNs;
            default:
                bool isOlder = happened.SessionSeconds is { } age ? age < session.AgeSeconds
                    : happened.Octets < session.Octets || at < session.HeardNs;
                return !isOlder && (session.EndNs == 0 || (!session.IsFinal && at > session.EndNs));
        }
    }

    private void GoOn(LineSession session, LineEvent happened, long at)
    {
        if (session.EndNs != 0 && at > session.EndNs)
        {
            keeper.Revive(session);
        }

        long from = happened.Kind == LineEventKind.Start ? at : Math.Max(at, session.StartNs);
        Note(session, happened, at);
        if (happened.Kind == LineEventKind.Interim)
        {
            LearnGap(session);
        }

        keeper.Hold(session, happened, from, at);
        if (happened.Kind == LineEventKind.Start)
        {
            session.StartNs = Math.Min(session.StartNs, at);
        }
        else if (happened.Kind == LineEventKind.Stop)
        {
            keeper.End(session, at, isFinal: true);
        }
    }

    /// <summary>What a message shows of the session's progress.</summary>
    private static void Note(LineSession session, LineEvent happened, long at)
    {
        session.SilenceNs = Math.Max(session.SilenceNs, at - session.HeardNs);
        session.HeardNs = Math.Max(session.HeardNs, at);
        session.AgeSeconds = Math.Max(session.AgeSeconds, happened.SessionSeconds ?? 0);
        session.Octets = Math.Max(session.Octets, happened.Octets);
        session.LeaseEndNs = happened.LeaseSeconds == 0 ? session.LeaseEndNs : at + (happened.LeaseSeconds * SecondNs);
    }

    private void EndAllOf(string server, long at)
    {
        foreach (LineSession session in sessions.Values)
        {
            if (session.EndNs == 0 && session.Server == server && session.StartNs < at)
            {
                tally.EndedByServer++;
                keeper.End(session, at, isFinal: false);
            }
        }
    }

    private void Sweep(LineSession session)
    {
        if (session.EndNs != 0)
        {
            long remember = session.IsFinal ? Limits.SessionLingerNs : Limits.SessionDoubtNs;
            if (NowNs - Math.Max(session.EndNs, session.HeardNs) > remember)
            {
                Remove(session);
            }

            return;
        }

        long until = session.LeaseEndNs != 0 ? session.LeaseEndNs : session.HeardNs + SilenceOf(session);
        if (session.Source != LineSource.Static && NowNs > until)
        {
            tally.TimedOut++;
            keeper.End(session, session.LeaseEndNs != 0 ? until : session.HeardNs, isFinal: false);
            return;
        }

        foreach (Stretch stretch in session.Held)
        {
            bool isDue = stretch.WrittenNs == long.MinValue || NowNs - stretch.WrittenNs >= Limits.SessionAgainNs;
            if (stretch.EndNs == 0 && isDue)
            {
                keeper.Record(stretch);
            }
        }
    }

    /// <summary>A server that sends interims for some sessions sends them for all.</summary>
    private void LearnGap(LineSession session)
    {
        if (interimGaps.Count >= Limits.ServersMax)
        {
            interimGaps.Clear();
        }

        interimGaps[session.Server] = Math.Max(interimGaps.GetValueOrDefault(session.Server), session.SilenceNs);
    }

    /// <summary>Longest silence of a session that goes on.</summary>
    private long SilenceOf(LineSession session)
    {
        long gap = Math.Max(session.SilenceNs, interimGaps.GetValueOrDefault(session.Server));
        long most = options.SilentSecondsMax * SecondNs;
        return gap == 0 ? most : Math.Clamp(gap * Limits.SessionInterimsMissed, Limits.SessionSilenceNs, most);
    }

    /// <summary>Forgets ended sessions before their time, to make room; false where there are none.</summary>
    private bool Forget()
    {
        bool any = false;
        foreach (LineSession session in sessions.Values)
        {
            if (session.EndNs != 0)
            {
                Remove(session);
                any = true;
            }
        }

        return any;
    }

    // Removing the entry that an enumeration has just given is allowed.
    private void Remove(LineSession session)
    {
        keeper.Forget(session);
        sessions.Remove(session.Key);
    }

    private static string KeyOf(LineEvent happened) => $"{happened.Server}\n{happened.Session}";

    private static string AccessOf(LineEvent from)
    {
        string access = from.Server;
        foreach (string part in (ReadOnlySpan<string>)[from.Port, from.Called, from.Location])
        {
            access = part.Length == 0 ? access : $"{access} {part}";
        }

        return access.Length <= RowLimits.StringBytesMax ? access : access[..RowLimits.StringBytesMax];
    }
}
