using Appliance.Mqtt;

namespace Appliance.Tests.Mqtt;

/// <summary>
/// A session and the broker that it talks to, played by a test: bytes and times are given, nothing waits.
/// </summary>
internal sealed class ScriptedPeer
{
    private ScriptedPeer(MqttOptions options, long nowMs)
    {
        Session = new MqttSession(options, nowMs);
    }

    public MqttSession Session { get; }

    /// <summary>CONNACK without properties.</summary>
    public static byte[] PlainConnack { get; } = [0x20, 0x03, 0x00, 0x00, 0x00];

    /// <summary>A session that has sent CONNECT and waits.</summary>
    public static ScriptedPeer Connecting(MqttOptions options, long nowMs = 0)
    {
        ScriptedPeer peer = new(options, nowMs);
        peer.TakeOutput();
        return peer;
    }

    /// <summary>A session whose connection was taken, with the given properties in CONNACK.</summary>
    public static ScriptedPeer Open(MqttOptions options, Properties? properties = null, long nowMs = 0)
    {
        ScriptedPeer peer = Connecting(options, nowMs);
        peer.Session.Receive(Connack(properties ?? new Properties()), nowMs);
        peer.TakeEvents();
        return peer;
    }

    public static byte[] Connack(Properties properties, ReasonCode reason = ReasonCode.Success, bool present = false)
    {
        PacketWriter packet = new();
        packet.WriteByte(present ? (byte)1 : (byte)0);
        packet.WriteByte((byte)reason);
        properties.Write(packet);
        return packet.Finish(PacketType.Connack).ToArray();
    }

    public static byte[] Grant(PacketType type, ushort packetId, params ReasonCode[] reasons)
    {
        PacketWriter packet = new();
        packet.WriteUInt16(packetId);
        new Properties().Write(packet);
        Array.ForEach(reasons, r => packet.WriteByte((byte)r));
        return packet.Finish(type).ToArray();
    }

    public static byte[] Whole(OutputPacket packet) => [.. packet.Header.Span, .. packet.Payload.Span];

    /// <summary>All bytes that are to be written, taken.</summary>
    public byte[] TakeOutput()
    {
        List<byte> all = [];
        while (Session.TryTakeOutput(out OutputPacket packet))
        {
            all.AddRange(Whole(packet));
        }

        return [.. all];
    }

    /// <summary>All events so far, taken.</summary>
    public List<MqttEvent> TakeEvents()
    {
        List<MqttEvent> all = [];
        while (Session.TryTakeEvent(out MqttEvent? next))
        {
            all.Add(next);
        }

        return all;
    }
}
