using System.Net.Sockets;

namespace Appliance.Linux.Process;

/// <summary>Who is at the other end of a Unix socket, by the kernel's word (unix(7), SO_PEERCRED).</summary>
public static class PeerUser
{
    // SOL_SOCKET and SO_PEERCRED of Linux; struct ucred is pid, uid, gid, 32 bits each.
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int PeerCredBytes = 12;

    /// <summary>Process and effective user of the peer; no user where the kernel does not say.</summary>
    public static (int Process, uint? User) Of(Socket socket)
    {
        Span<byte> peer = stackalloc byte[PeerCredBytes];
        int length = socket.GetRawSocketOption(SolSocket, SoPeerCred, peer);
        return length == PeerCredBytes
            ? (BitConverter.ToInt32(peer), BitConverter.ToUInt32(peer[4..]))
            : (0, null);
    }
}
