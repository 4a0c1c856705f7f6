namespace Appliance.Mqtt;

/// <summary>Control packet types (MQTT 5, 2.1.2): the high nibble of a packet's first byte.</summary>
internal enum PacketType : byte
{
    Reserved = 0,
    Connect = 1,
    Connack = 2,
    Publish = 3,
    Puback = 4,
    Pubrec = 5,
    Pubrel = 6,
    Pubcomp = 7,
    Subscribe = 8,
    Suback = 9,
    Unsubscribe = 10,
    Unsuback = 11,
    Pingreq = 12,
    Pingresp = 13,
    Disconnect = 14,
    Auth = 15,
}

/// <summary>
/// Which reason codes a packet from the server may carry (MQTT 5, 3.2.2.2, 3.4.2.1, 3.9.3, 3.11.3, 3.14.2.1).
/// </summary>
internal static class ServerReasons
{
    /// <summary>Whether the code is one that the server may send in this packet.</summary>
    public static bool Allow(PacketType type, byte code) => For(type).Contains(code);

    private static ReadOnlySpan<byte> For(PacketType type) => type switch
    {
        PacketType.Connack =>
        [
            0x00, 0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8A, 0x8C, 0x90, 0x95, 0x97, 0x99, 0x9A,
            0x9B, 0x9C, 0x9D, 0x9F,
        ],
        PacketType.Puback => [0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99],
        PacketType.Suback => [0x00, 0x01, 0x02, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2],
        PacketType.Unsuback => [0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91],
        PacketType.Disconnect =>
        [
            0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, 0x8D, 0x8E, 0x8F, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98,
            0x99, 0x9A, 0x9B, 0x9C, 0x9D, 0x9E, 0x9F, 0xA0, 0xA1, 0xA2,
        ],
        _ => [],
    };
}
