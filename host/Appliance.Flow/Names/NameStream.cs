using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Reads a name from the beginning of a byte stream or from a message, and holds the last one found. A name counts
/// only out of a message that holds together; from an unfinished one only when no more will come.
/// </summary>
internal sealed class NameStream
{
    private const byte HandshakeRecord = 22;
    private const int RecordHeaderBytes = 5;

    /// <summary>RFC 8446 section 5.1: at most 2^14 bytes of plaintext a record.</summary>
    private const int RecordBytesMax = 16384;
    private readonly byte[] name = new byte[Limits.NameBytesMax + 1];
    private readonly byte[] raw = new byte[Limits.NameBytesMax + 2];
    private readonly byte[] joined = new byte[Limits.NameBufferBytes];
    private int length;

    public ReadOnlySpan<byte> Name => name.AsSpan(0, length);

    public ServiceSource Source { get; private set; }

    public bool IsEncrypted { get; private set; }

    /// <summary>The last stream read begins with something else than TLS or HTTP.</summary>
    public bool IsForeign { get; private set; }

    /// <summary>True where a message in clear seems to begin: a handshake record with a hello, or a request.</summary>
    public static bool LooksLikeHead(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 11)
        {
            return false;
        }

        return bytes[0] == HandshakeRecord ? bytes[1] == 3 && bytes[2] <= 4 && bytes[5] == 1 && bytes[6] == 0
            : HttpHost.MayBegin(bytes);
    }

    /// <summary>Reads the beginning of a TCP stream.</summary>
    /// <param name="prefix">All bytes from the first on, without holes.</param>
    /// <param name="isDns">The stream goes to the DNS port.</param>
    /// <param name="isFinal">No more will come: an unfinished hello may still show its name.</param>
    public NameOutcome Read(ReadOnlySpan<byte> prefix, bool isDns, bool isFinal)
    {
        IsForeign = false;
        if (prefix.IsEmpty)
        {
            return NameOutcome.More;
        }

        if (isDns)
        {
            return DnsStream(prefix);
        }

        if (prefix[0] == HandshakeRecord && (prefix.Length < 2 || prefix[1] == 3))
        {
            return Hello(Records(prefix, out ClientHello hello), hello, ServiceSource.Tls, isFinal);
        }

        if (HttpHost.MayBegin(prefix))
        {
            return Http(prefix);
        }

        IsForeign = true;
        return NameOutcome.More;
    }

    /// <summary>Reads the CRYPTO stream of a QUIC client.</summary>
    public NameOutcome Quic(ReadOnlySpan<byte> prefix, bool isFinal) =>
        Hello(ClientHello.Parse(prefix, out ClientHello hello), hello, ServiceSource.Quic, isFinal);

    /// <summary>Reads one DNS message.</summary>
    public NameOutcome Dns(ReadOnlySpan<byte> message)
    {
        int count = DnsQuestion.Read(message, raw);
        return Accept(raw.AsSpan(0, count), ServiceSource.Dns, false);
    }

    private NameOutcome DnsStream(ReadOnlySpan<byte> prefix)
    {
        if (prefix.Length < 2)
        {
            return NameOutcome.More;
        }

        int count = BinaryPrimitives.ReadUInt16BigEndian(prefix);
        return prefix.Length - 2 < count ? NameOutcome.More : Dns(prefix.Slice(2, count));
    }

    private NameOutcome Http(ReadOnlySpan<byte> prefix)
    {
        ParseState state = HttpHost.Parse(prefix, out ReadOnlySpan<byte> host);
        if (state == ParseState.Bad)
        {
            IsForeign = true;
            return NameOutcome.More;
        }

        return state == ParseState.More ? NameOutcome.More : Accept(host, ServiceSource.Http, false);
    }

    private NameOutcome Hello(ParseState state, in ClientHello hello, ServiceSource source, bool isFinal)
    {
        if (state == ParseState.More && !isFinal)
        {
            return NameOutcome.More;
        }

        return state == ParseState.Bad ? NameOutcome.None : Accept(hello.ServerName, source, hello.IsEncrypted);
    }

    private NameOutcome Accept(ReadOnlySpan<byte> bytes, ServiceSource source, bool isEncrypted)
    {
        int count = HostName.Normalise(bytes, name);
        length = count;
        Source = count == 0 ? ServiceSource.None : source;
        IsEncrypted = count != 0 && isEncrypted;
        return count == 0 ? NameOutcome.None : NameOutcome.Found;
    }

    // A hello is mostly one record; where it is cut into several, their contents are joined first.
    private ParseState Records(ReadOnlySpan<byte> prefix, out ClientHello hello)
    {
        hello = default;
        int joinedLength = 0;
        while (prefix.Length >= RecordHeaderBytes)
        {
            int size = BinaryPrimitives.ReadUInt16BigEndian(prefix[3..]);
            if (prefix[0] != HandshakeRecord || prefix[1] != 3 || prefix[2] > 4 || size is 0 or > RecordBytesMax)
            {
                return ParseState.Bad;
            }

            ReadOnlySpan<byte> content = prefix[RecordHeaderBytes..];
            content = content[..Math.Min(content.Length, size)];
            bool isLast = prefix.Length <= RecordHeaderBytes + size;
            if (joinedLength == 0 && (isLast || HoldsMessage(content)))
            {
                return ClientHello.Parse(content, out hello);
            }

            int room = Math.Min(content.Length, joined.Length - joinedLength);
            content[..room].CopyTo(joined.AsSpan(joinedLength));
            joinedLength += room;
            prefix = isLast ? default : prefix[(RecordHeaderBytes + size)..];
            if (HoldsMessage(joined.AsSpan(0, joinedLength)))
            {
                break;
            }
        }

        return ClientHello.Parse(joined.AsSpan(0, joinedLength), out hello);
    }

    private static bool HoldsMessage(ReadOnlySpan<byte> content) => content.Length >= 4
        && content.Length - 4 >= (BinaryPrimitives.ReadUInt32BigEndian(content) & 0xFF_FFFF);
}
