using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>Who is logged in. A cookie is a random name of 256 bits and says nothing else.</summary>
internal sealed class Sessions(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, Session> all = new();

    /// <summary>Begins a session; null where too many people are logged in.</summary>
    public Session? Begin(Id16 person, KeyId key, string credential)
    {
        DropEnded();
        if (all.Count >= ConsoleLimits.SessionsMax)
        {
            return null;
        }

        string id = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var session = new Session(id, person, key, credential, clock.GetTimestamp());
        all[id] = session;
        return session;
    }

    /// <summary>The session of a cookie, or null; finding it keeps it alive.</summary>
    public Session? Find(string? cookie)
    {
        if (cookie is null || !all.TryGetValue(cookie, out Session? session) || IsOver(session))
        {
            return null;
        }

        session.Seen = clock.GetTimestamp();
        return session;
    }

    public void End(Session session) => all.TryRemove(session.Id, out _);

    private void DropEnded()
    {
        foreach (Session session in all.Values)
        {
            if (IsOver(session))
            {
                End(session);
            }
        }
    }

    private bool IsOver(Session session) =>
        clock.GetElapsedTime(session.Seen) > ConsoleLimits.SessionIdle
        || clock.GetElapsedTime(session.Began) > ConsoleLimits.SessionLife;
}
