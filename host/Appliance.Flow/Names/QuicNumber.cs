namespace Appliance.Flow;

/// <summary>QUIC's numbers of 1, 2, 4 or 8 bytes, told by the two high bits (RFC 9000 section 16).</summary>
internal static class QuicNumber
{
    public static bool TryRead(ReadOnlySpan<byte> bytes, ref int at, out ulong value)
    {
        value = 0;
        if (at >= bytes.Length)
        {
            return false;
        }

        int length = 1 << (bytes[at] >> 6);
        if (bytes.Length - at < length)
        {
            return false;
        }

        value = (ulong)(bytes[at] & 0x3F);
        for (int i = 1; i < length; i++)
        {
            value = (value << 8) | bytes[at + i];
        }

        at += length;
        return true;
    }
}
