using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Lab.Oracle;

/// <summary>
/// What the oracle is told about the network between the legs. Its reading of RFC 6052 is its own: byte by byte, as
/// the figure of section 2.2 draws it.
/// </summary>
public sealed record OracleNet
{
    private const int UOctet = 8;

    /// <summary>True for the addresses of lines on the inside leg.</summary>
    public required Func<Ip, bool> IsInside { get; init; }

    /// <summary>True for public addresses of the provider on the outside leg.</summary>
    public required Func<Ip, bool> IsPublic { get; init; }

    /// <summary>A NAT64's prefix, none without one.</summary>
    public IpPrefix Nat64 { get; init; }

    /// <summary>Remotes that a twice NAT rewrites, as the inside shows them; none without one.</summary>
    public IpPrefix TwiceInside { get; init; }

    /// <summary>The same remotes as the outside shows them.</summary>
    public IpPrefix TwiceOutside { get; init; }

    /// <summary>The NAT writes TCP's numbers anew: they are no evidence.</summary>
    public bool IsRewritten { get; init; }

    /// <summary>
    /// Gateways in the NAT change the length of what lines send, so that the numbers of the line's side of a connection
    /// may differ after its handshake.
    /// </summary>
    public bool IsResized { get; init; }

    /// <summary>True where an address of the inside leg stands for a remote with another address outside.</summary>
    internal bool TryOutside(Ip inside, out Ip outside)
    {
        outside = inside;
        if (Nat64.Length > 0 && Nat64.Contains(inside))
        {
            outside = Embedded(inside);
            return true;
        }

        if (TwiceInside.Length > 0 && TwiceInside.Contains(inside))
        {
            uint rest = uint.MaxValue >> TwiceInside.Length;
            outside = Ip.FromV4((TwiceOutside.Address.V4 & ~rest) | (inside.V4 & rest));
            return true;
        }

        return false;
    }

    private Ip Embedded(Ip inside)
    {
        Span<byte> bytes = stackalloc byte[16];
        Span<byte> found = stackalloc byte[4];
        inside.Write(bytes);
        int at = Nat64.Length / 8;
        for (int n = 0; n < found.Length; n++)
        {
            at += at == UOctet && Nat64.Length < 96 ? 1 : 0;
            found[n] = bytes[at++];
        }

        return Ip.FromV4(BinaryPrimitives.ReadUInt32BigEndian(found));
    }
}
