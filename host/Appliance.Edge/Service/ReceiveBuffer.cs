using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Appliance.Edge.Service;

/// <summary>
/// Room in the kernel for datagrams that wait for their reader. What is asked for is capped without a word by
/// net.core.rmem_max, so it is asked for past that limit, which needs CAP_NET_ADMIN, and then compared.
/// </summary>
internal static class ReceiveBuffer
{
    private const int LevelSocket = 1; // SOL_SOCKET
    private const int Force = 33; // SO_RCVBUFFORCE
    private const int MemoryInfo = 55; // SO_MEMINFO
    private const int MemoryInfoCount = 9; // SK_MEMINFO_VARS
    private const int MemoryInfoDrops = 8; // SK_MEMINFO_DROPS

    /// <summary>Widens a socket's room; a sentence where the kernel gives less than was asked for, else null.</summary>
    public static string? Widen(Socket socket, int bytes, string what)
    {
        try
        {
            socket.SetRawSocketOption(LevelSocket, Force, BitConverter.GetBytes(bytes));
        }
        catch (SocketException)
        {
            socket.ReceiveBufferSize = bytes;
        }

        // The kernel keeps, and tells, twice what was asked for: its own books are in there (socket(7), SO_RCVBUF).
        int given = socket.ReceiveBufferSize / 2;
        return given >= bytes ? null : string.Create(
            CultureInfo.InvariantCulture,
            $"{what}: the kernel holds {given >> 10:N0} KiB of the {bytes >> 10:N0} KiB asked for, so a burst is lost "
            + $"sooner; set net.core.rmem_max to {bytes} and restart");
    }

    /// <summary>Datagrams that found that room full, since the socket was opened.</summary>
    public static uint DropsOf(Socket socket)
    {
        Span<uint> values = stackalloc uint[MemoryInfoCount];
        int length = socket.GetRawSocketOption(LevelSocket, MemoryInfo, MemoryMarshal.AsBytes(values));
        return length == MemoryInfoCount * sizeof(uint) ? values[MemoryInfoDrops] : 0;
    }
}
