using System.Buffers.Binary;

namespace Appliance.Wire;

/// <summary>Short name of a key: the first 8 bytes of SHA-256 over its SubjectPublicKeyInfo (RFC 5280), DER.</summary>
public readonly record struct KeyId(ulong Value) : IComparable<KeyId>
{
    public const int Size = 8;

    /// <summary>Reads exactly 8 bytes; a shorter span is a broken invariant and throws.</summary>
    public static KeyId FromBytes(ReadOnlySpan<byte> bytes) => new(BinaryPrimitives.ReadUInt64BigEndian(bytes));

    /// <summary>Writes the 8 bytes.</summary>
    public void Write(Span<byte> destination) => BinaryPrimitives.WriteUInt64BigEndian(destination, Value);

    /// <summary>Order of the bytes.</summary>
    public int CompareTo(KeyId other) => Value.CompareTo(other.Value);

    /// <summary>16 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{Value:x16}";

    public static bool operator <(KeyId left, KeyId right) => left.Value < right.Value;

    public static bool operator >(KeyId left, KeyId right) => left.Value > right.Value;

    public static bool operator <=(KeyId left, KeyId right) => left.Value <= right.Value;

    public static bool operator >=(KeyId left, KeyId right) => left.Value >= right.Value;
}
