namespace Appliance.Lab.Traffic;

/// <summary>
/// Walks a TCP flow: handshake, ClientHello in one to three segments, data both ways with retransmissions, an end.
/// The last packet of the plan is the flow's last; nothing depends on what a leg lost.
/// </summary>
internal static class TcpScript
{
    private const byte Fin = 1;
    private const byte Syn = 2;
    private const byte Rst = 4;
    private const byte Psh = 8;
    private const byte Ack = 16;
    private const int HandshakeSteps = 3;
    private const int SplitStyle = 1;

    /// <summary>Draws what the flow needs before its first packet.</summary>
    public static void Open(ref LiveFlow flow, TrafficPlan plan, HelloBook hellos)
    {
        flow.SequenceUp = (uint)flow.Random.Next() | 1;
        flow.SequenceDown = (uint)flow.Random.Next() | 1;
        flow.TsBaseUp = (uint)flow.Random.Next();
        flow.TsBaseDown = (uint)flow.Random.Next();
        if (flow.Spec.Class != FlowClass.Tls)
        {
            return;
        }

        flow.HelloLength = (ushort)hellos.TlsLength(flow.Spec);
        flow.Style = flow.Random.Chance(plan.SplitShare) ? (byte)SplitStyle : (byte)0;
        flow.Ending = flow.Random.Below(20) switch { 0 => 3, 1 or 2 => 1, 3 or 4 => 2, _ => 0 };
        int segments = Segments(flow);
        flow.OpeningSteps = (ushort)(HandshakeSteps + segments);
        flow.Spec.Packets = Math.Max(flow.Spec.Packets, flow.OpeningSteps + 1 + EndingSteps(flow));
    }

    /// <summary>Fills in the packet of the flow's present step and moves the sequence numbers on.</summary>
    public static void Fill(ref LiveFlow flow, TrafficPlan plan, ref Emission packet)
    {
        int step = flow.Step;
        packet.Longer = flow.Longer;
        if (flow.Spec.Class is FlowClass.LoneSyn or FlowClass.Scan || step < HandshakeSteps)
        {
            Handshake(ref flow, ref packet, flow.Spec.Class is FlowClass.Tls or FlowClass.Ftp ? step : 0);
        }
        else if (step < flow.OpeningSteps)
        {
            Hello(ref flow, ref packet);
        }
        else if (step >= flow.Spec.Packets - EndingSteps(flow))
        {
            End(ref flow, ref packet, step - (flow.Spec.Packets - EndingSteps(flow)));
        }
        else if (flow.Spec.Class == FlowClass.Ftp)
        {
            Ftp(ref flow, ref packet, step - HandshakeSteps);
        }
        else
        {
            Data(ref flow, plan, ref packet);
        }
    }

    /// <summary>Packets of an FTP connection with four commands and more.</summary>
    public static int FtpPackets(int more) => HandshakeSteps + 1 + (2 * (4 + more)) + 3;

    // The server greets, then command and reply take turns.
    private static void Ftp(ref LiveFlow flow, ref Emission packet, int turn)
    {
        Span<byte> text = stackalloc byte[Limits.GatewayTextMax];
        bool isCommand = (turn & 1) == 1;
        int number = turn / 2;
        int length = isCommand
            ? GatewayText.Command(flow.Spec, number, outside: false, text)
            : GatewayText.Reply(flow.Spec, number, text);
        PayloadKind kind = isCommand ? PayloadKind.FtpCommand : PayloadKind.FtpReply;
        Segment(ref flow, ref packet, isCommand, kind, number, length);
        if (isCommand && flow.Spec.Reach == FlowReach.Nat44)
        {
            flow.Longer += (short)(GatewayText.Command(flow.Spec, number, outside: true, text) - length);
        }
    }

    private static int EndingSteps(in LiveFlow flow) => flow.Ending switch { 0 => 3, 3 => 0, _ => 1 };

    private static int Segments(in LiveFlow flow)
    {
        int needed = (flow.HelloLength + Limits.SegmentBytesMax - 1) / Limits.SegmentBytesMax;
        return flow.Style == SplitStyle ? needed + 1 : needed;
    }

    private static void Handshake(ref LiveFlow flow, ref Emission packet, int step)
    {
        packet.Up = step != 1 && flow.Spec.Class != FlowClass.Scan;
        packet.TcpFlags = step switch { 0 => Syn, 1 => Syn | Ack, _ => Ack };
        packet.Sequence = step switch { 0 => flow.SequenceUp, 1 => flow.SequenceDown, _ => ++flow.SequenceUp };
        packet.Acknowledgment = step switch { 0 => 0, 1 => flow.SequenceUp + 1, _ => ++flow.SequenceDown };
    }

    private static void Hello(ref LiveFlow flow, ref Emission packet)
    {
        int left = flow.HelloLength - flow.HelloSent;
        int length = Math.Min(left, Limits.SegmentBytesMax);
        if (flow.Style == SplitStyle && flow.HelloSent == 0)
        {
            // The rest of the hello then fits in the segments that are left.
            int most = Math.Min(length - 1, 600);
            int least = Math.Max(1, left - ((Segments(flow) - 1) * Limits.SegmentBytesMax));
            length = least + flow.Random.Below(most - least + 1);
        }

        Segment(ref flow, ref packet, up: true, PayloadKind.Hello, flow.HelloSent, length);
        flow.HelloSent += (ushort)length;
    }

    private static void Data(ref LiveFlow flow, TrafficPlan plan, ref Emission packet)
    {
        ulong draw = flow.Random.Next();
        bool first = flow.Step == flow.OpeningSteps;
        if (!first && flow.LastLength > 0 && flow.Random.Chance(plan.RetransmitShare))
        {
            Again(ref flow, ref packet);
            return;
        }

        int kind = first ? 0 : (int)(draw % 10);
        if (kind is >= 6 and < 9)
        {
            Segment(ref flow, ref packet, up: true, PayloadKind.None, 0, 0);
            return;
        }

        bool up = kind == 9;
        int length = up || (draw & 0x100) != 0 ? 40 + (int)((draw >> 16) % 900) : Limits.SegmentBytesMax;
        Segment(ref flow, ref packet, up, PayloadKind.Pool, PayloadPool.Offset(draw >> 32), length);
        flow.LastLength = (ushort)length;
        flow.LastOffset = packet.PayloadOffset;
        flow.LastUp = up;
    }

    private static void Again(ref LiveFlow flow, ref Emission packet)
    {
        uint length = flow.LastLength;
        _ = flow.LastUp ? flow.SequenceUp -= length : flow.SequenceDown -= length;
        Segment(ref flow, ref packet, flow.LastUp, PayloadKind.Pool, flow.LastOffset, (int)length);
    }

    private static void End(ref LiveFlow flow, ref Emission packet, int step)
    {
        bool up = flow.Ending switch { 0 => step != 1, 1 => true, _ => false };
        Segment(ref flow, ref packet, up, PayloadKind.None, 0, 0);
        if (flow.Ending != 0)
        {
            packet.TcpFlags = Rst | Ack;
        }
        else if (step < 2)
        {
            packet.TcpFlags = Fin | Ack;
            _ = up ? flow.SequenceUp++ : flow.SequenceDown++;
        }
    }

    private static void Segment(
        ref LiveFlow flow, ref Emission packet, bool up, PayloadKind payload, int offset, int length)
    {
        packet.Up = up;
        packet.TcpFlags = length > 0 ? (byte)(Ack | Psh) : Ack;
        packet.Sequence = up ? flow.SequenceUp : flow.SequenceDown;
        packet.Acknowledgment = up ? flow.SequenceDown : flow.SequenceUp;
        packet.Payload = payload;
        packet.PayloadOffset = offset;
        packet.PayloadLength = (ushort)length;
        _ = up ? flow.SequenceUp += (uint)length : flow.SequenceDown += (uint)length;
    }
}
