namespace Appliance.Wire;

/// <summary>What the notice allows to be kept (DESIGN section 4, step 6).</summary>
public enum PolicyProfile : byte
{
    /// <summary>Bindings, sessions, blocks: who had which address. Nothing of what was contacted.</summary>
    SourceOnly = 0,

    /// <summary>With remote address and port, service name and volume.</summary>
    UkIcr = 1,

    /// <summary>With remote address and port; no names, no volume.</summary>
    Ipdr = 2,
}

/// <summary>How much of a service name is kept.</summary>
public enum NamePolicy : byte
{
    None = 0,

    /// <summary>The host name as it was sent; never a path.</summary>
    Host = 1,
}

/// <summary>An address range.</summary>
/// <param name="Address">Any address in it.</param>
/// <param name="Length">Bits that count, of the address's own family: 0 to 32 or 0 to 128.</param>
public readonly record struct IpPrefix(Ip Address, int Length)
{
    /// <summary>Whether the address is in the range; never for another family.</summary>
    public bool Contains(Ip address)
    {
        if (Address.IsV4 != address.IsV4 || address.IsNone)
        {
            return false;
        }

        int bits = Address.IsV4 ? 96 + Length : Length;
        ulong high = Mask(Math.Min(bits, 64));
        ulong low = Mask(Math.Max(bits - 64, 0));
        return ((Address.High ^ address.High) & high) == 0 && ((Address.Low ^ address.Low) & low) == 0;
    }

    /// <summary>Whether an address can be in both.</summary>
    public bool Overlaps(IpPrefix other) =>
        Length <= other.Length ? Contains(other.Address) : other.Contains(Address);

    /// <summary>Parses "address/length"; false for anything else.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out IpPrefix prefix)
    {
        prefix = default;
        int slash = text.IndexOf('/');
        if (slash < 0 || !Ip.TryParse(text[..slash], out Ip address)
            || !byte.TryParse(text[(slash + 1)..], System.Globalization.NumberStyles.None, null, out byte length)
            || length > (address.IsV4 ? 32 : 128))
        {
            return false;
        }

        prefix = new IpPrefix(address, length);
        return true;
    }

    private static ulong Mask(int bits) => bits == 0 ? 0 : ulong.MaxValue << (64 - bits);
}

/// <summary>What may exist at all, as the signed notice says it.</summary>
public sealed record PolicyOptions
{
    public PolicyProfile Profile { get; init; } = PolicyProfile.SourceOnly;

    public NamePolicy Names { get; init; } = NamePolicy.Host;

    /// <summary>A flow whose inside, public or remote address is in one of these is not recorded.</summary>
    public IReadOnlyList<IpPrefix> Excluded { get; init; } = [];
}
