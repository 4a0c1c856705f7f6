namespace Appliance.Flow;

/// <summary>What a look at a packet brought.</summary>
public enum NameOutcome : byte
{
    /// <summary>Not yet: bring the flow's next packet too.</summary>
    More,

    /// <summary>The name stands in <see cref="NameSniffer.Name"/> until the next call.</summary>
    Found,

    /// <summary>This flow shows none; it need not be brought again.</summary>
    None,
}

/// <summary>
/// What name finding remembers of one flow: 8 bytes for its cold line; the default value to begin with.
/// </summary>
public struct NameState
{
    /// <summary>TCP: sequence number of the first byte of the message looked for. QUIC: a running number.</summary>
    internal uint Token;

    /// <summary>Number of the buffer that holds an unfinished hello; 0 for none.</summary>
    internal ushort Buffer;
    internal byte Packets;
    internal NameFlags Flags;
}

[Flags]
internal enum NameFlags : byte
{
    None = 0,

    /// <summary><see cref="NameState.Token"/> is a sequence number.</summary>
    StartKnown = 1,

    /// <summary>It is one of the client's direction.</summary>
    StartFromClient = 2,

    /// <summary>What begins there is neither TLS nor HTTP: only a hello later in the stream is looked for.</summary>
    StartTried = 4,
}
