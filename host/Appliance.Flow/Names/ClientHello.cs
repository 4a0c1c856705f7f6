using System.Buffers.Binary;

namespace Appliance.Flow;

/// <summary>How far a message was understood.</summary>
internal enum ParseState
{
    /// <summary>So far so good, but it is not whole.</summary>
    More,

    /// <summary>Whole.</summary>
    Done,

    /// <summary>Not the message that it began to look like.</summary>
    Bad,
}

/// <summary>
/// Reads a TLS ClientHello (RFC 8446 section 4.1.2) as a handshake message, whole or its beginning, for the host name
/// (RFC 6066 section 3) and the encrypted-hello extension. With that extension the name is the cover's name: a client
/// that only pretends looks the same on purpose.
/// </summary>
internal ref struct ClientHello
{
    private const ushort ExtensionServerName = 0;
    private const ushort ExtensionEncryptedHello = 0xFE0D;

    /// <summary>The host name's bytes as sent, unchecked; empty where none was met.</summary>
    public ReadOnlySpan<byte> ServerName;
    public bool IsEncrypted;

    public static ParseState Parse(ReadOnlySpan<byte> message, out ClientHello hello)
    {
        hello = default;
        if (message.Length < 4)
        {
            return message.Length > 0 && message[0] != 1 ? ParseState.Bad : ParseState.More;
        }

        uint head = BinaryPrimitives.ReadUInt32BigEndian(message);
        int length = (int)(head & 0xFF_FFFF);
        if (head >> 24 != 1 || length < 38)
        {
            return ParseState.Bad;
        }

        bool isWhole = message.Length - 4 >= length;
        ReadOnlySpan<byte> body = isWhole ? message.Slice(4, length) : message[4..];
        ParseState state = hello.Body(body, length);

        // A whole message must also be whole inside.
        return isWhole && state == ParseState.More ? ParseState.Bad : state;
    }

    private ParseState Body(ReadOnlySpan<byte> body, int length)
    {
        // Version 2, random 32, session id 1+n, ciphers 2+n, compression 1+n, extensions 2+n.
        if (body.Length < 35)
        {
            return body.Length > 0 && body[0] != 3 ? ParseState.Bad : ParseState.More;
        }

        int session = body[34];
        int at = 35 + session;
        if (body[0] != 3 || session > 32)
        {
            return ParseState.Bad;
        }

        if (body.Length < at + 2)
        {
            return ParseState.More;
        }

        int ciphers = BinaryPrimitives.ReadUInt16BigEndian(body[at..]);
        at += 2 + ciphers;
        if (ciphers < 2 || ciphers % 2 != 0 || at >= length)
        {
            return ParseState.Bad;
        }

        if (body.Length <= at)
        {
            return ParseState.More;
        }

        at += 1 + body[at];
        if (at == length)
        {
            return ParseState.Done;
        }

        return body.Length < at + 2 ? ParseState.More : Extensions(body[at..], length - at);
    }

    private ParseState Extensions(ReadOnlySpan<byte> bytes, int left)
    {
        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
        if (length > left - 2)
        {
            return ParseState.Bad;
        }

        bool isWhole = bytes.Length - 2 >= length;
        bytes = isWhole ? bytes.Slice(2, length) : bytes[2..];
        while (bytes.Length >= 4)
        {
            ushort type = BinaryPrimitives.ReadUInt16BigEndian(bytes);
            int size = BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]);
            bytes = bytes[4..];
            if (type == ExtensionServerName && bytes.Length >= size && !Name(bytes[..size]))
            {
                return ParseState.Bad;
            }

            IsEncrypted |= type == ExtensionEncryptedHello;
            if (bytes.Length < size)
            {
                return isWhole ? ParseState.Bad : ParseState.More;
            }

            bytes = bytes[size..];
        }

        return !isWhole ? ParseState.More : bytes.IsEmpty ? ParseState.Done : ParseState.Bad;
    }

    // List length 2, then entries: type 1 (0: host name), length 2, bytes. An empty one is a server's answer.
    private bool Name(ReadOnlySpan<byte> extension)
    {
        if (extension.Length < 5)
        {
            return extension.IsEmpty;
        }

        int list = BinaryPrimitives.ReadUInt16BigEndian(extension);
        int name = BinaryPrimitives.ReadUInt16BigEndian(extension[3..]);
        if (list > extension.Length - 2 || name > list - 3)
        {
            return false;
        }

        if (extension[2] == 0 && ServerName.IsEmpty)
        {
            ServerName = extension.Slice(5, name);
        }

        return true;
    }
}
