using System.Net;
using System.Net.Sockets;

namespace Appliance.Lab.Bed;

/// <summary>UDP echo on the given addresses, run inside a namespace until it is told to end.</summary>
internal static class BedEcho
{
    public static void Run(IEnumerable<string> addresses, CancellationToken stop)
    {
        List<Task> loops = [];
        foreach (string address in addresses)
        {
            Socket socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), BedPlan.EchoPort));
            loops.Add(Serve(socket, stop));
        }

        Console.Error.WriteLine("ready");
        Task.WaitAll([.. loops], CancellationToken.None);
    }

    private static async Task Serve(Socket socket, CancellationToken stop)
    {
        byte[] buffer = new byte[2_048];
        EndPoint any = new IPEndPoint(IPAddress.Any, 0);
        try
        {
            while (true)
            {
                SocketReceiveFromResult got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, any, stop);
                await socket.SendToAsync(buffer.AsMemory(0, got.ReceivedBytes), got.RemoteEndPoint, stop);
            }
        }
        catch (OperationCanceledException)
        {
            socket.Dispose();
        }
    }
}
