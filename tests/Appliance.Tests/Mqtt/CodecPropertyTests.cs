using System.Text;
using Appliance.Mqtt;
using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace Appliance.Tests.Mqtt;

/// <summary>What is written is read back equal, for any message; a failure prints the seed that repeats it.</summary>
public sealed class CodecPropertyTests
{
    private static readonly Config Seeded = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20261, 7);

    private static readonly Gen<string> Words =
        Gen.Elements("", "a", "epoch", "icr/v1/x", "\u00e9", "\u4e16\u754c", "\U0001F600", "\ufeff",
            new string('z', 300));

    private static readonly Gen<byte[]> Bytes =
        from length in Gen.Elements(0, 1, 2, 127, 128, 16_383, 16_384, 70_000)
        from seed in Gen.Choose(0, 1_000_000)
        select RandomBytes(seed, length);

    private static readonly Gen<MqttMessage> Messages =
        from topic in Gen.Elements("a", "icr/v1/box/batch", "/", "\u4e16/\u754c")
        from payload in Bytes
        from qos in Gen.Elements(Qos.AtMostOnce, Qos.AtLeastOnce)
        from bits in Gen.Choose(0, 63)
        from text in Words
        from pairs in Gen.ListOf(Gen.Zip(Words, Words), 3)
        from number in Gen.Elements(0u, 1u, uint.MaxValue)
        select new MqttMessage
        {
            Topic = topic,
            Payload = payload,
            Qos = qos,
            Retain = (bits & 1) != 0,
            ContentType = (bits & 2) != 0 ? text : null,
            ResponseTopic = (bits & 4) != 0 ? "r/" + text : null,
            CorrelationData = (bits & 8) != 0 ? Encoding.UTF8.GetBytes(text) : null,
            ExpirySeconds = (bits & 16) != 0 ? number : null,
            PayloadIsUtf8 = (bits & 32) != 0,
            UserProperties = [.. pairs.Select(p => new UserProperty(p.Item1, p.Item2))],
        };

    [Fact]
    public void A_published_message_is_read_back_equal() =>
        Check.One(Seeded, Prop.ForAll(Messages.ToArbitrary(), message =>
        {
            byte[] bytes = ScriptedPeer.Whole(PacketEncoder.Publish(message, 0x1234));
            ScriptedPeer peer = ScriptedPeer.Open(new MqttOptions { ClientId = "c" });
            peer.Session.Receive(bytes, 0);
            InboundMessage read = Assert.IsType<MqttEvent.Received>(Assert.Single(peer.TakeEvents())).Inbound;
            Assert.Equal(message.Qos == Qos.AtLeastOnce ? 0x1234 : 0, read.PacketId);
            Assert.Equal(Describe(message), Describe(read.Message));
            Assert.True(message.Payload.Span.SequenceEqual(read.Message.Payload.Span));
        }));

    [Fact]
    public void A_variable_integer_has_one_form_and_is_read_back_equal() =>
        Check.One(Seeded, Prop.ForAll(Gen.Choose(0, (int)Limits.VariableIntegerMax).ToArbitrary(), value =>
        {
            foreach (uint near in (uint[])[(uint)value, (uint)value >> 7, (uint)value >> 14, (uint)value >> 21])
            {
                byte[] bytes = new byte[VariableInteger.BytesMax];
                int length = VariableInteger.Write(bytes, near);
                Assert.Equal(near < 128 ? 1 : near < 16_384 ? 2 : near < 2_097_152 ? 3 : 4, length);
                Assert.Equal(VariableInteger.Status.Whole, VariableInteger.TryRead(bytes, out uint read, out int used));
                Assert.Equal((near, length), (read, used));
                Assert.Equal(VariableInteger.Status.NeedsMore,
                    VariableInteger.TryRead(bytes.AsSpan(0, length - 1), out _, out _));
            }
        }));

    [Fact]
    public void A_string_is_sent_exactly_when_a_strict_encoder_takes_it_and_it_has_no_control_characters()
    {
        UTF8Encoding strict = new(false, throwOnInvalidBytes: true);
        Gen<char> letters = Gen.Elements('a', '\0', '\u0001', '\u009f', '\u00a0', '\ud83d', '\ude00', '\uffff', '/');
        Check.One(Seeded, Prop.ForAll(Gen.ArrayOf(letters, 4).ToArbitrary(), chars =>
        {
            string text = new(chars);
            bool isRight = !text.Any(char.IsControl) && IsStrict(strict, text);
            Assert.Equal(isRight, Utf8Text.IsSendable(text));
        }));
    }

    private static bool IsStrict(UTF8Encoding strict, string text)
    {
        try
        {
            return strict.GetByteCount(text) > 0;
        }
        catch (EncoderFallbackException)
        {
            return false;
        }
    }

    private static string Describe(MqttMessage m) =>
        $"{m.Topic}|{m.Qos}|{m.Retain}|{m.ContentType ?? "-"}|{m.ResponseTopic ?? "-"}|"
        + $"{m.ExpirySeconds}|{m.PayloadIsUtf8}|"
        + $"{(m.CorrelationData is null ? "-" : Convert.ToHexString(m.CorrelationData))}|"
        + string.Join(";", m.UserProperties);

    private static byte[] RandomBytes(int seed, int length)
    {
        byte[] bytes = new byte[length];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }
}
