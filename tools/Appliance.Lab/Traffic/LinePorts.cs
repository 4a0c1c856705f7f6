namespace Appliance.Lab.Traffic;

/// <summary>
/// The source ports that lines choose: each line counts up through the ephemeral ports. With
/// <see cref="TrafficPlan.PortReuseShare"/> a datagram flow may leave from the port of the line's last one, as long as
/// no other flow of that port went to the same remote.
/// </summary>
internal sealed class LinePorts
{
    public const int First = 32768;
    public const int Count = 28000;
    private const byte Tcp = 6;

    private readonly TrafficPlan plan;
    private readonly ushort[] ports;
    private readonly Dictionary<int, HashSet<ulong>> remotes = [];

    public LinePorts(TrafficPlan plan, ref Prng random)
    {
        this.plan = plan;
        ports = new ushort[plan.Subscribers];
        for (int line = 0; line < ports.Length; line++)
        {
            ports[line] = (ushort)random.Below(Count);
        }
    }

    /// <summary>The port that the line sends a new flow from.</summary>
    public ushort Next(in FlowSpec flow, int line, ref Prng random)
    {
        if (!IsReused(flow, line, ref random))
        {
            ports[line] = (ushort)((ports[line] + 1 + random.Below(3)) % Count);
            if (plan.PortReuseShare > 0)
            {
                remotes[line] = [RemoteOf(flow)];
            }
        }

        return (ushort)(First + ports[line]);
    }

    private static ulong RemoteOf(in FlowSpec flow) =>
        ((ulong)flow.Protocol << 48) | ((ulong)flow.RemoteAddress << 16) | flow.RemotePort;

    private bool IsReused(in FlowSpec flow, int line, ref Prng random) =>
        plan.PortReuseShare > 0 && flow.Protocol != Tcp && random.Chance(plan.PortReuseShare)
        && remotes.TryGetValue(line, out HashSet<ulong>? known) && known.Add(RemoteOf(flow));
}
