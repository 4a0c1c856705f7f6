using Appliance.Mqtt;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Mqtt;

/// <summary>
/// The broker's cases in the direction in which a client sends: what the broker takes, our encoder makes byte for byte
/// from its meaning; what the broker refuses for its content, our rules refuse to send.
/// </summary>
public sealed class MosquittoSendTests
{
    [SharedFact(MosquittoCase.Folder)]
    public void Every_SUBSCRIBE_that_the_broker_takes_is_made_byte_for_byte()
    {
        int made = 0;
        foreach (MosquittoCase one in MosquittoCase.LoadV5("SUBSCRIBE").Where(c => c.ExpectDisconnect == false))
        {
            (ushort id, Properties properties, PacketReader reader) = BeginRequest(one);
            List<Subscription> subscriptions = [];
            while (!reader.IsAtEnd)
            {
                string filter = reader.ReadText();
                byte bits = reader.ReadByte();
                subscriptions.Add(new Subscription(filter)
                {
                    QosMax = (Qos)(bits & 3),
                    NoLocal = (bits & 4) != 0,
                    RetainAsPublished = (bits & 8) != 0,
                    RetainHandling = (RetainHandling)(bits >> 4),
                });
            }

            Assert.Equal(ReasonCode.Success, reader.Verdict);
            Same(one, PacketEncoder.Subscribe(id, subscriptions, properties));
            made++;
        }

        Assert.Equal(21, made);
    }

    [SharedFact(MosquittoCase.Folder)]
    public void Every_UNSUBSCRIBE_that_the_broker_takes_is_made_byte_for_byte()
    {
        int made = 0;
        foreach (MosquittoCase one in MosquittoCase.LoadV5("UNSUBSCRIBE").Where(c => c.ExpectDisconnect == false))
        {
            (ushort id, Properties properties, PacketReader reader) = BeginRequest(one);
            List<string> filters = [];
            while (!reader.IsAtEnd)
            {
                filters.Add(reader.ReadText());
            }

            Assert.Equal(ReasonCode.Success, reader.Verdict);
            Same(one, PacketEncoder.Unsubscribe(id, filters, properties));
            made++;
        }

        Assert.Equal(5, made);
    }

    [SharedFact(MosquittoCase.Folder)]
    public void Every_CONNECT_that_the_broker_takes_is_made_byte_for_byte()
    {
        MqttOptions plain = new()
        {
            ClientId = "p", KeepAliveSeconds = 10, ReceiveMaximum = ushort.MaxValue, MaximumPacketBytes = -1,
        };
        List<MosquittoCase> taken = [.. MosquittoCase.LoadV5("CONNECT").Where(c => c.ExpectDisconnect == false)];
        Assert.Equal(2, taken.Count);
        Same(taken[0], PacketEncoder.Connect(plain));
        Same(taken[1], PacketEncoder.Connect(plain with { UserName = "p" }));
    }

    [SharedFact(MosquittoCase.Folder)]
    public void No_topic_that_the_broker_refuses_for_its_characters_is_sent()
    {
        int refused = 0;
        foreach (MosquittoCase one in MosquittoCase.LoadV5("SUBSCRIBE").Where(c => c.Name.StartsWith("82 topic with")))
        {
            // Surrogates cannot be decoded at all; the others decode and are then refused by our own rule.
            byte[] topic = one.Sent[7..12];
            PacketReader reader = new([0, 5, .. topic]);
            string text = reader.ReadText();
            Assert.False(reader.Verdict == ReasonCode.Success && MessageRules.IsTopicFilter(text), one.ToString());
            refused++;
        }

        Assert.Equal(7, refused);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a/#/b")]
    [InlineData("a/b#")]
    [InlineData("a+/b")]
    [InlineData("$share/p")]
    [InlineData("$share/p/")]
    [InlineData("$share//p")]
    [InlineData("$share/+/p")]
    [InlineData("a\0b")]
    [InlineData("a\ud800b")]
    public void A_filter_with_a_misplaced_wildcard_an_incomplete_share_or_a_bad_character_is_refused(string filter) =>
        Assert.NotEqual(ReasonCode.Success, MessageRules.Check(new Subscription(filter)));

    [Theory]
    [InlineData("#")]
    [InlineData("+/a/#")]
    [InlineData("$share/store/icr/v1/+/batch")]
    [InlineData("/")]
    [InlineData("icr/v1/\u00e9\U0001F600/receipt")]
    public void A_right_filter_is_asked_for(string filter) =>
        Assert.Equal(ReasonCode.Success, MessageRules.Check(new Subscription(filter)));

    [Fact]
    public void A_shared_subscription_that_wants_no_local_messages_is_not_asked_for() =>
        Assert.Equal(ReasonCode.ProtocolError, MessageRules.Check(new Subscription("$share/p/p") { NoLocal = true }));

    private static Request BeginRequest(MosquittoCase one)
    {
        PacketReader reader = new(one.Sent.AsSpan(2));
        ushort id = reader.ReadUInt16();
        ulong allowed = 1UL << (int)PropertyId.SubscriptionIdentifier | 1UL << (int)PropertyId.UserProperty;
        Properties properties = Properties.Read(ref reader, allowed);
        return new Request(id, properties, reader);
    }

    private static void Same(MosquittoCase one, OutputPacket made) =>
        Assert.Equal(Convert.ToHexString(one.Sent), Convert.ToHexString(ScriptedPeer.Whole(made)));

    private readonly ref struct Request(ushort id, Properties properties, PacketReader rest)
    {
        private readonly PacketReader rest = rest;

        public void Deconstruct(out ushort packetId, out Properties found, out PacketReader reader)
        {
            packetId = id;
            found = properties;
            reader = rest;
        }
    }
}
