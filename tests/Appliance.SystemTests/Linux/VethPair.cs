using System.Diagnostics;
using Appliance.Linux.Packets;

namespace Appliance.SystemTests.Linux;

/// <summary>
/// Cables in a network namespace of their own, from tx0 to rx0 and so on; gone with the object.
/// </summary>
internal sealed class VethPair : IDisposable
{
    private static int made;
    private readonly string name = $"appring{Environment.ProcessId}-{Interlocked.Increment(ref made)}";

    public VethPair(int cables = 1)
    {
        Ip("netns", "add", name);
        for (int i = 0; i < cables; i++)
        {
            Ip("-n", name, "link", "add", $"tx{i}", "type", "veth", "peer", "name", $"rx{i}");
            foreach (string end in (string[])[$"tx{i}", $"rx{i}"])
            {
                // Without this the kernel sends router solicitations and neighbour messages of its own.
                Ip("netns", "exec", name, "sysctl", "-qw", $"net.ipv6.conf.{end}.disable_ipv6=1");
                Ip("-n", name, "link", "set", end, "up");
            }
        }
    }

    public string Namespace => name;

    public PacketRing Ring(RingOptions options) => NetworkNamespace.Run(name, () => new PacketRing(options, 3));

    public PacketSender Sender(int cable = 0) =>
        NetworkNamespace.Run(name, () => new PacketSender($"tx{cable}"));

    /// <summary>From here on the receiving end drops what is longer, as a port without room does.</summary>
    public void Limit(int cable, int payloadBytes) =>
        Ip("-n", name, "link", "set", $"rx{cable}", "mtu", $"{payloadBytes}");

    public void Dispose() => Ip("netns", "del", name);

    private static void Ip(params string[] arguments)
    {
        using Process process = Process.Start("ip", arguments);
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"ip {string.Join(' ', arguments)} ended with {process.ExitCode}");
        }
    }
}
