using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Appliance.Lab.Bed;

/// <summary>
/// Makes the planned flows, run inside the clients' namespace. Each flow binds its subscriber's address and its planned
/// port. What was made is logged; a flow that fails makes the run fail, because the truth must be whole.
/// </summary>
internal sealed class BedClient : IDisposable
{
    private readonly SemaphoreSlim _processes = new(BedLimits.ClientProcesses);
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentQueue<BedFlow> _made = new();

    /// <summary>Returns what failed, one line a flow.</summary>
    public static async Task<IReadOnlyCollection<string>> Run(string planFile, string logFile, CancellationToken stop)
    {
        using BedClient client = new();
        BedFlow[] plan = [.. File.ReadLines(planFile).Skip(1).Select(BedFlow.Parse)];
        // Flows of real programs wait for each other; they start first, so that own sockets fill the time.
        ParallelOptions options = new() { MaxDegreeOfParallelism = BedLimits.ClientWorkers, CancellationToken = stop };
        Task external = Parallel.ForEachAsync(plan.Where(IsProgram), options, client.One);
        Task own = Parallel.ForEachAsync(plan.Where(f => !IsProgram(f)), options, client.One);
        await Task.WhenAll(external, own);
        await File.WriteAllLinesAsync(logFile,
            client._made.OrderBy(f => f.Index).Select(f => f.ToLine()).Prepend(BedFlow.Header), stop);
        return client._failures;
    }

    public void Dispose() => _processes.Dispose();

    private static bool IsProgram(BedFlow flow) => flow.Kind
        is BedFlowKind.CurlTls12 or BedFlowKind.CurlTls13 or BedFlowKind.CurlHttp or BedFlowKind.Ping;

    private async ValueTask One(BedFlow flow, CancellationToken stop)
    {
        using CancellationTokenSource limit = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            if (IsProgram(flow))
            {
                await Program(flow, stop);
            }
            else
            {
                limit.CancelAfter(BedLimits.Flow);
                await Own(flow, limit.Token);
            }

            _made.Enqueue(flow);
        }
        catch (Exception e) when (e is IOException or SocketException or BedException or OperationCanceledException
            or System.Security.Authentication.AuthenticationException)
        {
            _failures.Enqueue($"{flow.ToLine()}: {e.Message}");
        }
    }

    private static Task Own(BedFlow flow, CancellationToken stop) => flow.Kind switch
    {
        BedFlowKind.Dns => Dns(flow, stop),
        BedFlowKind.Echo => Echo(flow, stop),
        BedFlowKind.Refused => Refused(flow, stop),
        _ => BedWebClient.Fetch(flow, stop),
    };

    private async Task Program(BedFlow flow, CancellationToken stop)
    {
        await _processes.WaitAsync(stop);
        try
        {
            string[] command = flow.Kind == BedFlowKind.Ping ? PingCommand(flow) : CurlCommand(flow);
            await Task.Run(() => BedProcess.Run(command[0], command[1..]), stop);
        }
        finally
        {
            _processes.Release();
        }
    }

    private static string[] PingCommand(BedFlow flow) =>
    [
        "ping", "-n", "-q", "-I", flow.Source, "-e", Text(flow.SourcePort), "-c", Text(flow.Size + 1), "-i", "0.05",
        "-W", "5", flow.Remote,
    ];

    private static string[] CurlCommand(BedFlow flow)
    {
        string scheme = flow.Kind == BedFlowKind.CurlHttp ? "http" : "https";
        string version = flow.Kind == BedFlowKind.CurlTls12 ? "1.2" : "1.3";
        return
        [
            "curl", "-sS", "-k", "-f", "-o", "/dev/null", "--noproxy", "*", "--max-time", "15", "--interface",
            flow.Source, "--local-port", Text(flow.SourcePort), "--resolve",
            $"{flow.Name}:{flow.RemotePort}:{Bracketed(flow.Remote)}", "--tlsv1.2", "--tls-max", version,
            $"{scheme}://{flow.Name}:{Text(flow.RemotePort)}/{flow.Size}",
        ];
    }

    private static async Task Dns(BedFlow flow, CancellationToken stop)
    {
        // RFC 1035, 4.1.1: id, recursion desired, one question of type A, class IN.
        List<byte> query = [(byte)(flow.Index >> 8), (byte)flow.Index, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
        foreach (string label in flow.Name.Split('.'))
        {
            query.Add((byte)label.Length);
            query.AddRange(Encoding.ASCII.GetBytes(label));
        }

        query.AddRange([0, 0, 1, 0, 1]);
        using Socket socket = Bound(flow, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(flow.Remote, flow.RemotePort, stop);
        byte[] answer = await Ask(socket, query.ToArray(), a => a[0] == query[0] && a[1] == query[1], stop);
        if (answer.Length <= query.Count || answer[7] != 1)
        {
            throw new BedException("the resolver gave no answer");
        }
    }

    private static async Task Echo(BedFlow flow, CancellationToken stop)
    {
        using Socket socket = Bound(flow, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(flow.Remote, flow.RemotePort, stop);
        for (int i = 0; i < 1 + (flow.Size * 4); i++)
        {
            byte[] data = Encoding.ASCII.GetBytes($"{flow.Index} {i} ".PadRight(20 + (flow.Index % 600), '.'));
            await Ask(socket, data, answer => answer.AsSpan().SequenceEqual(data), stop);
        }
    }

    /// <summary>
    /// Sends a datagram until its answer comes, as a resolver does: a machine that is held up may lose one.
    /// </summary>
    private static async Task<byte[]> Ask(
        Socket socket, byte[] question, Func<byte[], bool> isAnswer, CancellationToken stop)
    {
        byte[] room = new byte[2_048];
        while (true)
        {
            await socket.SendAsync(question, SocketFlags.None, stop);
            using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(stop);
            patience.CancelAfter(BedLimits.Resend);
            try
            {
                while (true)
                {
                    int length = await socket.ReceiveAsync(room, SocketFlags.None, patience.Token);
                    if (length > 2 && isAnswer(room[..length]))
                    {
                        return room[..length];
                    }
                }
            }
            catch (OperationCanceledException) when (!stop.IsCancellationRequested)
            {
                continue;
            }
        }
    }

    private static async Task Refused(BedFlow flow, CancellationToken stop)
    {
        using Socket socket = Bound(flow, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(flow.Remote, flow.RemotePort, stop);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.ConnectionRefused)
        {
            return;
        }

        throw new BedException("a closed port answered");
    }

    internal static Socket Bound(BedFlow flow, SocketType type, ProtocolType protocol)
    {
        IPAddress source = IPAddress.Parse(flow.Source);
        Socket socket = new(source.AddressFamily, type, protocol);
        socket.Bind(new IPEndPoint(source, flow.SourcePort));
        return socket;
    }

    private static string Bracketed(string address) =>
        address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
