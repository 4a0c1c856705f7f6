namespace Appliance.Flow;

/// <summary>Which addresses of a key are numbers of the <see cref="AddressTable"/> instead of IPv4 addresses.</summary>
[Flags]
internal enum KeyFlags : byte
{
    None = 0,

    /// <summary>The line's (or public) end: IPv6, or IPv4 behind a softwire.</summary>
    Line = 1,

    /// <summary>The remote end.</summary>
    Remote = 2,

    /// <summary>Only in a flow's hot line: the public end, which its inside key does not have.</summary>
    Public = 4,
}

/// <summary>
/// A flow's tuple in 128 bits: IPv4 addresses as they are, all others as numbers of the <see cref="AddressTable"/>.
/// <code>
/// A: line address (32) | remote address (32)
/// B: line port (16) | remote port (16) | realm (16) | protocol (8) | flags (8)
/// </code>
/// The same shape serves both indexes; on the outside the line's end is the public address and port. The remote end
/// is always part of it: a NAT may lend one public port to several lines towards different remotes. Either end may be
/// of either family: a NAT64 has lines with IPv6 addresses and remotes with IPv4 addresses.
/// </summary>
internal readonly struct FlowKey(ulong a, ulong b) : IEquatable<FlowKey>
{
    public readonly ulong A = a;
    public readonly ulong B = b;

    public FlowKey(
        uint line, uint remote, ushort linePort, ushort remotePort, ushort realm, byte protocol, KeyFlags flags)
        : this(
            ((ulong)line << 32) | remote,
            ((ulong)linePort << 48) | ((ulong)remotePort << 32) | ((ulong)realm << 16) | ((ulong)protocol << 8)
            | (byte)flags)
    {
    }

    public uint Line => (uint)(A >> 32);

    public uint Remote => (uint)A;

    public ushort LinePort => (ushort)(B >> 48);

    public ushort RemotePort => (ushort)(B >> 32);

    public ushort Realm => (ushort)(B >> 16);

    public byte Protocol => (byte)(B >> 8);

    public KeyFlags Flags => (KeyFlags)(byte)B;

    public bool IsLineNumber => (B & (byte)KeyFlags.Line) != 0;

    public bool IsRemoteNumber => (B & (byte)KeyFlags.Remote) != 0;

    public bool Equals(FlowKey other) => A == other.A && B == other.B;

    public override bool Equals(object? obj) => obj is FlowKey other && Equals(other);

    public override int GetHashCode() => (A ^ B).GetHashCode();
}
