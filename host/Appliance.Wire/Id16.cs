using System.Buffers.Binary;

namespace Appliance.Wire;

/// <summary>A 16-byte identity: of a device, a notice, an epoch, a store. The default stands for "none".</summary>
public readonly record struct Id16(ulong High, ulong Low)
{
    public const int Size = 16;

    /// <summary>Reads exactly 16 bytes; a shorter span is a broken invariant and throws.</summary>
    public static Id16 FromBytes(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(bytes), BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]));

    /// <summary>Draws a new identity.</summary>
    public static Id16 New(RandomSource random)
    {
        Span<byte> bytes = stackalloc byte[Size];
        random(bytes);
        return FromBytes(bytes);
    }

    /// <summary>Parses 32 hexadecimal digits; false for anything else.</summary>
    public static bool TryParse(string? text, out Id16 id)
    {
        Span<byte> bytes = stackalloc byte[Size];
        bool good = text is { Length: 2 * Size }
            && Convert.FromHexString(text, bytes, out _, out int written) == System.Buffers.OperationStatus.Done
            && written == Size;
        id = good ? FromBytes(bytes) : default;
        return good;
    }

    /// <summary>Writes the 16 bytes.</summary>
    public void Write(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt64BigEndian(destination, High);
        BinaryPrimitives.WriteUInt64BigEndian(destination[8..], Low);
    }

    /// <summary>32 lower-case hexadecimal digits.</summary>
    public override string ToString() => $"{High:x16}{Low:x16}";
}

/// <summary>One run of a device: its number, counting up over the life of the device, and a random identity.</summary>
public readonly record struct EpochRef(uint Number, Id16 Id)
{
    public override string ToString() => $"{Number}/{Id}";
}
