namespace Appliance.Flow;

/// <summary>
/// A flow's tuple in 128 bits: IPv4 addresses as they are, IPv6 addresses as numbers of the <see cref="AddressTable"/>.
/// <code>
/// A: line address (32) | remote address (32)
/// B: line port (16) | remote port (16) | realm (16) | protocol (8) | 0 or 1 for IPv6 (8)
/// </code>
/// The same shape serves both indexes; on the outside the line's end is the public address and port. The remote end
/// is always part of it: a NAT may lend one public port to several lines towards different remotes.
/// </summary>
internal readonly struct FlowKey(ulong a, ulong b) : IEquatable<FlowKey>
{
    public readonly ulong A = a;
    public readonly ulong B = b;

    public FlowKey(uint line, uint remote, ushort linePort, ushort remotePort, ushort realm, byte protocol, bool isV6)
        : this(
            ((ulong)line << 32) | remote,
            ((ulong)linePort << 48) | ((ulong)remotePort << 32) | ((ulong)realm << 16) | ((ulong)protocol << 8)
            | (isV6 ? 1UL : 0))
    {
    }

    public uint Line => (uint)(A >> 32);

    public uint Remote => (uint)A;

    public ushort LinePort => (ushort)(B >> 48);

    public ushort RemotePort => (ushort)(B >> 32);

    public ushort Realm => (ushort)(B >> 16);

    public byte Protocol => (byte)(B >> 8);

    public bool IsV6 => (B & 1) != 0;

    /// <summary>What both legs of a flow share: remote end, protocol and family.</summary>
    public ulong RemotePart => Remote | ((ulong)RemotePort << 32) | ((ulong)Protocol << 48) | ((B & 1) << 56);

    public bool Equals(FlowKey other) => A == other.A && B == other.B;

    public override bool Equals(object? obj) => obj is FlowKey other && Equals(other);

    public override int GetHashCode() => (A ^ B).GetHashCode();
}
