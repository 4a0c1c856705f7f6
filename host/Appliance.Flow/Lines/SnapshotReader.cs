using System.Buffers.Binary;
using System.Text;
using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>
/// Reads what a BinaryWriter wrote, little-endian, texts behind their length. Beyond the end everything is zero, and
/// <see cref="IsBad"/> says so.
/// </summary>
internal ref struct SnapshotReader(ReadOnlySpan<byte> bytes)
{
    private const int LengthGroups = 3;
    private ReadOnlySpan<byte> rest = bytes;

    /// <summary>More was read than there is.</summary>
    public bool IsBad { get; private set; }

    public readonly bool IsAtEnd => rest.IsEmpty;

    public byte Byte() => Take(1) is { Length: 1 } one ? one[0] : (byte)0;

    public bool Bool() => Byte() == 1;

    public ushort Port() => Take(sizeof(ushort)) is { Length: > 0 } two
        ? BinaryPrimitives.ReadUInt16LittleEndian(two) : (ushort)0;

    public uint UInt() => Take(sizeof(uint)) is { Length: > 0 } four
        ? BinaryPrimitives.ReadUInt32LittleEndian(four) : 0;

    public long Long() => Take(sizeof(long)) is { Length: > 0 } eight
        ? BinaryPrimitives.ReadInt64LittleEndian(eight) : 0;

    public Ip Address() => new((ulong)Long(), (ulong)Long());

    /// <summary>Length in groups of seven bits, the low one first, then UTF-8.</summary>
    public string Text()
    {
        int length = 0;
        for (int group = 0; group < LengthGroups; group++)
        {
            byte part = Byte();
            length |= (part & 0x7F) << (7 * group);
            if (part < 0x80)
            {
                return Encoding.UTF8.GetString(Take(length));
            }
        }

        IsBad = true;
        return "";
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > rest.Length)
        {
            IsBad = true;
            rest = default;
            return default;
        }

        ReadOnlySpan<byte> taken = rest[..count];
        rest = rest[count..];
        return taken;
    }
}
