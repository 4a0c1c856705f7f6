using System.Security.Cryptography;
using System.Text;
using Appliance.Flow;
using Appliance.Wire;
using Xunit;
using static Appliance.Tests.Flow.FrameBuilder;

namespace Appliance.Tests.Flow;

public sealed class QuicTests
{
    private const string ConnectionId = "8394c8f03e515708";

    [Theory]
    [InlineData("38762cf7f55934b34d179ae6a4c80cadccbb7f0a", "quic",
        "1f369613dd76d5467730efcbe3b1a22d", "fa044b2f42a3fd3b46fb255c", "9f50449e04a0e810283a1e9933adedd2")]
    [InlineData("0dede3def700a6db819381be6e269dcbf9bd2ed9", "quicv2",
        "8b1a0bc121284290a29e0971b5cd045d", "91f73e2351d8fa91660e909f", "45b95e15235d6f45a6b19cbcb0294ba9")]
    public void Keys_are_those_of_the_rfc(string salt, string prefix, string key, string nonce, string header)
    {
        InitialKeys keys = default;
        new QuicKeys(Hex(salt), prefix).Derive(Hex(ConnectionId), ref keys);

        ReadOnlySpan<byte> packet = keys.Packet;
        ReadOnlySpan<byte> protection = keys.Header;
        Assert.Equal(Hex(key), packet[..16].ToArray());
        Assert.Equal(Hex(header), protection[..16].ToArray());
        Assert.Equal(Hex(nonce), ((ReadOnlySpan<byte>)keys.Nonce).ToArray());
    }

    [Theory]
    [InlineData(QuicVectors.Version1)]
    [InlineData(QuicVectors.Version2)]
    public void The_initial_of_the_rfc_shows_its_name(string packet)
    {
        var flow = new SniffedFlow();

        Assert.Equal(NameOutcome.Found, flow.Udp(Hex(packet)));
        Assert.Equal(("example.com", ServiceSource.Quic), (flow.Name, flow.Sniffer.Source));
    }

    [Fact]
    public void An_initial_with_any_byte_changed_shows_no_name()
    {
        byte[] packet = Hex(QuicVectors.Version1);
        for (int at = 0; at < packet.Length; at += 7)
        {
            byte[] changed = [.. packet];
            changed[at] ^= 0x10;
            Assert.NotEqual(NameOutcome.Found, new SniffedFlow().Udp(changed));
        }
    }

    [Fact]
    public void Sha256_agrees_with_the_platform_at_every_length_of_one_block()
    {
        for (int length = 0; length <= 55; length++)
        {
            byte[] message = Enumerable.Range(0, length).Select(i => (byte)(i * 7)).ToArray();
            byte[] block = new byte[64];
            message.CopyTo(block, 0);
            block[length] = 0x80;
            Big16(length * 8).CopyTo(block, 62);
            Sha256State state = Sha256.Initial();
            Sha256.Compress(ref state, block);
            byte[] digest = new byte[32];
            Sha256.Write(state, digest);
            Assert.Equal(Convert.ToHexString(SHA256.HashData(message)), Convert.ToHexString(digest));
        }
    }

    [Fact]
    public void Both_gcm_twins_open_what_the_platform_sealed_and_nothing_else()
    {
        var random = new Random(20010901);
        for (int length = 0; length < 300; length++)
        {
            byte[] key = Bytes(random, 16);
            byte[] nonce = Bytes(random, 12);
            byte[] aad = Bytes(random, random.Next(64));
            byte[] plain = Bytes(random, length);
            byte[] box = new byte[length + 16];
            using (var platform = new AesGcm(key, 16))
            {
                platform.Encrypt(nonce, plain, box.AsSpan(0, length), box.AsSpan(length), aad);
            }

            byte[] schedule = new byte[Aes128.ScheduleBytes];
            Aes128.Expand(key, schedule);
            byte[] scalar = new byte[length];
            Assert.True(GcmScalar.TryOpen(schedule, nonce, aad, box, scalar), $"scalar, {length} bytes");
            Assert.Equal(plain, scalar);
            byte[] vector = new byte[length];
            Assert.True(!GcmVector.IsSupported || GcmVector.TryOpen(schedule, nonce, aad, box, vector));
            Assert.True(!GcmVector.IsSupported || plain.AsSpan().SequenceEqual(vector), $"vector, {length} bytes");
            box[random.Next(box.Length)] ^= 1;
            Assert.False(GcmScalar.TryOpen(schedule, nonce, aad, box, scalar));
            Assert.False(GcmVector.IsSupported && GcmVector.TryOpen(schedule, nonce, aad, box, vector));
        }
    }

    private static byte[] Bytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
