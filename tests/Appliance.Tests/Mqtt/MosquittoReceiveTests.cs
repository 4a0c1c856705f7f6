using Appliance.Mqtt;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Mqtt;

/// <summary>
/// The broker's packet cases in the direction in which a client receives them. The data says what a broker answers;
/// where
/// both sides read a packet alike (PUBACK), that answer is the expectation, otherwise the specification's tables are,
/// written down here once more by name.
/// </summary>
public sealed class MosquittoReceiveTests
{
    private static readonly string[] AnswerProperties = ["reason-string", "user-property"];

    private static readonly string[] ConnackProperties =
    [
        .. AnswerProperties, "maximum-qos", "retain-available", "wildcard-subscription-available",
        "subscription-identifier-available", "shared-subscription-available", "session-expiry-interval",
        "maximum-packet-size", "assigned-client-identifier", "authentication-method", "response-information",
        "server-reference", "authentication-data", "server-keep-alive", "receive-maximum", "topic-alias-maximum",
    ];

    /// <summary>
    /// Cases whose bytes are damaged in another way than their name says: a broker never reads so far.
    /// </summary>
    private static readonly string[] DamagedOtherwise =
    [
        "90 with 2*reason-string property", // a stray zero between the two
        "B0 with subscription-identifier (variable byte integer)", // no reason code follows
    ];

    [SharedFact(MosquittoCase.Folder)]
    public void Every_PUBACK_case_is_judged_exactly_as_the_broker_judges_it() =>
        Check("PUBACK", 96, accepted: 10, c => c.BrokerReason);

    [SharedFact(MosquittoCase.Folder)]
    public void Every_CONNACK_case_is_judged_by_the_tables_of_the_specification() =>
        Check("CONNACK", 120, accepted: 42, c => c.Group.Contains("PROPERTIES")
            ? ByProperty(c, ConnackProperties)
            : ByName(c, malformed: ["20 long", "20 short", "21", "22", "24", "28", "issue 2163", "20 CAF=0x02",
                "20 CAF=0x04", "20 CAF=0x08", "20 CAF=0x10", "20 CAF=0x20", "20 CAF=0x40", "20 CAF=0x80"],
                forbidden: ["20 RC=0x01", "20 RC=0xFF"]));

    [SharedFact(MosquittoCase.Folder)]
    public void Every_SUBACK_case_is_judged_by_the_tables_of_the_specification() =>
        Check("SUBACK", 103, accepted: 15, c => c.Group.Contains("PROPERTIES")
            ? ByProperty(c, AnswerProperties)
            : ByName(c, malformed: ["90 [MQTT", "90 short", "91", "92", "94", "98"],
                forbidden: ["90 reason code 0x11", "90 reason code 0xFF"], malformedExactly: "90"));

    [SharedFact(MosquittoCase.Folder)]
    public void Every_UNSUBACK_case_is_judged_by_the_tables_of_the_specification() =>
        Check("UNSUBACK", 95, accepted: 9, c => c.Group.Contains("PROPERTIES")
            ? ByProperty(c, AnswerProperties)
            : ByName(c, malformed: ["B0 [MQTT", "B0 short", "B1", "B2", "B4", "B8", "B0 with property"],
                forbidden: ["B0 reason code 0xFF"], malformedExactly: "B0"));

    [SharedFact(MosquittoCase.Folder)]
    public void Every_DISCONNECT_case_is_judged_as_one_from_a_server()
    {
        // A server may name another server, may not set the session's expiry, and has other reasons than a client.
        Check("DISCONNECT", 126, accepted: 35, c => c.BrokerReason != ReasonCode.Success ? c.BrokerReason
            : ByName(c, malformed: [], forbidden: ["E0 RC=0x01", "E0 RC=0x04", "E0 RC=0x05", "E0 RC=0x00 PL=5 P=0x11",
                "E0 with session-expiry-interval (four byte integer)"]));
    }

    [SharedFact(MosquittoCase.Folder)]
    public void Every_PINGRESP_case_is_judged_by_its_flags_and_length() =>
        Check("PINGRESP", 7, accepted: 2, c => c.Sent[0] == 0xD0 && c.Sent[1] == 0
            ? ReasonCode.Success : ReasonCode.MalformedPacket);

    [SharedFact(MosquittoCase.Folder)]
    public void What_only_clients_send_or_QoS_2_needs_or_MQTT_does_not_have_is_refused_in_every_case()
    {
        Check("PINGREQ", 7, accepted: 0, c => ByFlags(c, 0));
        Check("PUBREC", 96, accepted: 0, c => ByFlags(c, 0));
        Check("PUBREL", 96, accepted: 0, c => ByFlags(c, 2));
        Check("PUBCOMP", 103, accepted: 0, c => ByFlags(c, 0));
        Check("SUBSCRIBE", 106, accepted: 0, c => ByFlags(c, 2));
        Check("UNSUBSCRIBE", 74, accepted: 0, c => ByFlags(c, 2));
        Check("CONNECT", 22, accepted: 0, c => ByFlags(c, 0));
        Check("FORBIDDEN", 11, accepted: 0, _ => ReasonCode.MalformedPacket);
    }

    [SharedFact(MosquittoCase.Folder)]
    public void A_session_takes_or_refuses_each_of_the_cases_and_never_throws()
    {
        int cases = 0;
        string folder = Path.Combine(Checkout.Data(MosquittoCase.Folder)!, "test", "broker", "data");
        foreach (string path in Directory.GetFiles(folder, "*.json"))
        {
            foreach (MosquittoCase one in MosquittoCase.LoadAll(Path.GetFileNameWithoutExtension(path)))
            {
                ScriptedPeer peer = ScriptedPeer.Open(new MqttOptions { ClientId = "case" });
                peer.Session.Receive(one.Sent, 0);
                List<MqttEvent> events = peer.TakeEvents();
                bool isBad = peer.Session.Counters.BadPackets == 1;
                MqttEvent.Closed? end = events.OfType<MqttEvent.Closed>().SingleOrDefault();
                Assert.True(isBad == (end?.End.Cause == CloseCause.BadPacket), one.ToString());
                Assert.True(!isBad || peer.TakeOutput() is [0xE0, 0x01, byte reason] && reason == (byte)end!.End.Reason,
                    one.ToString());
                cases++;
            }
        }

        Assert.Equal(1291, cases);
    }

    private static void Check(string file, int count, int accepted, Func<MosquittoCase, ReasonCode> expected)
    {
        List<MosquittoCase> cases = MosquittoCase.LoadV5(file);
        Assert.Equal(count, cases.Count);
        int taken = 0;
        List<string> wrong = [];
        foreach (MosquittoCase one in cases)
        {
            ReasonCode? verdict = ClientCodec.Judge(one.Sent);
            ReasonCode? want = IsWhole(one.Sent) ? expected(one) : null;
            taken += verdict == ReasonCode.Success ? 1 : 0;
            if (verdict != want)
            {
                wrong.Add($"{one}: {verdict} instead of {want}");
            }
        }

        Assert.True(wrong.Count == 0, string.Join("\n", wrong));
        Assert.Equal(accepted, taken);
    }

    /// <summary>
    /// A few cases announce more bytes than they have: the client waits for the rest, unless the first byte is bad.
    /// </summary>
    private static bool IsWhole(byte[] packet) =>
        PacketDecoder.CheckFirst(packet[0]) != ReasonCode.Success || packet[1] >= 0x80
        || packet.Length >= 2 + packet[1];

    private static ReasonCode ByFlags(MosquittoCase one, int flags) =>
        (one.Sent[0] & 15) == flags ? ReasonCode.ProtocolError : ReasonCode.MalformedPacket;

    private static ReasonCode ByName(
        MosquittoCase one, string[] malformed, string[] forbidden, string? malformedExactly = null) =>
        one.Name == malformedExactly || malformed.Any(one.Name.StartsWith) ? ReasonCode.MalformedPacket
            : forbidden.Any(one.Name.StartsWith) ? ReasonCode.ProtocolError
            : ReasonCode.Success;

    private static ReasonCode ByProperty(MosquittoCase one, string[] allowed) =>
        one.Name == "90 with unknown-property 0x1B (byte)" ? ReasonCode.ProtocolError // it carries 0x19, a known one
            : DamagedOtherwise.Contains(one.Name) ? ReasonCode.MalformedPacket
            : one.Name.Contains("missing") || one.Name.Contains("unknown-property")
                || one.Name.Contains("invalid-property")
            ? ReasonCode.MalformedPacket
            : one.Name.Contains("with 2*") && !one.Name.Contains("user-property") ? ReasonCode.ProtocolError
            : allowed.Any(p => one.Name.Contains(' ' + p + ' ') || one.Name.EndsWith(' ' + p)
                || one.Name.EndsWith(p + "-property") || one.Name.Contains("*" + p)
                || one.Name.Contains(' ' + p + "-property")) ? ReasonCode.Success
            : ReasonCode.ProtocolError;
}
