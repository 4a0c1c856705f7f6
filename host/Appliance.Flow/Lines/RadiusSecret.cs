using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Appliance.Flow.Lines;

/// <summary>
/// What the shared secret of RADIUS accounting is for: the authenticators of requests and responses (RFC 2866 section
/// 3, RFC 2869 section 5.14). MD5 is what the protocol prescribes; it tells a stranger's packet from a client's, and is
/// not relied on for anything else.
/// </summary>
public static class RadiusSecret
{
    private const int HeaderBytes = RadiusNumbers.HeaderBytes;
    private const int DigestBytes = RadiusNumbers.AuthenticatorBytes;

    /// <summary>
    /// Whether a request was made by somebody who has the secret. A Message-Authenticator must fit as well; in a
    /// Status-Server, whose own authenticator is random, it must be there (RFC 5997 section 3).
    /// </summary>
    /// <param name="bytes">The datagram.</param>
    /// <param name="secret">The secret of its sender.</param>
    public static bool IsAuthentic(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> secret)
    {
        if (secret.IsEmpty || !RadiusReader.TryRead(bytes, out RadiusReader reader))
        {
            return false;
        }

        Span<byte> copy = stackalloc byte[RadiusNumbers.PacketBytesMax];
        copy = copy[..reader.Packet.Length];
        reader.Packet.CopyTo(copy);
        if (reader.Code == RadiusNumbers.StatusServer)
        {
            return IsMessageAuthentic(copy, secret, isRequired: true);
        }

        copy.Slice(4, DigestBytes).Clear();
        Span<byte> digest = stackalloc byte[DigestBytes];
        Hash(copy, secret, digest);
        return CryptographicOperations.FixedTimeEquals(digest, reader.Authenticator)
            && IsMessageAuthentic(copy, secret, isRequired: false);
    }

    /// <summary>Whether it is the question of a proxy whether the server is there: answered, not recorded.</summary>
    public static bool IsStatus(ReadOnlySpan<byte> bytes) => bytes is [RadiusNumbers.StatusServer, ..];

    /// <summary>
    /// Writes the Accounting-Response to a request: its identifier, its Proxy-State attributes in their order, and the
    /// authenticator (RFC 2866 section 4.2). Returns its length, or 0 where the bytes are no request.
    /// </summary>
    /// <param name="request">A request that was found authentic.</param>
    /// <param name="secret">The secret of its sender.</param>
    /// <param name="response">Room for as many bytes as the request has.</param>
    public static int Respond(ReadOnlySpan<byte> request, ReadOnlySpan<byte> secret, Span<byte> response)
    {
        if (!RadiusReader.TryRead(request, out RadiusReader reader)
            || reader.Code is not (RadiusNumbers.AccountingRequest or RadiusNumbers.StatusServer))
        {
            return 0;
        }

        response[0] = RadiusNumbers.AccountingResponse;
        response[1] = reader.Identifier;
        reader.Authenticator.CopyTo(response[4..]);
        int length = HeaderBytes;
        while (reader.TryNext(out byte type, out ReadOnlySpan<byte> value))
        {
            if (type == RadiusNumbers.ProxyState)
            {
                response[length] = type;
                response[length + 1] = (byte)(value.Length + 2);
                value.CopyTo(response[(length + 2)..]);
                length += value.Length + 2;
            }
        }

        BinaryPrimitives.WriteUInt16BigEndian(response[2..], (ushort)length);
        Span<byte> digest = stackalloc byte[DigestBytes];
        Hash(response[..length], secret, digest);
        digest.CopyTo(response[4..]);
        return length;
    }

    // The packet comes with its authenticator as it was when the Message-Authenticator was computed.
    private static bool IsMessageAuthentic(Span<byte> packet, ReadOnlySpan<byte> secret, bool isRequired)
    {
        for (int at = HeaderBytes; at + 2 <= packet.Length; at += packet[at + 1])
        {
            if (packet[at] != RadiusNumbers.MessageAuthenticator)
            {
                continue;
            }

            if (packet[at + 1] != DigestBytes + 2)
            {
                return false;
            }

            Span<byte> given = stackalloc byte[DigestBytes];
            packet.Slice(at + 2, DigestBytes).CopyTo(given);
            packet.Slice(at + 2, DigestBytes).Clear();
            Span<byte> digest = stackalloc byte[DigestBytes];
#pragma warning disable CA5351 // RFC 2869 section 5.14 prescribes it.
            HMACMD5.HashData(secret, packet, digest);
#pragma warning restore CA5351
            return CryptographicOperations.FixedTimeEquals(digest, given);
        }

        return !isRequired;
    }

    private static void Hash(ReadOnlySpan<byte> packet, ReadOnlySpan<byte> secret, Span<byte> digest)
    {
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        hash.AppendData(packet);
        hash.AppendData(secret);
        hash.GetHashAndReset(digest);
    }
}
