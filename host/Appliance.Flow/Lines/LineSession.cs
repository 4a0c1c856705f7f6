using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>A session in memory: who, since when, and what it holds or held.</summary>
internal sealed class LineSession
{
    public required string Server { get; init; }

    /// <summary>Server and the server's name of the session, and its begin once a later one has the name.</summary>
    public required string Key { get; set; }

    public required string Realm { get; init; }

    public required LineSource Source { get; init; }

    public required LineReference Reference { get; set; }

    public string Equipment { get; set; } = "";

    public string Access { get; set; } = "";

    public required long StartNs { get; set; }

    /// <summary>Latest time at which it was known to be held.</summary>
    public required long HeardNs { get; set; }

    /// <summary>0 while it goes on.</summary>
    public long EndNs { get; set; }

    /// <summary>When the addresses fall back by themselves; 0 where that is not known.</summary>
    public long LeaseEndNs { get; set; }

    /// <summary>Progress that the newest interim showed; an older one shows less.</summary>
    public uint AgeSeconds { get; set; }

    public ulong Octets { get; set; }

    /// <summary>Ended by its own stop; any other end is only what was known, and it may show up again.</summary>
    public bool IsFinal { get; set; }

    /// <summary>Longest silence between two messages of it; 0 before the second.</summary>
    public long SilenceNs { get; set; }

    public List<Stretch> Held { get; } = [];
}

/// <summary>
/// One address, prefix or port range held by one session for one stretch of time. The stretches of an address are
/// linked, the newest begin first.
/// </summary>
internal sealed class Stretch(LineSession session, IpPrefix address, PortRange range, long startNs)
{
    public LineSession Session { get; } = session;

    public IpPrefix Address { get; } = address;

    /// <summary>The default for a session's own address.</summary>
    public PortRange Range { get; } = range;

    /// <summary>Name of the line in its records.</summary>
    public LineReference Reference { get; } = session.Reference;

    public bool IsBlock => !Range.Public.IsNone;

    public long StartNs { get; } = startNs;

    /// <summary>0 while it is held.</summary>
    public long EndNs { get; set; }

    /// <summary>Ended because another session took the address; its own end was not heard.</summary>
    public bool IsReplaced { get; set; }

    /// <summary>Held at the same time as another session's: neither ends the other.</summary>
    public bool IsContested { get; set; }

    /// <summary>When the last record of it was made; long.MinValue before the first.</summary>
    public long WrittenNs { get; set; } = long.MinValue;

    public Stretch? Newer { get; set; }

    public Stretch? Older { get; set; }
}
