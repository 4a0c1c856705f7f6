namespace Appliance.Supervisor.Clock;

/// <summary>
/// Finds UBX frames in the receiver's bytes: <c>B5 62 | class | id | length u16 | payload | Fletcher-8</c>. Frames
/// longer than the buffer are passed over; the relay sends their bytes to the host all the same.
/// </summary>
internal sealed class UbxReader
{
    /// <summary>Longest payload that the supervisor itself wants to see.</summary>
    public const int PayloadBytesMax = 100;

    private int at;
    private int length;
    private int sumA;
    private int sumB;

    public int Class { get; private set; }

    public int Id { get; private set; }

    public int Length => length;

    public byte[] Payload { get; } = new byte[PayloadBytesMax];

    /// <summary>Frames whose checksum was wrong, up to 65,535.</summary>
    public int Bad { get; private set; }

    /// <summary>Takes a byte; true where it ends a good frame that fits.</summary>
    public bool Take(int value)
    {
        if (at < 2)
        {
            at = at == 0 ? (value == 0xB5 ? 1 : 0) : value == 0x62 ? 2 : value == 0xB5 ? 1 : 0;
            sumA = 0;
            sumB = 0;
            return false;
        }

        int place = at - 2;
        at++;
        if (place < 4 + (place < 4 ? 0 : length))
        {
            Body(place, value);
            return false;
        }

        if (place == 4 + length)
        {
            if (value == sumA)
            {
                return false;
            }
        }
        else if (value == sumB)
        {
            at = 0;
            return length <= PayloadBytesMax;
        }

        at = 0;
        Bad += Bad < 0xFFFF ? 1 : 0;
        return false;
    }

    private void Body(int place, int value)
    {
        sumA = (sumA + value) & 0xFF;
        sumB = (sumB + sumA) & 0xFF;
        switch (place)
        {
            case 0:
                Class = value;
                break;
            case 1:
                Id = value;
                break;
            case 2:
                length = value;
                break;
            case 3:
                length |= value << 8;
                // No message of a timing receiver is longer than 2 KiB; a false start must not swallow a minute.
                at = length > 2048 ? 0 : at;
                break;
            default:
                if (place - 4 < PayloadBytesMax)
                {
                    Payload[place - 4] = (byte)value;
                }

                break;
        }
    }
}
