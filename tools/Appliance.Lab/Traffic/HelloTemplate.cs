using System.Buffers.Binary;

namespace Appliance.Lab.Traffic;

/// <summary>
/// A TLS 1.3 ClientHello (RFC 8446 section 4.1.2) for one name, and where in it the bytes lie that differ from
/// connection to connection: random, session id, key shares.
/// </summary>
internal sealed class HelloTemplate
{
    private const int RecordHeader = 5;
    private const int RandomLength = 32;
    private const int PaddedHello = 512;
    private const ushort X25519 = 0x001D;
    private const ushort X25519MlKem768 = 0x11EC;
    private const int MlKemShare = 1216;

    private readonly byte[] bytes;
    private readonly List<(int At, int Length)> variable = [];
    private int used;

    /// <param name="quic">Without record header and session id, with ALPN h3 and transport parameters.</param>
    /// <param name="nameLast">The server name is one of the last extensions, as some clients shuffle them.</param>
    public HelloTemplate(ReadOnlySpan<byte> name, bool quic, bool postQuantum, bool nameLast)
    {
        byte[] room = new byte[Limits.HelloBytesMax];
        Build(room, name, quic, postQuantum, nameLast);
        bytes = room[..used];
    }

    public int Length => bytes.Length;

    /// <summary>Writes the hello with the flow's own random bytes.</summary>
    public void Write(ulong seed, Span<byte> destination)
    {
        bytes.CopyTo(destination);
        Prng random = new(Prng.Mix(seed, 0x6865_6C6C_6F));
        foreach ((int at, int length) in variable)
        {
            for (int done = 0; done < length; done += sizeof(ulong))
            {
                BinaryPrimitives.WriteUInt64LittleEndian(destination[(at + done)..], random.Next());
            }
        }
    }

    private void Build(byte[] room, ReadOnlySpan<byte> name, bool quic, bool postQuantum, bool nameLast)
    {
        if (!quic)
        {
            Put(room, [0x16, 0x03, 0x01, 0, 0]);
        }

        int start = used;
        Put(room, [1, 0, 0, 0, 0x03, 0x03]);
        Vary(room, RandomLength);
        Put(room, [(byte)(quic ? 0 : RandomLength)]);
        Vary(room, quic ? 0 : RandomLength);
        Put(room, [0, 8, 0x0A, 0x0A, 0x13, 0x01, 0x13, 0x02, 0x13, 0x03, 1, 0]);
        int extensions = used;
        Put(room, [0, 0]);
        Extensions(room, name, quic, postQuantum, nameLast);
        if (!quic && !postQuantum && used - start < PaddedHello - 4)
        {
            Extension(room, 21, new byte[PaddedHello - 4 - (used - start)]);
        }

        BinaryPrimitives.WriteUInt16BigEndian(room.AsSpan(extensions), (ushort)(used - extensions - 2));
        BinaryPrimitives.WriteUInt16BigEndian(room.AsSpan(start + 2), (ushort)(used - start - 4));
        if (!quic)
        {
            BinaryPrimitives.WriteUInt16BigEndian(room.AsSpan(RecordHeader - 2), (ushort)(used - start));
        }
    }

    private void Extensions(byte[] room, ReadOnlySpan<byte> name, bool quic, bool postQuantum, bool nameLast)
    {
        Extension(room, 0x2A2A, []);
        if (!nameLast)
        {
            ServerName(room, name);
        }

        Extension(room, 43, [2, 0x03, 0x04]);
        Extension(room, 10, [0, 6, 0x11, 0xEC, 0, 0x1D, 0, 0x17]);
        Extension(room, 13, [0, 8, 4, 3, 8, 4, 4, 1, 5, 3]);
        Extension(room, 45, [1, 1]);
        Extension(room, 16, quic ? [0, 3, 2, (byte)'h', (byte)'3'] : [0, 3, 2, (byte)'h', (byte)'2']);
        KeyShares(room, postQuantum);
        if (quic)
        {
            // max_idle_timeout 30 s, initial_max_data 1 MiB, initial_max_streams_bidi 100 (RFC 9000 section 18.2).
            Extension(room, 57, [1, 4, 0x80, 0, 0x75, 0x30, 4, 4, 0x80, 0x10, 0, 0, 8, 2, 0x40, 0x64]);
        }

        if (nameLast)
        {
            ServerName(room, name);
        }
    }

    private void ServerName(byte[] room, ReadOnlySpan<byte> name)
    {
        byte[] body = new byte[5 + name.Length];
        BinaryPrimitives.WriteUInt16BigEndian(body, (ushort)(3 + name.Length));
        BinaryPrimitives.WriteUInt16BigEndian(body.AsSpan(3), (ushort)name.Length);
        name.CopyTo(body.AsSpan(5));
        Extension(room, 0, body);
    }

    private void KeyShares(byte[] room, bool postQuantum)
    {
        int entries = (postQuantum ? 4 + MlKemShare : 0) + 4 + 32;
        Put(room, [0, 51, (byte)((entries + 2) >> 8), (byte)(entries + 2), (byte)(entries >> 8), (byte)entries]);
        if (postQuantum)
        {
            Put(room, [X25519MlKem768 >> 8, X25519MlKem768 & 0xFF, MlKemShare >> 8, MlKemShare & 0xFF]);
            Vary(room, MlKemShare);
        }

        Put(room, [X25519 >> 8, X25519 & 0xFF, 0, 32]);
        Vary(room, 32);
    }

    private void Extension(byte[] room, int type, ReadOnlySpan<byte> body)
    {
        Put(room, [(byte)(type >> 8), (byte)type, (byte)(body.Length >> 8), (byte)body.Length]);
        Put(room, body);
    }

    private void Put(byte[] room, ReadOnlySpan<byte> piece)
    {
        piece.CopyTo(room.AsSpan(used));
        used += piece.Length;
    }

    private void Vary(byte[] room, int length)
    {
        if (length > 0)
        {
            variable.Add((used, length));
            room.AsSpan(used, length).Clear();
            used += length;
        }
    }
}
