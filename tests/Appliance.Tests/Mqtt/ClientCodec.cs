using Appliance.Mqtt;

namespace Appliance.Tests.Mqtt;

/// <summary>What the client's codec says about the bytes of one packet, without a session around it.</summary>
internal static class ClientCodec
{
    /// <summary>Success, the reason to refuse it with, or null when the bytes are not a whole packet.</summary>
    public static ReasonCode? Judge(byte[] bytes)
    {
        PacketFramer framer = new(Limits.PacketBytesMax);
        ReadOnlySpan<byte> rest = bytes;
        if (!framer.TryRead(ref rest, out Frame frame, out ReasonCode error))
        {
            return error == ReasonCode.Success ? null : error;
        }

        PacketType type = (PacketType)(frame.First >> 4);
        return type switch
        {
            PacketType.Connack => PacketDecoder.Connack(frame.Body, out _),
            PacketType.Publish => PacketDecoder.Publish(frame.First, frame.Owned!, out _),
            PacketType.Puback => PacketDecoder.Puback(frame.Body, out _),
            PacketType.Suback or PacketType.Unsuback => PacketDecoder.Grant(type, frame.Body, out _),
            PacketType.Pingresp => PacketDecoder.Pingresp(frame.Body),
            PacketType.Disconnect => PacketDecoder.Disconnect(frame.Body, out _),
            _ => ReasonCode.ProtocolError,
        };
    }
}
