using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>
/// Whether records bear out the lines of an answer, by what they name and by what corrections of the pack leave of it:
/// neither is a line named that is withdrawn, nor one left out that is not.
/// </summary>
internal static class PackLines
{
    public static bool Agrees(PackState state, ClaimedRecord claim, DisclosedRow row, PackCorrections corrections) =>
        claim.Asked is { } asked
            ? IsOfLine(state, claim, row, asked, corrections)
            : IsOfCandidate(state, claim, row, corrections);

    /// <summary>Whether the record, or a session beside one that names nobody, was recorded with the line.</summary>
    public static bool IsRecorded(PackState state, ClaimedRecord claim, DisclosedRow row)
    {
        string line = claim.Asked ?? claim.Line;
        return line.Length > 0 && (row.Subscriber.Length > 0
            ? row.Subscriber == line
            : state.Rows.Exists(session => session.Kind == RecordKind.Session && session.Subscriber == line
                && claim.Near.Contains(new RecordAt(session.Device, session.Place)) && Has(session, row)));
    }

    private static bool IsOfCandidate(
        PackState state, ClaimedRecord claim, DisclosedRow row, PackCorrections corrections)
    {
        if (row.Subscriber.Length == 0)
        {
            return IsOfItsSession(state, claim, row, corrections);
        }

        if (row.Kind == RecordKind.Flow)
        {
            return corrections.LineOf(row, row.Start) == claim.Line;
        }

        DisclosedRow[] flows = [.. state.Rows.Where(other => other.Kind == RecordKind.Flow
            && other.Section == SectionPlain.AttributionNumber
            && claim.Near.Contains(new RecordAt(other.Device, other.Place)))];
        TaiTime from = flows.Length > 0 ? flows.Min(flow => flow.Start) : state.Question!.From;
        TaiTime to = flows.Length > 0 ? flows.Max(flow => flow.Start) : state.Question!.To;
        return corrections.Names(row, claim.Line, from, to);
    }

    // What names nobody says nothing of the line; a session of the candidate that was held then does.
    private static bool IsOfItsSession(
        PackState state, ClaimedRecord claim, DisclosedRow row, PackCorrections corrections)
    {
        DisclosedRow[] held = row.Kind != RecordKind.Flow ? [] : [.. state.Rows.Where(session =>
            session.Kind == RecordKind.Session && claim.Near.Contains(new RecordAt(session.Device, session.Place))
            && Has(session, row) && corrections.Holds(session, row.Start))];
        return held.Length == 0
            || held.Any(session => corrections.Names(session, claim.Line, row.Start, row.Start));
    }

    private static bool IsOfLine(
        PackState state, ClaimedRecord claim, DisclosedRow row, string asked, PackCorrections corrections)
    {
        int slash = asked.LastIndexOf('/');
        if (Ip.TryParse(asked.AsSpan(slash + 1), out Ip inside))
        {
            return row.Inside == inside && (slash < 0 || row.Realm == asked[..slash]);
        }

        if (row.Kind == RecordKind.Session)
        {
            return corrections.Names(row, asked, row.Start, row.End == default ? state.Question!.To : row.End);
        }

        return row.Subscriber.Length > 0
            ? corrections.LineOf(row, row.Start) == asked
            : state.Rows.Exists(session => session.Kind == RecordKind.Session
                && claim.Near.Contains(new RecordAt(session.Device, session.Place))
                && Has(session, row) && corrections.Holds(session, row.Start)
                && corrections.Names(session, asked, row.Start, row.Start));
    }

    // Behind a softwire the session has the line's own end of that, which stands behind the realm.
    private static bool Has(DisclosedRow session, DisclosedRow row)
    {
        int slash = row.Realm.LastIndexOf('/');
        (string realm, Ip held) = slash > 0 && Ip.TryParse(row.Realm.AsSpan(slash + 1), out Ip softwire)
            ? (row.Realm[..slash], softwire) : (row.Realm, row.Inside);
        return session.Realm == realm && new IpPrefix(session.Inside, session.PrefixLength).Contains(held);
    }
}
