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
    private const int PatienceMs = 500;

    /// <summary>
    /// Never waits long: where nobody reads the socket, or nobody is there, the state is not told, and systemd's own
    /// timeouts decide.
    /// </summary>
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
        socket.SendTimeout = PatienceMs;
        try
        {
            socket.SendTo(Encoding.UTF8.GetBytes(state), systemd);
        }
        catch (SocketException)
        {
            // Recording goes on without systemd's knowledge: it is not worth a record.
        }
    }
}
