using Appliance.Mqtt;
using Xunit;

namespace Appliance.Tests.Mqtt;

/// <summary>
/// However the bytes of a broker are chunked, damaged or cut: equal events, or one reason, and never more.
/// </summary>
public sealed class StreamTests
{
    private static readonly MqttOptions Options =
        new() { ClientId = "box-1", ReceiveMaximum = 8, MaximumPacketBytes = 65_536 };

    [Fact]
    public void Byte_by_byte_and_random_chunks_give_the_same_events_as_the_whole()
    {
        byte[] stream = Script();
        List<string> whole = Run(stream, [stream.Length]);
        Assert.Equal(9, whole.Count);
        Assert.Equal(whole, Run(stream, [1]));
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            int[] chunks = [.. Enumerable.Range(0, 50).Select(_ => random.Next(1, 1 << random.Next(1, 15)))];
            Assert.True(whole.SequenceEqual(Run(stream, chunks)), $"seed {seed}");
        }
    }

    [Fact]
    public void Damaged_streams_end_with_one_reason_and_every_ticket_has_one_outcome()
    {
        const int Rounds = 10_000;
        HashSet<ReasonCode> reasons = [];
        string? failure = Fuzz(Rounds, bytes => Judge(bytes, reasons));
        Assert.True(failure is null, failure);
        Assert.Superset(new HashSet<ReasonCode>
        {
            ReasonCode.MalformedPacket, ReasonCode.ProtocolError, ReasonCode.PacketTooLarge,
        }, reasons);
    }

    [Fact]
    public void The_fuzzer_finds_a_fault_that_was_planted()
    {
        byte[] planted = [0x1F, 0x00, 0x00];
        string? failure = Fuzz(20_000, bytes => bytes.AsSpan().IndexOf(planted) >= 0 ? "canary" : null);
        Assert.Contains("canary", failure);
        Assert.Contains("seed", failure);
    }

    /// <summary>
    /// Damages the script in every round from the round's own seed; the first complaint, with its seed.
    /// </summary>
    private static string? Fuzz(int rounds, Func<byte[], string?> judge)
    {
        byte[] script = Script(payloadBytes: 40);
        for (int seed = 0; seed < rounds; seed++)
        {
            byte[] damaged = Damage(script, new Random(seed));
            string? complaint;
            try
            {
                complaint = judge(damaged);
            }
            catch (Exception e)
            {
                complaint = e.ToString();
            }

            if (complaint is not null)
            {
                return $"seed {seed}: {complaint}: {Convert.ToHexString(damaged)}";
            }
        }

        return null;
    }

    private static byte[] Damage(byte[] script, Random random)
    {
        List<byte> bytes = [.. script];
        for (int i = random.Next(1, 4); i > 0 && bytes.Count > 0; i--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0: bytes[at] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[at] = (byte)random.Next(256); break;
                case 2: bytes.RemoveRange(at, Math.Min(random.Next(1, 6), bytes.Count - at)); break;
                case 3: bytes.InsertRange(at, bytes[at..Math.Min(at + random.Next(1, 20), bytes.Count)]); break;
                default: bytes.RemoveRange(at, bytes.Count - at); bytes.Add(0xFF); break;
            }
        }

        return [.. bytes];
    }

    private static string? Judge(byte[] bytes, HashSet<ReasonCode> reasons)
    {
        (ScriptedPeer peer, int tickets) = Begin();
        peer.Session.Receive(bytes, 0);
        if (!peer.Session.IsClosed)
        {
            peer.Session.TransportEnded(null);
        }

        List<MqttEvent> events = peer.TakeEvents();
        int outcomes = events.Count(e => e is MqttEvent.PublishEnded or MqttEvent.RequestEnded);
        int ends = events.Count(e => e is MqttEvent.Closed);
        if (events[^1] is MqttEvent.Closed { End: { Cause: CloseCause.BadPacket } end })
        {
            reasons.Add(end.Reason);
            if (peer.TakeOutput() is not [0xE0, 0x01, byte sent] || sent != (byte)end.Reason)
            {
                return "the reason was not sent";
            }
        }

        // Tickets exist only after CONNACK, which the damage may have hit.
        bool isRight = ends == 1 && (outcomes == tickets || events[0] is not MqttEvent.Connected);
        return isRight ? null : $"{outcomes} outcomes of {tickets} tickets, {ends} ends";
    }

    private static List<string> Run(byte[] stream, int[] chunks)
    {
        (ScriptedPeer peer, _) = Begin();
        int at = 0;
        for (int i = 0; at < stream.Length; i++)
        {
            int count = Math.Min(chunks[i % chunks.Length], stream.Length - at);
            peer.Session.Receive(stream.AsSpan(at, count), 0);
            at += count;
        }

        return [.. peer.TakeEvents().Select(e => e is MqttEvent.Received r
            ? $"{r.Inbound.PacketId} {r.Inbound.Message.Topic} {Convert.ToHexString(r.Inbound.Message.Payload.Span)}"
            : e.ToString())];
    }

    /// <summary>
    /// An open session with two publishes and a subscription in flight, so that the script's answers fit.
    /// </summary>
    private static (ScriptedPeer Peer, int Tickets) Begin()
    {
        ScriptedPeer peer = ScriptedPeer.Open(Options);
        peer.Session.TryPublish(new MqttMessage { Topic = "a" }, 0, out _);
        peer.Session.TryPublish(new MqttMessage { Topic = "b" }, 0, out _);
        peer.Session.TrySubscribe([new Subscription("c")], 0, out _);
        peer.TakeOutput();
        return (peer, 3);
    }

    private static byte[] Script(int payloadBytes = 20_000) =>
    [
        .. ScriptedPeer.Grant(PacketType.Suback, 3, ReasonCode.GrantedQos1),
        .. SessionReceiveTests.Message(1, "icr/v1/box-1/receipt", payloadBytes),
        0x40, 0x02, 0x00, 0x02,
        .. SessionReceiveTests.Message(0, "x", 0),
        0xD0, 0x00,
        .. SessionReceiveTests.Message(2, "icr/v1/box-1/control", 200),
        0x40, 0x08, 0x00, 0x01, 0x87, 0x04, 0x1F, 0x00, 0x01, 0x6E,
        .. SessionReceiveTests.Message(3, "y", payloadBytes),
        .. SessionReceiveTests.Message(4, "y", payloadBytes),
        0xE0, 0x01, 0x8B,
    ];
}
