using System.Buffers.Binary;
using Appliance.Flow;
using Appliance.Wire;

namespace Appliance.Tests.Flow.Engine;

/// <summary>
/// Translated UDP flows in one array, both legs, in order of time: flow n begins n * 20 us in, one packet each 50 ms,
/// the outside copy 300 us later. The public port names the flow, so the truth can be read off a record.
/// </summary>
internal sealed class Synthetic
{
    private const int FrameBytes = 14 + 20 + 8 + 60;
    private const int FirstPort = 1024;

    public Synthetic(int flows, int packetsPerFlow)
    {
        Random random = new(flows);
        List<(long Ns, int Flow, int Number, int Leg)> order = [];
        for (int flow = 0; flow < flows; flow++)
        {
            for (int number = 0; number < packetsPerFlow; number++)
            {
                long ns = TwoLegs.StartNs + (flow * 20_000L) + (number * 50_000_000L);
                order.Add((ns, flow, number, 0));
                order.Add((ns + 300_000, flow, number, 1));
            }
        }

        order.Sort();
        Bytes = new byte[order.Count * FrameBytes];
        Packets = new PacketRef[order.Count];
        byte[][] contents = [.. Enumerable.Range(0, flows * packetsPerFlow).Select(_ => new byte[60])];
        foreach (byte[] content in contents)
        {
            random.NextBytes(content);
        }

        for (int i = 0; i < order.Count; i++)
        {
            (long ns, int flow, int number, int leg) = order[i];
            byte[] content = contents[(flow * packetsPerFlow) + number];
            Write(Bytes.AsSpan(i * FrameBytes, FrameBytes), flow, number, leg, content);
            Packets[i] = new PacketRef
            {
                StampNs = ns, Offset = i * FrameBytes, Captured = FrameBytes, Length = FrameBytes,
                Interface = (ushort)leg, LinkType = 1,
            };
        }
    }

    public byte[] Bytes { get; }

    public PacketRef[] Packets { get; }

    /// <summary>The line of the flow that has this public port.</summary>
    public static Ip LineOf(int publicPort) => Ip.FromV4(0x0A000000u + (uint)(publicPort - FirstPort) + 1);

    private static void Write(Span<byte> frame, int flow, int number, int leg, byte[] content)
    {
        BinaryPrimitives.WriteUInt16BigEndian(frame[12..], 0x0800);
        Span<byte> ip = frame[14..];
        uint near = leg == 0 ? LineOf(FirstPort + flow).V4 : 0xC6336407;
        uint far = 0xC0000200u + (uint)(flow % 200);
        bool up = number % 2 == 0;
        ip[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], FrameBytes - 14);
        BinaryPrimitives.WriteUInt16BigEndian(ip[4..], (ushort)((number * 7) + flow + 1));
        ip[8] = 60;
        ip[9] = 17;
        BinaryPrimitives.WriteUInt32BigEndian(ip[12..], up ? near : far);
        BinaryPrimitives.WriteUInt32BigEndian(ip[16..], up ? far : near);
        ushort nearPort = (ushort)(leg == 0 ? 40_000 : FirstPort + flow);
        BinaryPrimitives.WriteUInt16BigEndian(ip[20..], up ? nearPort : (ushort)443);
        BinaryPrimitives.WriteUInt16BigEndian(ip[22..], up ? (ushort)443 : nearPort);
        BinaryPrimitives.WriteUInt16BigEndian(ip[24..], 8 + 60);
        content.CopyTo(ip[28..]);
    }
}
