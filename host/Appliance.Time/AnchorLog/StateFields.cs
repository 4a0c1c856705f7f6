using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Appliance.Time.AnchorLog;

/// <summary>
/// One list of fields for writing, for reading and for the table of the layout: each is laid where the one before it
/// ends, little-endian, at its own width. How the runtime lays a structure out in memory does not matter.
/// </summary>
internal ref struct StateFields
{
    private readonly Span<byte> bytes;
    private readonly bool isReading;
    private readonly List<(int At, int Bytes, string Name)>? told;

    private StateFields(Span<byte> bytes, bool isReading, List<(int At, int Bytes, string Name)>? told)
    {
        this.bytes = bytes;
        this.isReading = isReading;
        this.told = told;
    }

    /// <summary>Bytes so far.</summary>
    public int Length { get; private set; }

    /// <summary>The bytes to read were too few, or held a value that this field cannot have.</summary>
    public bool IsBroken { get; private set; }

    public static StateFields Writer(Span<byte> to, List<(int At, int Bytes, string Name)>? told = null) =>
        new(to, isReading: false, told);

    /// <summary>The bytes are only read.</summary>
    public static StateFields Reader(Span<byte> from) => new(from, isReading: true, null);

    public void Number(ref double value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        Span<byte> at = Next(8, name);
        if (at.IsEmpty)
        {
            return;
        }

        if (isReading)
        {
            value = BinaryPrimitives.ReadDoubleLittleEndian(at);
        }
        else
        {
            BinaryPrimitives.WriteDoubleLittleEndian(at, value);
        }
    }

    public void Number(ref long value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        Span<byte> at = Next(8, name);
        if (at.IsEmpty)
        {
            return;
        }

        if (isReading)
        {
            value = BinaryPrimitives.ReadInt64LittleEndian(at);
        }
        else
        {
            BinaryPrimitives.WriteInt64LittleEndian(at, value);
        }
    }

    public void Number(ref int value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        Span<byte> at = Next(4, name);
        if (at.IsEmpty)
        {
            return;
        }

        if (isReading)
        {
            value = BinaryPrimitives.ReadInt32LittleEndian(at);
        }
        else
        {
            BinaryPrimitives.WriteInt32LittleEndian(at, value);
        }
    }

    /// <summary>A byte no larger than a limit.</summary>
    public void Small(ref byte value, byte most, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        Span<byte> at = Next(1, name);
        if (at.IsEmpty)
        {
            return;
        }

        if (isReading)
        {
            value = at[0];
            IsBroken |= value > most;
        }
        else
        {
            at[0] = value;
        }
    }

    /// <summary>A count or an index as a byte: 0 to a limit.</summary>
    public void Small(ref int value, int most, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        byte small = (byte)value;
        Small(ref small, (byte)most, name);
        value = Math.Min((int)small, most);
    }

    public void Flag(ref bool value, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        byte small = value ? (byte)1 : (byte)0;
        Small(ref small, 1, name);
        value = small == 1;
    }

    private Span<byte> Next(int width, string name)
    {
        if (bytes.Length - Length < width)
        {
            IsBroken = true;
            return default;
        }

        told?.Add((Length, width, name));
        Span<byte> at = bytes.Slice(Length, width);
        Length += width;
        return at;
    }
}
