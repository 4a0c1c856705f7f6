using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Appliance.Wire;

namespace Appliance.TestSupport;

/// <summary>Accounting-Requests made by hand, byte for byte as the RFCs lay them out.</summary>
internal sealed class RadiusMessage
{
    private readonly List<byte> attributes = [];
    private readonly byte code;

    public RadiusMessage(uint status, string session = "s1", string server = "bras1", byte code = 4)
    {
        this.code = code;
        Number(40, status);
        Text(44, session);
        Text(32, server);
    }

    public static RadiusMessage Start(string session = "s1", string address = "") => Of(1, session, address);

    public static RadiusMessage Stop(string session = "s1", string address = "") => Of(2, session, address);

    public static RadiusMessage Interim(string session = "s1", string address = "") => Of(3, session, address);

    public RadiusMessage Raw(byte type, params byte[] value)
    {
        attributes.AddRange([type, (byte)(value.Length + 2), .. value]);
        return this;
    }

    public RadiusMessage Number(byte type, uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return Raw(type, bytes);
    }

    public RadiusMessage Text(byte type, string value) => Raw(type, Encoding.UTF8.GetBytes(value));

    public RadiusMessage Address(byte type, string address)
    {
        Ip ip = Parse(address);
        byte[] bytes = new byte[16];
        return Raw(type, bytes[..ip.Write(bytes)]);
    }

    public RadiusMessage Prefix(byte type, string address, byte length)
    {
        Ip ip = Parse(address);
        byte[] bytes = new byte[16];
        ip.Write(bytes);
        return Raw(type, [0, length, .. bytes[..((length + 7) / 8)]]);
    }

    public RadiusMessage Vendor(uint vendor, byte type, params byte[] value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, vendor);
        return Raw(26, [.. bytes, type, (byte)(value.Length + 2), .. value]);
    }

    public RadiusMessage Vendor(uint vendor, byte type, string value) =>
        Vendor(vendor, type, Encoding.UTF8.GetBytes(value));

    /// <summary>The packet, with the authenticator that the secret gives.</summary>
    public byte[] Bytes(string secret = "testing123")
    {
        byte[] packet = new byte[20 + attributes.Count];
        packet[0] = code;
        packet[1] = 77;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        attributes.CopyTo(packet, 20);
#pragma warning disable CA5351 // RFC 2866 section 3 prescribes it.
        MD5.HashData([.. packet, .. Encoding.UTF8.GetBytes(secret)]).CopyTo(packet, 4);
#pragma warning restore CA5351
        return packet;
    }

    private static RadiusMessage Of(uint status, string session, string address)
    {
        RadiusMessage message = new(status, session);
        return address.Length == 0 ? message : message.Address(8, address);
    }

    private static Ip Parse(string address) =>
        Ip.TryParse(address, out Ip ip) ? ip : throw new ArgumentException(address);
}
