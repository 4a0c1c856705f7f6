using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// What a log told of one public tuple: who has it, and between which times it was given and taken back. Times are
/// intervals, since a message comes later than what it tells of.
/// </summary>
internal struct Binding
{
    public Ip Inside;
    public Ip Public;

    /// <summary>The remote as the internet knows it, as flows' keys have it; none for every remote.</summary>
    public Ip PublicRemote;
    public ushort InsidePort;
    public ushort PublicPort;
    public ushort PublicPortLast;
    public ushort RemotePort;
    public ushort Realm;
    public ushort Source;
    public byte Protocol;
    public Witnesses Witness;
    public LogCourse Course;

    /// <summary>Its time cannot be right, or another message contradicts it.</summary>
    public bool IsDoubtful;

    /// <summary>The log has no arrival times: its stamps must first prove themselves.</summary>
    public bool IsStamped;

    /// <summary>Told to the run before, and not again since.</summary>
    public bool IsRestored;

    /// <summary>Given at the earliest, at the latest.</summary>
    public long FromLo;
    public long FromHi;

    /// <summary>Last told to be there.</summary>
    public long SeenLo;
    public long SeenHi;

    /// <summary>Taken back at the earliest, at the latest; long.MaxValue while it is there.</summary>
    public long EndLo;
    public long EndHi;

    /// <summary>Flows that it explains, one on each leg: a session with its remote begins once.</summary>
    public ulong OutsideFlow;
    public ulong InsideFlow;
    public int NextOfPublic;
    public int NextOfInside;

    public readonly bool IsSession => !PublicRemote.IsNone;

    public readonly bool IsOpen => EndLo == long.MaxValue;

    public readonly bool HasPort(ushort port) =>
        (PublicPort == 0 && PublicPortLast == 0) || (port >= PublicPort && port <= PublicPortLast);

    public readonly bool IsProtocol(byte protocol) => Protocol == 0 || Protocol == protocol;
}
