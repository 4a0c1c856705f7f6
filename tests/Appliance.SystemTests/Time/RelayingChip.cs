using System.Diagnostics;
using Appliance.Linux.Clocks;
using Appliance.Supervisor.Link;
using Appliance.Tests.Linux;

namespace Appliance.SystemTests.Time;

/// <summary>
/// The chip's end of the link at a pseudo-terminal, with a receiver behind it that a test plays: the firmware's own
/// codec and session, and no board.
/// </summary>
internal sealed class RelayingChip : ILinkHandler, IDisposable
{
    private const int HealthMs = 500;
    private readonly PseudoTerminal terminal = new();
    private readonly SerialLine held;
    private readonly LinkPort port;
    private readonly Lock gate = new();
    private readonly byte[] message = new byte[LinkLimits.PayloadBytesMax];
    private readonly GnssBytesMessage relayed = new();
    private readonly Thread thread;
    private byte[]? second;
    private volatile bool isOver;

    public RelayingChip()
    {
        // The far end stays open here as well: a daemon that ends does not hang up the line.
        held = new SerialLine(terminal.Path, 115_200);
        port = new LinkPort(LinkRole.Supervisor, 1, this);
        Say(LinkKind.Hello, new HelloMessage
        {
            ProtocolMin = 1, ProtocolMax = 1, Role = LinkRole.Supervisor, Software = 0x10400,
        }.Write);
        thread = new Thread(Run) { IsBackground = true };
        thread.Start();
    }

    /// <summary>The line that a daemon opens.</summary>
    public string Path => terminal.Path;

    /// <summary>The second that the chip was told last; null before.</summary>
    public SetTimeMessage? Told
    {
        get
        {
            SetTimeMessage set = new();
            lock (gate)
            {
                return second is { } payload && set.Read(payload, payload.Length) ? set : null;
            }
        }
    }

    /// <summary>The receiver behind the chip said bytes.</summary>
    public void Relay(byte[] said)
    {
        foreach (byte[] part in said.Chunk(LinkLimits.GnssBytesMax))
        {
            part.CopyTo(relayed.Data, 0);
            relayed.Count = part.Length;
            Say(LinkKind.GnssBytes, relayed.Write);
            relayed.StreamOffset += part.Length;
        }
    }

    public bool Take(int kind, byte[] payload, int length)
    {
        second = kind == LinkKind.SetTime ? payload[..length] : second;
        return true;
    }

    public void Dispose()
    {
        isOver = true;
        thread.Join();
        held.Dispose();
        terminal.Dispose();
    }

    private void Say(int kind, Func<byte[], int> write)
    {
        lock (gate)
        {
            port.Send(kind, message, write(message));
        }
    }

    private void Run()
    {
        byte[] line = new byte[1024];
        byte[] measured = new byte[LinkLimits.PayloadBytesMax];
        Stopwatch time = Stopwatch.StartNew();
        for (long healthMs = 0; !isOver;)
        {
            byte[] bytes = terminal.Hear(timeoutMs: 20);
            int count;
            lock (gate)
            {
                port.Receive(bytes, bytes.Length);
                if (time.ElapsedMilliseconds >= healthMs)
                {
                    healthMs = time.ElapsedMilliseconds + HealthMs;
                    port.Send(LinkKind.Health, measured, new HealthMessage().Write(measured));
                }

                count = port.Collect(line, line.Length, time.ElapsedMilliseconds);
            }

            if (count > 0)
            {
                terminal.Say(line.AsSpan(0, count));
            }
        }
    }
}
