namespace Appliance.Lab.Traffic;

/// <summary>Walks the flows that are not TCP: QUIC, DNS, plain UDP, ICMP echo, probes and scans.</summary>
internal static class DatagramScript
{
    private const int QuicDataMax = 1200;
    private const int WindowsStyle = 1;
    private const int ShortBytes = 2;

    /// <summary>Draws what the flow needs before its first packet.</summary>
    public static void Open(ref LiveFlow flow, HelloBook hellos)
    {
        flow.Style = flow.Spec.Class == FlowClass.Ping && flow.Random.Below(10) < 3 ? (byte)WindowsStyle : (byte)0;
        flow.SequenceUp = flow.Style == WindowsStyle ? (uint)flow.Random.Below(60_000) : 1;
        if (flow.Spec.Class == FlowClass.Quic)
        {
            flow.OpeningSteps = (ushort)hellos.QuicInitials(flow.Spec);
            flow.Spec.Packets = Math.Max(flow.Spec.Packets, flow.OpeningSteps + 2);
        }
    }

    /// <summary>Fills in the packet of the flow's present step.</summary>
    public static void Fill(ref LiveFlow flow, ref Emission packet)
    {
        packet.Sequence = (uint)flow.Step;
        packet.Up = (flow.Step & 1) == 0;
        switch (flow.Spec.Class)
        {
            case FlowClass.Quic:
                Quic(ref flow, ref packet);
                break;
            case FlowClass.Dns:
                packet.Payload = packet.Up ? PayloadKind.DnsQuery : PayloadKind.DnsResponse;
                break;
            case FlowClass.Ping:
                packet.Payload = flow.Style == WindowsStyle ? PayloadKind.EchoWindows : PayloadKind.EchoLinux;
                packet.Sequence = flow.SequenceUp + (uint)(flow.Step / 2);
                break;
            case FlowClass.Sip:
                packet.Payload = packet.Up ? PayloadKind.SipRequest : PayloadKind.SipAnswer;
                break;
            case FlowClass.Probe:
                packet.Up = true;
                Pool(ref packet, PayloadKind.Pool, Prng.Mix(flow.Spec.Seed, packet.Sequence), 64);
                break;
            case FlowClass.Scan:
                packet.Up = false;
                Pool(ref packet, PayloadKind.Pool, flow.Spec.Seed, 40);
                break;
            default:
                ulong draw = flow.Random.Next();
                packet.Up = (draw & 1) == 0 || flow.Step == 0;
                bool isShort = flow.Spec.IsShort;
                Pool(
                    ref packet, isShort ? PayloadKind.Pool : PayloadKind.Rtp, draw >> 8,
                    isShort ? ShortBytes : 160 + (int)(draw % 800));
                break;
        }
    }

    private static void Quic(ref LiveFlow flow, ref Emission packet)
    {
        packet.Up = flow.Step < flow.OpeningSteps;
        packet.Payload = PayloadKind.QuicInitial;
        if (flow.Step == flow.OpeningSteps)
        {
            packet.Payload = PayloadKind.QuicServerInitial;
        }
        else if (flow.Step > flow.OpeningSteps)
        {
            ulong draw = flow.Random.Next();
            packet.Up = draw % 10 < 3;
            int length = packet.Up ? 30 + (int)((draw >> 8) % 60) : 200 + (int)((draw >> 8) % (QuicDataMax - 200));
            Pool(ref packet, PayloadKind.QuicShort, draw >> 32, length);
        }
    }

    private static void Pool(ref Emission packet, PayloadKind payload, ulong draw, int length)
    {
        packet.Payload = payload;
        packet.PayloadOffset = PayloadPool.Offset(draw);
        packet.PayloadLength = (ushort)length;
    }
}
