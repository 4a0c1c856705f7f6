using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Appliance.Edge.Configuration;
using Appliance.Flow.Lines;
using Appliance.Wire;

namespace Appliance.Edge.Service;

/// <summary>A RADIUS packet of a known sender; its authenticator fits where that can be checked.</summary>
internal readonly record struct HeardPacket(byte[] Bytes, byte[] Secret, Ip Sender, long HeardNs);

/// <summary>
/// Receives RADIUS accounting and puts what may be believed into a bounded queue. As the receiver it answers each
/// request that it has queued, so that the server does not send it again; for copies it is silent.
/// </summary>
internal sealed class RadiusListener : IDisposable
{
    // Four seconds of a server that begins anew with 2,000 sessions a second; RADIUS clients ask again.
    private const int QueueMax = 8192;
    private const int PacketBytesMax = 4096;
    private const int ReceiveBufferBytes = 4 << 20;
    private const int RetryMs = 500;

    private readonly Socket socket;
    private readonly bool answers;
    private readonly List<(IpPrefix Prefix, byte[] Secret)> clients = [];
    private readonly ConcurrentQueue<HeardPacket> queue = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly byte[] response = new byte[PacketBytesMax];
    private Task running = Task.CompletedTask;
    private long dropped;
    private long strangers;

    /// <summary>Opens the socket.</summary>
    /// <exception cref="IOException">The address cannot be listened on, or a secret cannot be read.</exception>
    public RadiusListener(SessionOptions options)
    {
        answers = options.Answer;
        foreach (RadiusClientOptions client in options.Clients)
        {
            clients.Add((FlowSettings.PrefixOf(client.Prefix), SecretOf(client)));
        }

        IPEndPoint at = new(IPAddress.Parse(options.Listen!), options.Port);
        socket = new Socket(at.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            // The process that takes over listens beside the one that goes.
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.ReuseAddress, true);
            Room = ReceiveBuffer.Widen(socket, ReceiveBufferBytes, $"RADIUS on {at}");
            socket.Bind(at);
        }
        catch (SocketException failure)
        {
            socket.Dispose();
            throw new IOException($"cannot listen on {at} for RADIUS accounting: {failure.Message}");
        }
    }

    /// <summary>
    /// Packets that found the queue, or the kernel's room, full; as the receiver, the server sends them again.
    /// </summary>
    public ulong Dropped => (ulong)Interlocked.Read(ref dropped) + ReceiveBuffer.DropsOf(socket);

    /// <summary>Packets of senders that no client is configured for, or that do not have its secret.</summary>
    public ulong Strangers => (ulong)Interlocked.Read(ref strangers);

    private IPEndPoint Anybody =>
        new(socket.AddressFamily == AddressFamily.InterNetwork ? IPAddress.Any : IPAddress.IPv6Any, 0);

    /// <summary>That the kernel gives less room than was asked for, or null.</summary>
    public string? Room { get; }

    /// <summary>Why nothing is received, or null.</summary>
    public string? Problem { get; private set; }

    public void Start(Action<Exception> onFailure) => running = Task.Run(async () =>
    {
        try
        {
            await Run();
        }
        catch (OperationCanceledException)
        {
            // Stopped.
        }
        catch (Exception failure)
        {
            onFailure(failure);
        }
    });

    public bool TryTake(out HeardPacket packet) => queue.TryDequeue(out packet);

    /// <summary>Ends reception, with what the kernel has by then; that is queued, but not answered any more.</summary>
    public async Task StopAsync()
    {
        await stopping.CancelAsync();
        await running;
        byte[] buffer = new byte[PacketBytesMax];
        EndPoint from = Anybody;
        for (int i = 0; i < QueueMax && socket.Poll(0, SelectMode.SelectRead); i++)
        {
            try
            {
                int count = socket.ReceiveFrom(buffer, ref from);
                Take(buffer.AsSpan(0, count), (IPEndPoint)from);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    public void Dispose()
    {
        socket.Dispose();
        stopping.Dispose();
    }

    private async Task Run()
    {
        byte[] buffer = new byte[PacketBytesMax];
        EndPoint anybody = Anybody;
        while (true)
        {
            SocketReceiveFromResult got;
            try
            {
                got = await socket.ReceiveFromAsync(buffer, SocketFlags.None, anybody, stopping.Token);
            }
            catch (SocketException failure) when (IsOfAnAnswer(failure.SocketErrorCode))
            {
                continue;
            }
            catch (SocketException failure)
            {
                Problem = $"RADIUS accounting is not received: {failure.Message}";
                await Task.Delay(RetryMs, stopping.Token);
                continue;
            }

            Problem = null;
            if (Take(buffer.AsSpan(0, got.ReceivedBytes), (IPEndPoint)got.RemoteEndPoint) is { } length)
            {
                await Answer(length, got.RemoteEndPoint);
            }
        }
    }

    // An ICMP error that an earlier answer met says nothing of what is received.
    private static bool IsOfAnAnswer(SocketError error) => error is SocketError.ConnectionRefused
        or SocketError.ConnectionReset or SocketError.HostUnreachable or SocketError.NetworkUnreachable;

    /// <summary>Queues a packet; gives the length of the answer that it gets.</summary>
    private int? Take(ReadOnlySpan<byte> bytes, IPEndPoint from)
    {
        Ip sender = Ip.FromBytes((from.Address.IsIPv4MappedToIPv6 ? from.Address.MapToIPv4() : from.Address)
            .GetAddressBytes());
        byte[]? secret = clients.Find(client => client.Prefix.Contains(sender)).Secret;
        if (secret is null || (secret.Length > 0 && !RadiusSecret.IsAuthentic(bytes, secret)))
        {
            Interlocked.Increment(ref strangers);
            return null;
        }

        if (queue.Count >= QueueMax)
        {
            Interlocked.Increment(ref dropped);
            return null;
        }

        if (!RadiusSecret.IsStatus(bytes))
        {
            queue.Enqueue(new HeardPacket(bytes.ToArray(), secret, sender, WallClock.NowNs));
        }

        int length = answers ? RadiusSecret.Respond(bytes, secret, response) : 0;
        return length > 0 ? length : null;
    }

    private async Task Answer(int length, EndPoint to)
    {
        try
        {
            await socket.SendToAsync(response.AsMemory(0, length), SocketFlags.None, to, stopping.Token);
        }
        catch (SocketException)
        {
            // Not sent: the server asks again, and what was queued is found to be repeated.
            Interlocked.Increment(ref dropped);
        }
    }

    private static byte[] SecretOf(RadiusClientOptions client)
    {
        if (client.SecretFile is not { } path)
        {
            return [];
        }

        try
        {
            string secret = File.ReadLines(path).FirstOrDefault() ?? "";
            return secret.Length > 0
                ? System.Text.Encoding.UTF8.GetBytes(secret)
                : throw new IOException($"{path} is empty; its first line is the shared secret");
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new IOException($"cannot read the shared secret {path}: {failure.Message}");
        }
    }
}
