using System.Buffers.Text;

namespace Appliance.Flow;

/// <summary>
/// Cuts a stream of syslog into messages (RFC 6587): "LENGTH BLANK MESSAGE" where the message begins with a digit, else
/// up to the next line end, as each message says anew. Bytes in, at most one message out a call.
/// </summary>
public static class LogFrames
{
    /// <summary>
    /// The first message in <paramref name="bytes"/>; how many bytes it took, 0 where it is not whole yet, -1 where it
    /// can never become one: the stream has lost its frame and must be closed.
    /// </summary>
    public static int Next(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> message)
    {
        message = default;
        if (bytes.IsEmpty)
        {
            return 0;
        }

        return bytes[0] is >= (byte)'1' and <= (byte)'9' && IsCounted(bytes)
            ? Counted(bytes, out message)
            : Lined(bytes, out message);
    }

    /// <summary>
    /// A counted message goes on with a priority; a line of a file may begin with the digits of a date.
    /// </summary>
    private static bool IsCounted(ReadOnlySpan<byte> bytes)
    {
        int digits = bytes.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        return digits < 0 || (bytes[digits] == ' ' && (digits + 1 >= bytes.Length || bytes[digits + 1] == '<'));
    }

    private static int Counted(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> message)
    {
        message = default;
        int blank = bytes.IndexOf((byte)' ');
        if (blank < 0)
        {
            return bytes.Length > 5 ? -1 : 0;
        }

        if (!Utf8Parser.TryParse(bytes[..blank], out int length, out int used) || used != blank
            || length > Limits.LogLineBytesMax)
        {
            return -1;
        }

        if (bytes.Length - blank - 1 < length)
        {
            return 0;
        }

        message = bytes.Slice(blank + 1, length);
        return blank + 1 + length;
    }

    private static int Lined(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> message)
    {
        int end = bytes.IndexOfAny((byte)'\n', (byte)0);
        message = end < 0 ? default : bytes[..end];
        return end < 0 ? (bytes.Length > Limits.LogLineBytesMax ? -1 : 0) : end + 1;
    }
}
