using System.Buffers.Binary;
using System.Net;
using Appliance.Flow;
using Appliance.Wire;

namespace Appliance.Tests.Flow.Witness;

/// <summary>Writes IPFIX and NetFlow v9 messages, independently of the decoder.</summary>
internal sealed class ExportBuilder(ushort version)
{
    public const long ArrivalNs = 1_700_000_000_500_000_000;
    public const uint ExportSeconds = 1_700_000_000;
    private readonly List<byte> body = [];
    private int sets;

    public uint Sequence { get; set; }

    public uint UptimeMs { get; set; } = 1_000_000;

    public static ExportBuilder Ipfix(uint sequence = 0) => new(10) { Sequence = sequence };

    public static ExportBuilder NetFlow9(uint sequence = 0) => new(9) { Sequence = sequence };

    /// <summary>A template; an element above 0xFFFF carries its enterprise in the upper half.</summary>
    public ExportBuilder Template(ushort id, params (uint Element, ushort Length)[] fields)
    {
        List<byte> set = [.. U16(id), .. U16((ushort)fields.Length)];
        foreach ((uint element, ushort length) in fields)
        {
            uint enterprise = element >> 16;
            set.AddRange(U16((ushort)(element | (enterprise > 0 ? 0x8000u : 0))));
            set.AddRange(U16(length));
            set.AddRange(enterprise > 0 ? U32(enterprise) : []);
        }

        return Set((ushort)(version == 9 ? 0 : 2), [.. set]);
    }

    public ExportBuilder Set(ushort id, byte[] content)
    {
        body.AddRange(U16(id));
        body.AddRange(U16((ushort)(content.Length + 4)));
        body.AddRange(content);
        sets++;
        return this;
    }

    public byte[] Build()
    {
        byte[] header = version == 9
            ? [.. U16(9), .. U16((ushort)sets), .. U32(UptimeMs), .. U32(ExportSeconds), .. U32(Sequence), .. U32(7)]
            : [.. U16(10), .. U16((ushort)(16 + body.Count)), .. U32(ExportSeconds), .. U32(Sequence), .. U32(7)];
        return [.. header, .. body];
    }

    public static byte[] U16(ushort value)
    {
        byte[] bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] U32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] U64(ulong value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, value);
        return bytes;
    }

    public static byte[] Address(string text) => IPAddress.Parse(text).GetAddressBytes();

    public static Ip IpOf(string text) => Ip.FromBytes(Address(text));
}

/// <summary>A decoder and what came out of it.</summary>
internal sealed class ExportProbe
{
    public ExportDecoder Decoder { get; } = new();

    public LogTally Tally => Decoder.Tally;

    /// <summary>The events of one message, without the marks of gaps.</summary>
    public NatEvent[] Take(byte[] message, long arrivalNs = ExportBuilder.ArrivalNs) =>
        [.. TakeAll(message, arrivalNs).Where(item => item.Action is not (NatAction.Gap or NatAction.Heard))];

    public NatEvent[] TakeAll(byte[] message, long arrivalNs = ExportBuilder.ArrivalNs)
    {
        NatEvents events = new();
        Decoder.Decode(message, ExportBuilder.IpOf("192.0.2.1"), 4000, arrivalNs, events);
        return events.Items.ToArray();
    }
}
