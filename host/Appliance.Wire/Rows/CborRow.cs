using System.Buffers.Binary;

namespace Appliance.Wire;

/// <summary>
/// Writes the few CBOR items of canonical rows (RFC 8949 section 4.2.1: shortest heads, definite lengths).
/// </summary>
internal ref struct CborRow(Span<byte> room)
{
    private const byte UnsignedType = 0;
    private const byte NegativeType = 1 << 5;
    private const byte BytesType = 2 << 5;
    private const byte TextType = 3 << 5;
    private const byte ArrayType = 4 << 5;
    private const byte False = 0xF4;
    private const byte True = 0xF5;
    private const byte NullItem = 0xF6;

    private readonly Span<byte> room = room;

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public void Array(int count) => Head(ArrayType, (ulong)count);

    public void Number(ulong value) => Head(UnsignedType, value);

    public void Signed(long value) => Head(value < 0 ? NegativeType : UnsignedType, (ulong)(value ^ (value >> 63)));

    public void Flag(bool value) => room[Length++] = value ? True : False;

    public void Null() => room[Length++] = NullItem;

    public void Text(ReadOnlySpan<byte> utf8)
    {
        Head(TextType, (ulong)utf8.Length);
        utf8.CopyTo(room[Length..]);
        Length += utf8.Length;
    }

    /// <summary>4 bytes, 16 bytes, or none.</summary>
    public void Address(Ip address)
    {
        int head = Length++;
        int count = address.Write(room[Length..]);
        room[head] = (byte)(BytesType | count);
        Length += count;
    }

    private void Head(byte type, ulong value)
    {
        Span<byte> at = room[Length..];
        if (value < 24)
        {
            at[0] = (byte)(type | (byte)value);
            Length += 1;
        }
        else if (value <= byte.MaxValue)
        {
            at[1] = (byte)value;
            at[0] = (byte)(type | 24);
            Length += 2;
        }
        else if (value <= ushort.MaxValue)
        {
            BinaryPrimitives.WriteUInt16BigEndian(at[1..], (ushort)value);
            at[0] = (byte)(type | 25);
            Length += 3;
        }
        else if (value <= uint.MaxValue)
        {
            BinaryPrimitives.WriteUInt32BigEndian(at[1..], (uint)value);
            at[0] = (byte)(type | 26);
            Length += 5;
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(at[1..], value);
            at[0] = (byte)(type | 27);
            Length += 9;
        }
    }
}
