using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Board;

/// <summary>
/// A small record that survives a loss of power at any moment: two copies in two pages, the older one is written. A
/// copy is a number that counts up, the bytes, and a CRC; the highest number that checks is the record.
/// <code>
///   number u32 | length u8 | bytes | CRC-16 of all before
/// </code>
/// </summary>
internal sealed class KeptRecord
{
    /// <summary>Longest content.</summary>
    public const int BytesMax = 240;

    private const int HeadBytes = 5;
    private readonly Memory memory;
    private readonly int place;
    private readonly int length;
    private readonly byte[] buffer = new byte[HeadBytes + BytesMax + 2];
    private readonly byte[] written = new byte[HeadBytes + BytesMax + 2];
    private long number;
    private int newer;

    /// <summary>The record number <paramref name="index"/>, two pages each, with content of a fixed length.</summary>
    public KeptRecord(Memory memory, int index, int length)
    {
        this.memory = memory;
        this.length = length;
        place = index * 2 * Memory.PageBytes;
    }

    /// <summary>
    /// Reads the newest copy that checks; false where there is none: a new board, or both are spoilt.
    /// </summary>
    public bool Load(byte[] bytes)
    {
        number = 0;
        newer = 1;
        for (int copy = 0; copy < 2; copy++)
        {
            if (!memory.Read(place + (copy * Memory.PageBytes), buffer, HeadBytes + length + 2) || !Checks())
            {
                continue;
            }

            long found = LinkBytes.U32(buffer, 0);
            if (found > number)
            {
                number = found;
                newer = copy;
                LinkBytes.Copy(buffer, HeadBytes, bytes, 0, length);
            }
        }

        return number > 0;
    }

    /// <summary>
    /// Writes the older copy and reads it back; false where that failed, and the newer copy still stands.
    /// </summary>
    public bool Store(byte[] bytes)
    {
        int copy = 1 - newer;
        LinkBytes.Put32(buffer, 0, number + 1);
        buffer[4] = (byte)length;
        LinkBytes.Copy(bytes, 0, buffer, HeadBytes, length);
        LinkBytes.PutU16(buffer, HeadBytes + length, LinkFrame.Crc16(buffer, HeadBytes + length));
        LinkBytes.Copy(buffer, 0, written, 0, HeadBytes + length + 2);
        int at = place + (copy * Memory.PageBytes);
        if (!memory.Write(at, buffer, HeadBytes + length + 2)
            || !memory.Read(at, buffer, HeadBytes + length + 2)
            || !IsAsWritten())
        {
            return false;
        }

        number++;
        newer = copy;
        return true;
    }

    private bool IsAsWritten()
    {
        for (int i = 0; i < HeadBytes + length + 2; i++)
        {
            if (buffer[i] != written[i])
            {
                return false;
            }
        }

        return true;
    }

    private bool Checks() =>
        buffer[4] == length && LinkBytes.U16(buffer, HeadBytes + length) == LinkFrame.Crc16(buffer, HeadBytes + length);
}
