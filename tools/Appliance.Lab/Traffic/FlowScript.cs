namespace Appliance.Lab.Traffic;

/// <summary>Walks any flow step by step; the same walk on both legs.</summary>
internal static class FlowScript
{
    private const byte Tcp = 6;
    private const byte Syn = 2;
    private const long NsPerMs = 1_000_000;

    /// <summary>Draws what the flow needs before its first packet.</summary>
    public static void Open(ref LiveFlow flow, TrafficPlan plan, HelloBook hellos)
    {
        ulong ids = flow.Random.Next();
        flow.IpIdUp = (ushort)ids;
        flow.IpIdDown = (ushort)(ids >> 16);
        if (flow.Spec.Protocol == Tcp)
        {
            TcpScript.Open(ref flow, plan, hellos);
        }
        else
        {
            DatagramScript.Open(ref flow, hellos);
        }
    }

    /// <summary>Fills in the packet of the present step.</summary>
    public static void Fill(ref LiveFlow flow, TrafficPlan plan, ref Emission packet)
    {
        if (flow.Spec.Protocol == Tcp)
        {
            TcpScript.Fill(ref flow, plan, ref packet);
            uint elapsedMs = (uint)((flow.NextNs - flow.Spec.StartNs) / NsPerMs);
            packet.TsValue = (packet.Up ? flow.TsBaseUp : flow.TsBaseDown) + elapsedMs;
            packet.TsEcho = packet.TcpFlags == Syn ? 0 : (packet.Up ? flow.TsBaseDown : flow.TsBaseUp) + elapsedMs;
        }
        else
        {
            DatagramScript.Fill(ref flow, ref packet);
        }

        packet.IpId = packet.Up ? flow.IpIdUp++ : flow.IpIdDown++;
    }

    /// <summary>Time to the next step: between half and one and a half of the flow's mean.</summary>
    public static long Gap(ref LiveFlow flow) =>
        (flow.Spec.GapNs / 2) + (long)((flow.Random.Next() >> 1) % (ulong)(flow.Spec.GapNs + 1));

    /// <summary>True where the leg carries flows of the kind.</summary>
    public static bool Reaches(FlowReach reach, bool outside) => reach switch
    {
        FlowReach.OnNet or FlowReach.Refused => !outside,
        FlowReach.Unsolicited => outside,
        _ => true,
    };
}
