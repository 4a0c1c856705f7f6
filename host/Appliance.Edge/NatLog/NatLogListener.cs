using System.Net;
using System.Net.Sockets;
using Appliance.Edge.Configuration;
using Appliance.Flow;
using Appliance.Wire;

namespace Appliance.Edge.NatLog;

/// <summary>
/// Takes what NATs send to the box: a thread for each datagram socket, one for each listening stream socket, one for
/// each stream. A socket that cannot be opened (during a hand-over the old process still has it) is tried again, and
/// stands in the status until it is.
/// </summary>
internal sealed class NatLogListener : IDisposable
{
    private readonly NatLogOptions options;
    private readonly NatLogIntake intake;
    private readonly Dictionary<string, string> problems = [];
    private readonly HashSet<Socket> sockets = [];
    private volatile bool isOver;
    private int streams;

    public NatLogListener(NatLogOptions options)
    {
        this.options = options;
        intake = new NatLogIntake(options);
    }

    /// <summary>Where events wait for the packet thread.</summary>
    public NatEventQueue Queue => intake.Queue;

    /// <summary>How it is.</summary>
    public NatLogStatus Status
    {
        get
        {
            lock (problems)
            {
                return intake.StatusOf([.. problems.Values]);
            }
        }
    }

    public void Start()
    {
        foreach (string place in options.Udp)
        {
            Begin($"nat log udp {place}", () => Keep(place, SocketType.Dgram, ReadDatagrams));
        }

        foreach (string place in options.Tcp)
        {
            Begin($"nat log tcp {place}", () => Keep(place, SocketType.Stream, Accept));
        }
    }

    public void Dispose()
    {
        isOver = true;
        lock (sockets)
        {
            foreach (Socket socket in sockets)
            {
                socket.Dispose();
            }

            sockets.Clear();
        }
    }

    private static void Begin(string name, Action run) =>
        new Thread(() => run()) { Name = name, IsBackground = true }.Start();

    /// <summary>Opens a socket and works on it until it fails; then again, after a pause.</summary>
    private void Keep(string place, SocketType type, Action<Socket> work)
    {
        while (!isOver)
        {
            try
            {
                using Socket socket = Open(place, type);
                lock (problems)
                {
                    problems.Remove(place);
                }

                work(socket);
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                lock (problems)
                {
                    problems[place] = $"NAT logs are not taken on {place}: {failure.Message}";
                }
            }

            Thread.Sleep(isOver ? 0 : Limits.RetryMs);
        }
    }

    private Socket Open(string place, SocketType type)
    {
        IPEndPoint point = NatLogSettings.EndPointOf(place)!;
        Socket socket = new(point.AddressFamily, type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
        try
        {
            socket.ReceiveBufferSize = Limits.ReceiveBytes;
            socket.Bind(point);
            if (type == SocketType.Stream)
            {
                socket.Listen();
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        Remember(socket);
        return socket;
    }

    private void Remember(Socket socket)
    {
        lock (sockets)
        {
            sockets.Add(socket);
        }
    }

    private void ReadDatagrams(Socket socket)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(Limits.DatagramBytes, pinned: true);
        SocketAddress sender = new(socket.AddressFamily);
        while (!isOver)
        {
            int length = socket.ReceiveFrom(buffer.AsSpan(), SocketFlags.None, sender);
            long arrivalNs = NowNs;
            (Ip exporter, ushort port) = SenderOf(sender);
            if (intake.Admits(exporter))
            {
                intake.TakeDatagram(buffer.AsSpan(0, length), exporter, port, arrivalNs);
            }
        }
    }

    private void Accept(Socket socket)
    {
        while (!isOver)
        {
            Socket stream = socket.Accept();
            IPEndPoint from = (IPEndPoint)stream.RemoteEndPoint!;
            Ip exporter = IpOf(from.Address);
            if (!intake.Admits(exporter))
            {
                stream.Dispose();
            }
            else if (Interlocked.Increment(ref streams) > Limits.StreamsMax)
            {
                Interlocked.Decrement(ref streams);
                intake.Refuse();
                stream.Dispose();
            }
            else
            {
                Remember(stream);
                Begin($"nat log {from.Port}", () => Follow(stream, exporter, (ushort)from.Port));
            }
        }
    }

    private void Follow(Socket stream, Ip exporter, ushort port)
    {
        try
        {
            Read(stream, exporter, port);
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
        {
            // The sender went, or this box stops. Either way the stream is interrupted, which is told below.
        }
        finally
        {
            Interlocked.Decrement(ref streams);
            intake.Interrupt(exporter, NowNs);
            lock (sockets)
            {
                sockets.Remove(stream);
            }

            stream.Dispose();
        }
    }

    /// <summary>Reads until the sender ends, or the stream has lost its frame.</summary>
    private void Read(Socket stream, in Ip exporter, ushort port)
    {
        byte[] buffer = new byte[Limits.StreamBytes];
        int held = 0;
        while (!isOver && held < buffer.Length)
        {
            int count = stream.Receive(buffer.AsSpan(held));
            if (count == 0)
            {
                return;
            }

            held += count;
            int used = TakeWhole(buffer.AsSpan(0, held), exporter, port, NowNs);
            if (used < 0)
            {
                intake.Refuse();
                return;
            }

            buffer.AsSpan(used, held - used).CopyTo(buffer);
            held -= used;
        }
    }

    /// <summary>Takes all whole messages; how many bytes they were, or -1.</summary>
    private int TakeWhole(ReadOnlySpan<byte> bytes, in Ip exporter, ushort port, long arrivalNs)
    {
        const int exportHeader = 4;
        int at = 0;
        while (at < bytes.Length)
        {
            ReadOnlySpan<byte> rest = bytes[at..];
            bool isExport = ExportDecoder.IsExport(rest);
            if (rest.Length < exportHeader && (isExport || rest[0] == 0))
            {
                return at;
            }

            int length = isExport ? ExportDecoder.LengthOf(rest) : LogFrames.Next(rest, out _);
            if (length < 0 || (isExport && length == 0))
            {
                return -1;
            }

            if (length == 0 || length > rest.Length)
            {
                return at;
            }

            if (isExport)
            {
                intake.TakeExport(rest[..length], exporter, port, arrivalNs);
            }
            else
            {
                LogFrames.Next(rest, out ReadOnlySpan<byte> line);
                intake.TakeLine(line, exporter, arrivalNs);
            }

            at += length;
        }

        return at;
    }

    private static long NowNs => (DateTime.UtcNow.Ticks - DateTime.UnixEpoch.Ticks) * 100;

    /// <summary>
    /// sockaddr_in: family 2, port 2, address 4. sockaddr_in6: family 2, port 2, flow 4, address 16 (ip(7), ipv6(7)).
    /// </summary>
    private static (Ip Address, ushort Port) SenderOf(SocketAddress sender)
    {
        ReadOnlySpan<byte> bytes = sender.Buffer.Span;
        ushort port = (ushort)((bytes[2] << 8) | bytes[3]);
        return (Ip.FromBytes(sender.Family == AddressFamily.InterNetwork ? bytes[4..8] : bytes[8..24]), port);
    }

    private static Ip IpOf(IPAddress address) => Ip.FromBytes(address.GetAddressBytes());
}
