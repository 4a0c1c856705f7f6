using System.Diagnostics;
using Appliance.Linux.Packets;

namespace Appliance.SystemTests.Linux;

/// <summary>Two ends of a cable in a network namespace of their own; gone with the object.</summary>
internal sealed class VethPair : IDisposable
{
    private static int made;
    private readonly string name = $"appring{Environment.ProcessId}-{Interlocked.Increment(ref made)}";

    public VethPair()
    {
        Ip("netns", "add", name);
        Ip("-n", name, "link", "add", "tx0", "type", "veth", "peer", "name", "rx0");
        foreach (string end in (string[])["tx0", "rx0"])
        {
            // Without this the kernel sends router solicitations and neighbour messages of its own.
            Ip("netns", "exec", name, "sysctl", "-qw", $"net.ipv6.conf.{end}.disable_ipv6=1");
            Ip("-n", name, "link", "set", end, "up");
        }
    }

    public string Namespace => name;

    public PacketRing Ring(RingOptions options) => NetworkNamespace.Run(name, () => new PacketRing(options, 3));

    public PacketSender Sender() => NetworkNamespace.Run(name, () => new PacketSender("tx0"));

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
