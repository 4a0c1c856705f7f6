using System.Runtime.InteropServices;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>The sessions of a group, found again by what they hold.</summary>
internal sealed class GroupSessions
{
    public static readonly GroupSessions None = new([]);

    private readonly Dictionary<Ip, List<SessionHolding>> ofAddress = [];
    private readonly List<SessionHolding> ofPrefix = [];

    public GroupSessions(IReadOnlyList<SessionHolding> all)
    {
        foreach (SessionHolding session in all)
        {
            bool isAddress = session.Prefix.Length == (session.Prefix.Address.IsV4 ? 32 : 128);
            if (isAddress)
            {
                ref List<SessionHolding>? list =
                    ref CollectionsMarshal.GetValueRefOrAddDefault(ofAddress, session.Prefix.Address, out _);
                (list ??= []).Add(session);
            }
            else
            {
                ofPrefix.Add(session);
            }
        }
    }

    /// <summary>The sessions that may name these lines.</summary>
    public Sessions Of(IReadOnlyList<Line> lines)
    {
        if (lines.Count == 0 || ofAddress.Count + ofPrefix.Count == 0)
        {
            return new Sessions([]);
        }

        var sessions = new List<SessionHolding>(ofPrefix);
        foreach (Ip address in lines.Select(line => line.Holds.Address).Distinct())
        {
            sessions.AddRange(ofAddress.GetValueOrDefault(address) ?? []);
        }

        return new Sessions(sessions);
    }
}
