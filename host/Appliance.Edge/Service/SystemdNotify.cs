using System.Net.Sockets;
using System.Text;

namespace Appliance.Edge.Service;

/// <summary>
/// Tells systemd how the service is (sd_notify(3)): one datagram to the socket it names; nothing without one.
/// </summary>
internal static class SystemdNotify
{
    /// <summary>The variable that names the process which systemd's watchdog listens to.</summary>
    public const string WatchdogProcess = "WATCHDOG_PID";

    private const string Variable = "NOTIFY_SOCKET";

    public static void Send(string state)
    {
        string? path = Environment.GetEnvironmentVariable(Variable);
        if (string.IsNullOrEmpty(path))
        {
            return;
        }

        // A leading @ stands for the abstract namespace.
        UnixDomainSocketEndPoint systemd = new(path[0] == '@' ? '\0' + path[1..] : path);
        using Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        socket.SendTo(Encoding.UTF8.GetBytes(state), systemd);
    }
}
