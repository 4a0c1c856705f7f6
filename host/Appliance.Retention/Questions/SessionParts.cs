using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// Cuts a session where a correction of its line begins and ends: within it the corrected reference holds, before and
/// after the recorded one. Of several corrections of one moment the latest counts.
/// </summary>
internal static class SessionParts
{
    /// <param name="parts">Where the parts go, the earliest first.</param>
    /// <param name="session">The session as recorded.</param>
    /// <param name="lines">Corrections of its device, the latest first.</param>
    public static void Add(List<SessionHolding> parts, SessionHolding session, IReadOnlyList<LineCorrection> lines)
    {
        for (int i = 0; i < lines.Count; i++)
        {
            LineCorrection line = lines[i];
            bool isMeant = line.IsOfAll
                || line.Session?.Is(session.Realm, session.Prefix, session.Start) == true;
            if (!isMeant || line.From > session.KnownUntil || line.To < session.From)
            {
                continue;
            }

            // What the latest leaves is cut by the earlier ones.
            LineCorrection[] earlier = [.. lines.Skip(i + 1)];
            TaiTime from = line.From > session.From ? line.From : session.From;
            TaiTime until = line.To < session.KnownUntil ? line.To : session.KnownUntil;
            if (from > session.From)
            {
                Add(parts, session with { KnownUntil = Window.Add(from, -1) }, earlier);
            }

            parts.Add(session with { From = from, KnownUntil = until, Corrected = line });
            if (until < session.KnownUntil)
            {
                Add(parts, session with { From = Window.Add(until, 1) }, earlier);
            }

            return;
        }

        parts.Add(session);
    }
}
