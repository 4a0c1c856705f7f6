using System.Net;
using System.Net.Sockets;
using Appliance.Edge.NatLog;
using Appliance.Edge.Service;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>The kernel's room for datagrams: what is asked for is had, or told; what found none is counted.</summary>
public sealed class ReceiveBufferTests
{
    private const int TooMuch = int.MaxValue;
    private const int Enough = 64 << 10;
    private const int Datagrams = 1000;

    [Fact]
    public void Room_that_the_kernel_gives_is_not_spoken_of_and_what_it_does_not_give_is()
    {
        using Socket socket = Bound();
        Assert.Null(ReceiveBuffer.Widen(socket, Enough, "logs"));
        Assert.True(socket.ReceiveBufferSize >= Enough);

        // More than half of the number's range is cut by the kernel even where it may be asked for.
        string? told = ReceiveBuffer.Widen(socket, TooMuch, "logs");
        Assert.StartsWith("logs: the kernel holds", told);
        Assert.Contains("set net.core.rmem_max to 2147483647", told);
    }

    [Fact]
    public void Datagrams_that_found_no_room_are_counted_after_their_socket_has_ended_as_well()
    {
        using OpenSockets sockets = new();
        Socket socket = Bound();
        sockets.Add(socket);
        socket.ReceiveBufferSize = 4096;
        using Socket sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        for (int i = 0; i < Datagrams; i++)
        {
            sender.SendTo(new byte[100], socket.LocalEndPoint!);
        }

        long lost = sockets.LostDatagrams;
        Assert.InRange(lost, 1, Datagrams);
        sockets.Remove(socket);
        Assert.True(socket.SafeHandle.IsClosed);
        sockets.Remove(socket);
        Assert.Equal(lost, sockets.LostDatagrams);
    }

    [Fact]
    public void A_socket_that_is_opened_while_all_are_ended_is_ended_too()
    {
        OpenSockets sockets = new();
        Socket early = Bound();
        sockets.Add(early);
        sockets.Dispose();
        Socket late = Bound();
        sockets.Add(late);
        Assert.True(early.SafeHandle.IsClosed && late.SafeHandle.IsClosed);
    }

    private static Socket Bound()
    {
        Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        return socket;
    }
}
