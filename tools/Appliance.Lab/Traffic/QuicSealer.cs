using System.Buffers.Binary;

namespace Appliance.Lab.Traffic;

/// <summary>
/// Makes QUIC v1 Initials that decrypt (RFC 9000 section 17.2.2, RFC 9001). Connection ids with their keys come from
/// a small pool, because deriving keys costs ten times the sealing; everything else in an Initial is the flow's own.
/// </summary>
internal sealed class QuicSealer : IDisposable
{
    /// <summary>ClientHello bytes of the first Initial when the hello takes two.</summary>
    public const int CryptoBytesMax = 1100;

    private const int DatagramBytes = 1250;
    private const int ServerHelloBytes = 90;
    private const int IdLength = 8;
    private const int NumberLength = 2;
    private const int TagBytes = 16;
    private const byte CryptoFrame = 6;

    // flags, version, two connection ids with their lengths, token length 0, two bytes of length
    private const int NumberAt = 1 + 4 + 1 + IdLength + 1 + IdLength + 1 + 2;

    private readonly byte[][] ids = new byte[Limits.QuicKeys][];
    private readonly QuicKeys?[] clients = new QuicKeys?[Limits.QuicKeys];
    private readonly QuicKeys?[] servers = new QuicKeys?[Limits.QuicKeys];

    public QuicSealer(ulong seed)
    {
        Prng random = new(Prng.Mix(seed, 0x7175_6963));
        for (int n = 0; n < ids.Length; n++)
        {
            ids[n] = new byte[IdLength];
            BinaryPrimitives.WriteUInt64LittleEndian(ids[n], random.Next());
        }
    }

    /// <summary>Connection id that the client's short headers carry: chosen by the server, the flow's own.</summary>
    public static ulong ServerId(ulong seed) => Prng.Mix(seed, 0x7365_7276);

    public int SealClient(ulong seed, ReadOnlySpan<byte> hello, int number, Span<byte> destination)
    {
        int key = Key(seed);
        Span<byte> datagram = destination[..DatagramBytes];
        Header(datagram, ids[key], Prng.Mix(seed, 1), number);
        Span<byte> frames = datagram[(NumberAt + NumberLength)..^TagBytes];
        frames.Clear();
        int cut = Math.Min(hello.Length, CryptoBytesMax);
        if (number > 0)
        {
            Crypto(frames, hello, cut, hello.Length);
        }
        else if (cut == hello.Length && (Prng.Mix(seed, 2) & 1) == 0)
        {
            // Some clients send the pieces out of order, with padding between them.
            int middle = 1 + (int)(Prng.Mix(seed, 3) % (ulong)(cut - 1));
            int used = Crypto(frames, hello, middle, cut);
            Crypto(frames[(used + 7)..], hello, 0, middle);
        }
        else
        {
            Crypto(frames, hello, 0, cut);
        }

        (clients[key] ??= new QuicKeys(ids[key], client: true)).Seal(datagram, NumberAt, NumberLength, (uint)number);
        return DatagramBytes;
    }

    public int SealServer(ulong seed, Span<byte> destination)
    {
        int key = Key(seed);
        Span<byte> datagram = destination[..DatagramBytes];
        Span<byte> clientId = stackalloc byte[IdLength];
        BinaryPrimitives.WriteUInt64LittleEndian(clientId, Prng.Mix(seed, 1));
        Header(datagram, clientId, ServerId(seed), 0);
        Span<byte> frames = datagram[(NumberAt + NumberLength)..^TagBytes];
        frames.Clear();
        Span<byte> hello = stackalloc byte[ServerHelloBytes + sizeof(ulong)];
        Prng random = new(Prng.Mix(seed, 4));
        for (int at = 0; at < ServerHelloBytes; at += sizeof(ulong))
        {
            BinaryPrimitives.WriteUInt64LittleEndian(hello[at..], random.Next());
        }

        ReadOnlySpan<byte> start = [2, 0, 0, ServerHelloBytes - 4, 3, 3];
        start.CopyTo(hello);
        Crypto(frames, hello[..ServerHelloBytes], 0, ServerHelloBytes);
        (servers[key] ??= new QuicKeys(ids[key], client: false)).Seal(datagram, NumberAt, NumberLength, 0);
        return DatagramBytes;
    }

    public void Dispose()
    {
        foreach (QuicKeys? keys in clients.Concat(servers))
        {
            keys?.Dispose();
        }
    }

    private static int Key(ulong seed) => (int)(Prng.Mix(seed, 5) % Limits.QuicKeys);

    private static void Header(Span<byte> datagram, ReadOnlySpan<byte> destinationId, ulong sourceId, int number)
    {
        datagram[0] = 0xC0 | (NumberLength - 1);
        BinaryPrimitives.WriteUInt32BigEndian(datagram[1..], 1);
        datagram[5] = IdLength;
        destinationId.CopyTo(datagram[6..]);
        datagram[6 + IdLength] = IdLength;
        BinaryPrimitives.WriteUInt64LittleEndian(datagram[(7 + IdLength)..], sourceId);
        datagram[7 + (2 * IdLength)] = 0;
        BinaryPrimitives.WriteUInt16BigEndian(
            datagram[(NumberAt - 2)..], (ushort)(0x4000 | (datagram.Length - NumberAt)));
        BinaryPrimitives.WriteUInt16BigEndian(datagram[NumberAt..], (ushort)number);
    }

    // CRYPTO frame (RFC 9000 section 19.6) with offset and length as two-byte numbers.
    private static int Crypto(Span<byte> frames, ReadOnlySpan<byte> hello, int from, int to)
    {
        frames[0] = CryptoFrame;
        BinaryPrimitives.WriteUInt16BigEndian(frames[1..], (ushort)(0x4000 | from));
        BinaryPrimitives.WriteUInt16BigEndian(frames[3..], (ushort)(0x4000 | (to - from)));
        hello[from..to].CopyTo(frames[5..]);
        return 5 + to - from;
    }
}
