namespace Appliance.Flow;

/// <summary>
/// Reads the Host field of an HTTP/1.x request (RFC 9112 section 3.2) from the beginning of its head.
/// </summary>
internal static class HttpHost
{
    /// <summary>Longest method taken: PROPPATCH.</summary>
    private const int MethodBytesMax = 9;

    /// <summary>True where the bytes are, or may become, a request: a known method and a space.</summary>
    public static bool MayBegin(ReadOnlySpan<byte> bytes)
    {
        int space = bytes[..Math.Min(bytes.Length, MethodBytesMax + 1)].IndexOf((byte)' ');
        ReadOnlySpan<byte> method = space < 0 ? bytes[..Math.Min(bytes.Length, MethodBytesMax + 1)] : bytes[..space];
        return Is(method, "GET"u8, space) || Is(method, "POST"u8, space) || Is(method, "HEAD"u8, space)
            || Is(method, "PUT"u8, space) || Is(method, "OPTIONS"u8, space) || Is(method, "DELETE"u8, space)
            || Is(method, "CONNECT"u8, space) || Is(method, "PATCH"u8, space) || Is(method, "TRACE"u8, space)
            || Is(method, "PROPFIND"u8, space) || Is(method, "PROPPATCH"u8, space) || Is(method, "REPORT"u8, space);
    }

    /// <summary>Finds the host without its port; Done with an empty host where the head has none.</summary>
    public static ParseState Parse(ReadOnlySpan<byte> head, out ReadOnlySpan<byte> host)
    {
        host = default;
        int end = head.IndexOf((byte)'\n');
        if (end < 0)
        {
            return ParseState.More;
        }

        ReadOnlySpan<byte> request = Trim(head[..end]);
        if (request.Length < 14 || !request[^9..^1].SequenceEqual(" HTTP/1."u8))
        {
            return ParseState.Bad;
        }

        for (head = head[(end + 1)..]; ; head = head[(end + 1)..])
        {
            end = head.IndexOf((byte)'\n');
            if (end < 0)
            {
                return ParseState.More;
            }

            ReadOnlySpan<byte> line = Trim(head[..end]);
            if (line.IsEmpty)
            {
                return ParseState.Done;
            }

            if (IsHost(line))
            {
                host = WithoutPort(Trim(line[5..]));
                return ParseState.Done;
            }
        }
    }

    private static bool Is(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> method, int space) =>
        space < 0 ? bytes.Length <= method.Length && method.StartsWith(bytes) : bytes.SequenceEqual(method);

    private static bool IsHost(ReadOnlySpan<byte> line) => line.Length > 5 && line[4] == ':'
        && (line[0] | 0x20) == 'h' && (line[1] | 0x20) == 'o' && (line[2] | 0x20) == 's' && (line[3] | 0x20) == 't';

    private static ReadOnlySpan<byte> WithoutPort(ReadOnlySpan<byte> host)
    {
        int colon = host.LastIndexOf((byte)':');
        return colon < 0 || host[(colon + 1)..].IndexOfAnyExceptInRange((byte)'0', (byte)'9') >= 0
            ? host
            : host[..colon];
    }

    private static ReadOnlySpan<byte> Trim(ReadOnlySpan<byte> line) => line.Trim(" \t\r"u8);
}
