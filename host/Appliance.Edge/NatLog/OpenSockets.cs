using System.Net.Sockets;
using Appliance.Edge.Service;

namespace Appliance.Edge.NatLog;

/// <summary>
/// The sockets of the listeners, so that a stop ends all of them; and what the kernel had no room for on any.
/// </summary>
internal sealed class OpenSockets : IDisposable
{
    private readonly HashSet<Socket> sockets = [];
    private long lostBefore;
    private bool isOver;

    /// <summary>Datagrams that found the kernel's room full.</summary>
    public long LostDatagrams
    {
        get
        {
            lock (sockets)
            {
                long lost = lostBefore;
                foreach (Socket socket in sockets)
                {
                    lost += LostOf(socket);
                }

                return lost;
            }
        }
    }

    /// <summary>Keeps a socket; ends it at once where all have been ended meanwhile.</summary>
    public void Add(Socket socket)
    {
        lock (sockets)
        {
            sockets.Add(socket);
            if (isOver)
            {
                End(socket);
            }
        }
    }

    /// <summary>Ends a socket.</summary>
    public void Remove(Socket socket)
    {
        lock (sockets)
        {
            End(socket);
        }
    }

    /// <summary>Ends all, and all to come.</summary>
    public void Dispose()
    {
        lock (sockets)
        {
            isOver = true;
            foreach (Socket socket in sockets.ToArray())
            {
                End(socket);
            }
        }
    }

    private void End(Socket socket)
    {
        lostBefore += sockets.Remove(socket) ? LostOf(socket) : 0;
        socket.Dispose();
    }

    private static long LostOf(Socket socket) =>
        socket.SocketType == SocketType.Dgram ? ReceiveBuffer.DropsOf(socket) : 0;
}
