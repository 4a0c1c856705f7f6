namespace Appliance.Flow;

/// <summary>What a place in a log line means.</summary>
internal enum LogField : byte
{
    /// <summary>Text that must stand there.</summary>
    Literal = 0,

    /// <summary>Anything, up to where the next literal first stands.</summary>
    Skip,

    /// <summary>A word up to the next blank.</summary>
    Word,
    Number,
    Inside,
    InsidePort,
    Public,
    PublicPort,
    PublicLast,
    Remote,
    RemotePort,
    PublicRemote,
    Protocol,
    Vrf,

    /// <summary>Seconds since 1970, decimal or hexadecimal.</summary>
    Epoch,
    HexEpoch,
}

/// <summary>One part of a template: a field, or a literal.</summary>
internal readonly record struct LogPart(LogField Field, byte[] Text);

/// <summary>
/// One form of a vendor's log line: literals and fields in their order. The first literal may stand anywhere, the rest
/// follows it.
/// </summary>
internal sealed class LogTemplate(NatAction action, LogPart[] parts, int vendor)
{
    /// <summary>What the line says; None for a line that is known and says nothing of the NAT.</summary>
    public NatAction Action { get; } = action;

    public LogPart[] Parts { get; } = parts;

    public int Vendor { get; } = vendor;
}
