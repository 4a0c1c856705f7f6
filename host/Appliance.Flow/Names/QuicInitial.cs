using System.Buffers.Binary;
using System.Runtime.Intrinsics;

namespace Appliance.Flow;

/// <summary>A QUIC version whose client Initials can be opened.</summary>
internal sealed class QuicVersion(byte initialType, ReadOnlySpan<byte> salt, string prefix)
{
    /// <summary>The two type bits of an Initial (RFC 9000 section 17.2, RFC 9369 section 3.2).</summary>
    public byte InitialType { get; } = initialType;

    public QuicKeys Keys { get; } = new(salt, prefix);
}

/// <summary>
/// Opens the Initial packets of a client (RFC 9001 section 5) and puts their CRYPTO frames into a name buffer. The tag
/// is checked before anything is believed, so garbage that looks like a long header stays garbage.
/// </summary>
internal sealed class QuicInitial
{
    private const int SampleBytes = 16;
    private const int DatagramBytesMax = 65536;
    private readonly QuicVersion version1 = new(0, Convert.FromHexString(
        "38762cf7f55934b34d179ae6a4c80cadccbb7f0a"), "quic");

    private readonly QuicVersion version2 = new(1, Convert.FromHexString(
        "0dede3def700a6db819381be6e269dcbf9bd2ed9"), "quicv2");

    private readonly QuicVersion draft29 = new(0, Convert.FromHexString(
        "afbfec289993d24c9e9786f19c6111e04390a899"), "quic");

    private readonly QuicVersion draft23 = new(0, Convert.FromHexString(
        "c3eef712c72ebb5a11a7d2432bb46365bef9f502"), "quic");

    private readonly QuicVersion draft21 = new(0, Convert.FromHexString(
        "7fbcdb0e7c66bbe9193a96cd21519ebd7a02644a"), "quic");

    private readonly byte[] plain = new byte[DatagramBytesMax];
    private readonly byte[] header = new byte[512];

    /// <summary>
    /// The version of a long header at the front, or null where the bytes are none that can be opened.
    /// </summary>
    public QuicVersion? Recognise(ReadOnlySpan<byte> datagram)
    {
        if (datagram.Length < 7 || (datagram[0] & 0xC0) != 0xC0)
        {
            return null;
        }

        // Drafts 23 to 28 share a salt, 29 to 32 another, 33 and 34 have version 1's. FACEB002 and 0E are mvfst's
        // of draft 27.
        return BinaryPrimitives.ReadUInt32BigEndian(datagram[1..]) switch
        {
            1 or 0xFF00_0021 or 0xFF00_0022 => version1,
            0x6B33_43CF => version2,
            >= 0xFF00_001D and <= 0xFF00_0020 => draft29,
            (>= 0xFF00_0017 and <= 0xFF00_001C) or 0xFACE_B002 or 0xFACE_B00E => draft23,
            0xFF00_0015 or 0xFF00_0016 or 0xFACE_B001 => draft21,
            _ => null,
        };
    }

    /// <summary>
    /// Opens every Initial of a datagram into buffer <paramref name="number"/>; true where at least one opened. Keys
    /// stay with the buffer: later Initials carry another connection id, and the keys of the first.
    /// </summary>
    public bool Open(ReadOnlySpan<byte> datagram, QuicVersion version, NameBuffers buffers, ushort number)
    {
        bool opened = false;
        while (Recognise(datagram) == version && TryHeader(datagram, version, out Packet packet))
        {
            if (packet.IsInitial && OpenOne(datagram[..packet.Length], packet, version, buffers, number))
            {
                opened = true;
            }

            datagram = datagram[packet.Length..];
        }

        return opened;
    }

    private bool OpenOne(
        ReadOnlySpan<byte> packet, in Packet place, QuicVersion version, NameBuffers buffers, ushort number)
    {
        if (buffers.HasKeys(number) && Decrypt(packet, place, buffers.Keys(number), out int length))
        {
            return Frames(plain.AsSpan(0, length), buffers, number);
        }

        // First packet, or a client that answers a Retry: the id in hand is what the keys derive from.
        InitialKeys keys = default;
        version.Keys.Derive(packet.Slice(6, packet[5]), ref keys);
        if (!Decrypt(packet, place, keys, out length))
        {
            return false;
        }

        buffers.SetKeys(number, keys);
        return Frames(plain.AsSpan(0, length), buffers, number);
    }

    private bool Decrypt(ReadOnlySpan<byte> packet, in Packet place, in InitialKeys keys, out int length)
    {
        length = 0;
        ReadOnlySpan<byte> packetKey = keys.Packet;
        Span<byte> mask = stackalloc byte[SampleBytes];
        Mask(keys.Header, packet.Slice(place.NumberAt + 4, SampleBytes), mask);
        byte first = (byte)(packet[0] ^ (mask[0] & 0x0F));
        int numberBytes = (first & 3) + 1;
        int headerBytes = place.NumberAt + numberBytes;
        if (headerBytes > header.Length)
        {
            return false;
        }

        packet[..headerBytes].CopyTo(header);
        header[0] = first;
        Span<byte> nonce = stackalloc byte[12];
        ((ReadOnlySpan<byte>)keys.Nonce).CopyTo(nonce);
        for (int i = 0; i < numberBytes; i++)
        {
            header[place.NumberAt + i] ^= mask[1 + i];
            nonce[12 - numberBytes + i] ^= header[place.NumberAt + i];
        }

        ReadOnlySpan<byte> body = packet[headerBytes..];
        length = body.Length - GcmScalar.TagBytes;
        return GcmVector.IsSupported
            ? GcmVector.TryOpen(packetKey, nonce, header.AsSpan(0, headerBytes), body, plain)
            : GcmScalar.TryOpen(packetKey, nonce, header.AsSpan(0, headerBytes), body, plain);
    }

    private static void Mask(ReadOnlySpan<byte> schedule, ReadOnlySpan<byte> sample, Span<byte> mask)
    {
        if (GcmVector.IsSupported)
        {
            GcmVector.Block(schedule, Vector128.Create(sample)).CopyTo(mask);
            return;
        }

        sample.CopyTo(mask);
        Aes128.Encrypt(schedule, mask);
    }

    // RFC 9000 section 17.2: first byte, version 4, two ids with lengths, token (Initial), length, packet number.
    private static bool TryHeader(ReadOnlySpan<byte> datagram, QuicVersion version, out Packet packet)
    {
        packet = default;
        int type = (datagram[0] >> 4) & 3;
        int retry = version.InitialType == 0 ? 3 : 0;
        int at = 6 + datagram[5];
        if (type == retry || datagram[5] > 20 || at >= datagram.Length || datagram[at] > 20)
        {
            return false;
        }

        at += 1 + datagram[at];
        packet.IsInitial = type == version.InitialType;
        if (packet.IsInitial)
        {
            if (!QuicNumber.TryRead(datagram, ref at, out ulong token) || token > (ulong)(datagram.Length - at))
            {
                return false;
            }

            at += (int)token;
        }

        if (!QuicNumber.TryRead(datagram, ref at, out ulong length) || length > (ulong)(datagram.Length - at)
            || length < 4 + SampleBytes)
        {
            return false;
        }

        packet.NumberAt = at;
        packet.Length = at + (int)length;
        return true;
    }

    // RFC 9000 section 12.4: an Initial holds PADDING, PING, ACK, CRYPTO and CONNECTION_CLOSE, nothing else.
    private static bool Frames(ReadOnlySpan<byte> frames, NameBuffers buffers, ushort number)
    {
        int at = 0;
        for (int i = 0; i < Limits.QuicFramesMax && at < frames.Length; i++)
        {
            byte type = frames[at++];
            if (type == 6)
            {
                if (!QuicNumber.TryRead(frames, ref at, out ulong offset)
                    || !QuicNumber.TryRead(frames, ref at, out ulong length) || length > (ulong)(frames.Length - at))
                {
                    break;
                }

                buffers.Add(number, (uint)Math.Min(offset, uint.MaxValue), frames.Slice(at, (int)length));
                at += (int)length;
            }
            else if (type == 0)
            {
                int padding = frames[at..].IndexOfAnyExcept((byte)0);
                at = padding < 0 ? frames.Length : at + padding;
            }
            else if (type is 2 or 3 ? !SkipAck(frames, type, ref at) : type != 1)
            {
                break;
            }
        }

        return true;
    }

    private static bool SkipAck(ReadOnlySpan<byte> frames, byte type, ref int at)
    {
        // Largest, delay, count, first range; then two numbers a range; three more with ECN.
        if (!QuicNumber.TryRead(frames, ref at, out _) || !QuicNumber.TryRead(frames, ref at, out _)
            || !QuicNumber.TryRead(frames, ref at, out ulong count) || count > (ulong)frames.Length)
        {
            return false;
        }

        for (ulong i = 0; i < 1 + (count * 2) + (type == 3 ? 3u : 0u); i++)
        {
            if (!QuicNumber.TryRead(frames, ref at, out _))
            {
                return false;
            }
        }

        return true;
    }

    private struct Packet
    {
        public bool IsInitial;
        public int NumberAt;
        public int Length;
    }
}
