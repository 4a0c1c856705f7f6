namespace Appliance.Wire;

/// <summary>Who holds the private half of a day key.</summary>
public enum KeyRole : byte
{
    /// <summary>The store's ingest, which recomputes roots and builds the index, then forgets.</summary>
    Ingest = 1,
    WardenA = 2,
    WardenB = 3,
}

/// <summary>
/// A day key: for one section, one UTC day and one role. The private half is there only at its holder.
/// </summary>
public sealed class RecipientKey
{
    private readonly byte[]? scalar;

    /// <summary>A key of which only the public half is known.</summary>
    public RecipientKey(byte section, int day, KeyRole role, PublicKey publicKey)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(day);
        ArgumentOutOfRangeException.ThrowIfNotEqual(section is 1 or 2, true, nameof(section));
        Section = section;
        Day = day;
        Role = role;
        Public = publicKey;
    }

    private RecipientKey(byte section, int day, KeyRole role, PublicKey publicKey, byte[] scalar)
        : this(section, day, role, publicKey) => this.scalar = scalar;

    /// <summary>1 attribution, 2 contact.</summary>
    public byte Section { get; }

    /// <summary>UTC days since 1970.</summary>
    public int Day { get; }

    public KeyRole Role { get; }

    public PublicKey Public { get; }

    public KeyId Kid => Public.Kid;

    public bool HasPrivate => scalar is not null;

    /// <summary>The private scalar; empty where it is not held here.</summary>
    internal ReadOnlySpan<byte> Private => scalar;

    /// <summary>A key with both halves.</summary>
    /// <exception cref="ArgumentException">The scalar is not a private key of P-256.</exception>
    public static RecipientKey FromPrivate(byte section, int day, KeyRole role, ReadOnlySpan<byte> scalar)
    {
        if (!P256.IsScalar(scalar) || !PublicKey.TryFromPoint(P256.PointOf(scalar), out PublicKey? publicKey))
        {
            throw new ArgumentException("not a private key of P-256", nameof(scalar));
        }

        return new RecipientKey(section, day, role, publicKey, scalar.ToArray());
    }

    /// <summary>Draws a new pair.</summary>
    public static RecipientKey New(byte section, int day, KeyRole role, RandomSource random)
    {
        Span<byte> scalar = stackalloc byte[P256.ScalarSize];
        SigningKey.NewPrivate(random, scalar);
        RecipientKey key = FromPrivate(section, day, role, scalar);
        System.Security.Cryptography.CryptographicOperations.ZeroMemory(scalar);
        return key;
    }

    /// <summary>
    /// The key that makes the filter tokens of this section and day: HKDF-Expand(private half, "icr/v1 index"). So it
    /// is destroyed with the day key itself.
    /// </summary>
    /// <exception cref="InvalidOperationException">The private half is not here.</exception>
    public byte[] IndexKey() => System.Security.Cryptography.HKDF.Expand(
        System.Security.Cryptography.HashAlgorithmName.SHA256,
        scalar ?? throw new InvalidOperationException("an index key comes from a private day key"),
        Hash32.Size,
        "icr/v1 index"u8.ToArray());

    /// <summary>The same key without its private half.</summary>
    public RecipientKey PublicOnly() => new(Section, Day, Role, Public);
}
