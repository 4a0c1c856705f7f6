namespace Appliance.Supervisor.Link;

/// <summary>
/// One frame of the serial link between the supervisor and the host: body and CRC-16, COBS-stuffed, ended by a zero
/// byte. A receiver that starts in the middle, or loses bytes, is in step again at the next zero.
/// Written in the subset of C# that nanoFramework runs: arrays, no generics, no spans.
/// <code>
///   body 0..250 bytes | CRC-16/CCITT-FALSE of the body, high byte first   -- COBS --> no zero bytes | 0x00
/// </code>
/// Source: S. Cheshire, M. Baker, "Consistent Overhead Byte Stuffing", IEEE/ACM ToN 7(2), 1999.
/// </summary>
public static class LinkFrame
{
    /// <summary>Longest body in bytes: with its CRC it fits one COBS block of 254.</summary>
    public const int BodyBytesMax = 250;

    /// <summary>Longest stuffed frame without its closing zero.</summary>
    public const int StuffedBytesMax = BodyBytesMax + 3;

    /// <summary>Stuffs a body into a frame with its closing zero; returns its length, 0 if too long.</summary>
    public static int Encode(byte[] body, int length, byte[] frame)
    {
        if (length > BodyBytesMax || frame.Length < length + 4)
        {
            return 0;
        }

        int crc = Crc16(body, length);
        int code = 0;
        int at = 1;
        for (int i = 0; i < length + 2; i++)
        {
            byte value = i < length ? body[i] : (byte)(i == length ? crc >> 8 : crc);
            if (value == 0)
            {
                frame[code] = (byte)(at - code);
                code = at;
            }
            else
            {
                frame[at] = value;
            }

            at++;
        }

        frame[code] = (byte)(at - code);
        frame[at] = 0;
        return at + 1;
    }

    /// <summary>
    /// Unstuffs a frame without its closing zero; returns the body's length, -1 where the stuffing or the CRC is
    /// wrong. The body array takes at least <see cref="StuffedBytesMax"/> bytes.
    /// </summary>
    public static int Decode(byte[] frame, int length, byte[] body)
    {
        if (length < 3 || length > StuffedBytesMax)
        {
            return -1;
        }

        int next = frame[0];
        int at = 0;
        for (int i = 1; i < length; i++)
        {
            if (i == next)
            {
                next = i + frame[i];
                body[at] = 0;
            }
            else
            {
                body[at] = frame[i];
            }

            if (frame[i] == 0)
            {
                return -1;
            }

            at++;
        }

        int bodyLength = at - 2;
        if (next != length || bodyLength < 0)
        {
            return -1;
        }

        int crc = (body[bodyLength] << 8) | body[bodyLength + 1];
        return Crc16(body, bodyLength) == crc ? bodyLength : -1;
    }

    /// <summary>CRC-16/CCITT-FALSE: polynomial 0x1021, start 0xFFFF, not reflected.</summary>
    public static int Crc16(byte[] bytes, int length)
    {
        int crc = 0xFFFF;
        for (int i = 0; i < length; i++)
        {
            crc ^= bytes[i] << 8;
            for (int bit = 0; bit < 8; bit++)
            {
                crc = (crc & 0x8000) != 0 ? ((crc << 1) ^ 0x1021) & 0xFFFF : (crc << 1) & 0xFFFF;
            }
        }

        return crc;
    }
}
