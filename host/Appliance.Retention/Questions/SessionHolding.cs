using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>A session as its records have it: which reference held an address or prefix, from when to when.</summary>
internal sealed record SessionHolding
{
    public required Id16 Device { get; init; }

    /// <summary>Position of the record that is shown.</summary>
    public required FlowId Place { get; init; }

    public required string Realm { get; init; }

    public required IpPrefix Prefix { get; init; }

    /// <summary>The reference as recorded.</summary>
    public required string Subscriber { get; init; }

    /// <summary>What corrected the reference from <see cref="From"/> to <see cref="KnownUntil"/>; null where it
    /// stands.</summary>
    public LineCorrection? Corrected { get; init; }

    /// <summary>The reference that holds; empty where it was withdrawn and no other is known.</summary>
    public string Names => Corrected?.Subscriber ?? Subscriber;

    /// <summary>Positions of its records that were read.</summary>
    public required IReadOnlyList<FlowId> Records { get; init; }

    /// <summary>How far its times may be off by the clock of its box, microseconds.</summary>
    public long DoubtUs { get; init; }

    /// <summary>line, imsi, msisdn, user or session.</summary>
    public required string Type { get; init; }

    public required string Source { get; init; }

    public required string Equipment { get; init; }

    public required string Access { get; init; }

    public required TaiTime Start { get; init; }

    /// <summary>From when on the reference holds: the begin, but after a correction's.</summary>
    public required TaiTime From { get; init; }

    /// <summary>Recorded end; the default where the latest record shows it open.</summary>
    public required TaiTime End { get; init; }

    /// <summary>Until when it is known to have been held.</summary>
    public required TaiTime KnownUntil { get; init; }
}

/// <summary>
/// Puts the records of sessions together. A record with an end counts before one without, and the earliest end counts,
/// for a presumed end is corrected by an earlier one. A session that its latest record shows open is known to have been
/// held until the next record of it is overdue, until its box began anew, or until another session of the address
/// began after that record was made.
/// </summary>
internal sealed class SessionMerge
{
    private readonly Dictionary<(Id16, string, IpPrefix, TaiTime, string), Track> tracks = [];

    /// <summary>Takes the sessions of a batch.</summary>
    public void Take(OpenedRows opened)
    {
        StringPool strings = opened.Rows.Strings;
        for (int i = 0; i < opened.Rows.Sessions.Count; i++)
        {
            SessionRow row = opened.Rows.Sessions[i];
            var prefix = new IpPrefix(row.Address, row.PrefixLength);
            string subscriber = strings.Text(row.Subscriber);
            var key = (opened.Device, strings.Text(row.Realm), prefix, row.Start, subscriber);
            var place = new FlowId(opened.Epoch.Number, opened.Sequence, (uint)(opened.Rows.Flows.Count + i));
            List<FlowId> records = tracks.TryGetValue(key, out Track? known) ? known.Records : [];
            records.Add(place);
            if (known is not null && !IsBetter(row.End, opened.Last, known))
            {
                continue;
            }

            tracks[key] = new Track(row.End, opened.Last, records, opened.Corrections.Lines, new SessionHolding
            {
                Device = opened.Device,
                Place = place,
                Records = records,
                DoubtUs = opened.Corrections.SlackOf(row.Start, row.End),
                From = row.Start,
                Realm = key.Item2,
                Prefix = prefix,
                Subscriber = subscriber,
                Type = strings.Text(row.SubscriberType),
                Source = strings.Text(row.Source),
                Equipment = strings.Text(row.Equipment),
                Access = strings.Text(row.Access),
                Start = row.Start,
                End = row.End,
                KnownUntil = row.End,
            });
        }
    }

    /// <summary>All sessions, each with the time until which it is known.</summary>
    public Sessions Finish(Coverages coverages)
    {
        var all = new List<SessionHolding>(tracks.Count);
        foreach (Track track in tracks.Values)
        {
            SessionHolding session = track.End != default ? track.Session : track.Session with
            {
                KnownUntil = KnownUntil(track, coverages),
            };
            SessionParts.Add(all, session, track.Lines);
        }

        return new Sessions(all);
    }

    private static bool IsBetter(TaiTime end, TaiTime written, Track known) => known.End == default
        ? end != default || written > known.Written
        : end != default && end < known.End;

    private TaiTime KnownUntil(Track open, Coverages coverages)
    {
        TaiTime until = Window.Add(open.Written, Limits.SessionAgainUs + Limits.RecordSlackUs);
        TaiTime restart = coverages.NextRestart(open.Session.Device, open.Written);
        until = restart < until ? restart : until;
        foreach (Track other in tracks.Values)
        {
            bool isNext = other.Session.Realm == open.Session.Realm && other.Session.Prefix == open.Session.Prefix
                && other.Session.Start > open.Written && other.Session.Start < until;
            until = isNext ? other.Session.Start : until;
        }

        return until;
    }

    private sealed record Track(
        TaiTime End,
        TaiTime Written,
        List<FlowId> Records,
        IReadOnlyList<LineCorrection> Lines,
        SessionHolding Session);
}

/// <summary>The sessions that were read for a question.</summary>
internal sealed class Sessions(IReadOnlyList<SessionHolding> sessions)
{
    public IReadOnlyList<SessionHolding> All => sessions;

    /// <summary>
    /// The sessions that may have held a line's address when a flow began: those of the longest prefix, one for each
    /// reference. Messages of RADIUS and DHCP tell a begin or end to within some time; near a change of hands, both
    /// sides may be the one.
    /// </summary>
    public List<SessionHolding> Of(Line line, TaiTime time)
    {
        (string realm, Ip address) = line.Holds;
        var found = new List<SessionHolding>();
        foreach (SessionHolding session in sessions)
        {
            if (session.Realm == realm && session.Prefix.Contains(address)
                && Window.Add(session.From, -Math.Max(Limits.SessionSlackUs, session.DoubtUs)) <= time
                && time <= Window.Add(session.KnownUntil, Math.Max(Limits.SessionSlackUs, session.DoubtUs)))
            {
                Add(found, session);
            }
        }

        return found;
    }

    private static void Add(List<SessionHolding> found, SessionHolding session)
    {
        if (found.Count > 0 && found[0].Prefix.Length > session.Prefix.Length)
        {
            return;
        }

        if (found.Count > 0 && found[0].Prefix.Length < session.Prefix.Length)
        {
            found.Clear();
        }

        int same = found.FindIndex(other => other.Names == session.Names);
        if (same < 0)
        {
            found.Add(session);
        }
        else if (session.From > found[same].From)
        {
            found[same] = session;
        }
    }
}
