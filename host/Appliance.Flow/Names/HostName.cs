namespace Appliance.Flow;

/// <summary>
/// Decides what may be called a name: letters, digits, hyphens and underscores in labels of 1 to 63 bytes, at most 253
/// in all, and not an IP literal. Anything else is bytes that happened to stand where a name would.
/// </summary>
internal static class HostName
{
    /// <summary>
    /// Copies the name in lower case, without a final dot; 0 where it is none. <paramref name="destination"/> has
    /// <see cref="Limits.NameBytesMax"/> bytes.
    /// </summary>
    public static int Normalise(ReadOnlySpan<byte> raw, Span<byte> destination)
    {
        if (raw.Length > 0 && raw[^1] == '.')
        {
            raw = raw[..^1];
        }

        if (raw.Length is 0 or > Limits.NameBytesMax)
        {
            return 0;
        }

        int label = 0;
        bool isNumber = true;
        for (int i = 0; i < raw.Length; i++)
        {
            byte value = raw[i];
            if (value == '.')
            {
                if (label == 0)
                {
                    return 0;
                }

                label = 0;
                isNumber = true;
            }
            else
            {
                value = Lower(value);
                isNumber &= value is >= (byte)'0' and <= (byte)'9';
                if (value == 0 || ++label > Limits.NameLabelBytesMax)
                {
                    return 0;
                }
            }

            destination[i] = value;
        }

        // A last label of digits alone makes the whole an IPv4 literal; no top-level domain is a number.
        return label == 0 || isNumber ? 0 : raw.Length;
    }

    private static byte Lower(byte value) => value switch
    {
        >= (byte)'a' and <= (byte)'z' or >= (byte)'0' and <= (byte)'9' or (byte)'-' or (byte)'_' => value,
        >= (byte)'A' and <= (byte)'Z' => (byte)(value | 0x20),
        _ => 0,
    };
}
