using System.Net;
using System.Net.Sockets;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;
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
    private readonly Dictionary<string, string?> notes = [];
    private readonly OpenSockets sockets = new();
    private volatile bool isOver;
    private string tableBefore = "none kept";
    private int streams;

    public NatLogListener(NatLogOptions options)
    {
        this.options = options;
        intake = new NatLogIntake(options, WallClock.Steady);
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
                return intake.StatusOf([.. problems.Values], sockets.LostDatagrams, tableBefore);
            }
        }
    }

    /// <summary>What is not as it was asked for, though logs are taken; a sentence each.</summary>
    public IReadOnlyList<string> Notes
    {
        get
        {
            lock (problems)
            {
                return [.. notes.Values.OfType<string>()];
            }
        }
    }

    /// <summary>Takes up what the run before knew; called before <see cref="Start"/>.</summary>
    public void TakeUp(NatLogMemory memory, FlowEngine engine) =>
        tableBefore = memory.TakeUp(engine, intake.Exports, WallClock.NowNs);

    /// <summary>
    /// Ends all and leaves what is known for the run to come, with what was still on its way to the engine. Called
    /// after the packet thread has ended.
    /// </summary>
    /// <returns>Why that could not be, or null.</returns>
    public string? Leave(NatLogMemory memory, FlowEngine engine)
    {
        Dispose();
        ExportDecoder exports = intake.Close();
        Queue.DrainTo(engine);
        return memory.Leave(engine, exports, WallClock.NowNs);
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
        sockets.Dispose();
    }

    private static void Begin(string name, Action run) =>
        new Thread(() => run()) { Name = name, IsBackground = true }.Start();

    /// <summary>Opens a socket and works on it until it fails; then again, after a pause.</summary>
    private void Keep(string place, SocketType type, Action<Socket> work)
    {
        string key = type == SocketType.Dgram ? $"udp {place}" : $"tcp {place}";
        while (!isOver)
        {
            Socket? socket = null;
            try
            {
                socket = Open(place, type, out string? room);
                lock (problems)
                {
                    problems.Remove(key);
                    notes[key] = room;
                }

                work(socket);
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                lock (problems)
                {
                    problems[key] = $"NAT logs are not taken on {key}: {failure.Message}";
                }
            }
            finally
            {
                if (socket is not null)
                {
                    sockets.Remove(socket);
                }
            }

            Thread.Sleep(isOver ? 0 : Limits.RetryMs);
        }
    }

    private Socket Open(string place, SocketType type, out string? room)
    {
        room = null;
        IPEndPoint point = NatLogSettings.EndPointOf(place)!;
        Socket socket = new(point.AddressFamily, type, type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
        try
        {
            socket.Bind(point);
            if (type == SocketType.Stream)
            {
                socket.Listen();
            }
            else
            {
                room = ReceiveBuffer.Widen(socket, Limits.ReceiveBytes, $"NAT logs on udp {place}");
            }
        }
        catch
        {
            socket.Dispose();
            throw;
        }

        sockets.Add(socket);
        return socket;
    }

    private void ReadDatagrams(Socket socket)
    {
        byte[] buffer = GC.AllocateUninitializedArray<byte>(Limits.DatagramBytes, pinned: true);
        SocketAddress sender = new(socket.AddressFamily);
        while (!isOver)
        {
            int length = socket.ReceiveFrom(buffer.AsSpan(), SocketFlags.None, sender);
            (Ip exporter, ushort port) = SenderOf(sender);
            if (intake.Admits(exporter))
            {
                intake.TakeDatagram(buffer.AsSpan(0, length), exporter, port);
            }
        }
    }

    private void Accept(Socket socket)
    {
        while (!isOver)
        {
            Socket stream = socket.Accept();
            if (SenderOf(stream) is not { } from || !intake.Admits(IpOf(from.Address)))
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
                sockets.Add(stream);
                Begin($"nat log {from.Port}", () => Follow(stream, IpOf(from.Address), (ushort)from.Port));
            }
        }
    }

    /// <summary>Whose stream it is; null where it has ended already.</summary>
    private static IPEndPoint? SenderOf(Socket stream)
    {
        try
        {
            return stream.RemoteEndPoint as IPEndPoint;
        }
        catch (SocketException)
        {
            return null;
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
            intake.Interrupt(exporter);
            sockets.Remove(stream);
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
            int used = TakeWhole(buffer.AsSpan(0, held), exporter, port);
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
    private int TakeWhole(ReadOnlySpan<byte> bytes, in Ip exporter, ushort port)
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

            ReadOnlySpan<byte> line = default;
            int length = isExport ? ExportDecoder.LengthOf(rest) : LogFrames.Next(rest, out line);
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
                intake.TakeExport(rest[..length], exporter, port);
            }
            else
            {
                intake.TakeLine(line, exporter, LogCourse.Whole);
            }

            at += length;
        }

        return at;
    }

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
