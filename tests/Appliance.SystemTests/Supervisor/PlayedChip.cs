using System.Diagnostics;
using Appliance.Linux.Clocks;
using Appliance.Supervisor.Link;
using Appliance.Tests.Linux;

namespace Appliance.SystemTests.Supervisor;

/// <summary>
/// The chip's side of the link at the near end of a pseudo-terminal, in real time: the firmware's own codec and
/// session, with what the board measures decided by the test.
/// </summary>
internal sealed class PlayedChip : ILinkHandler, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly PseudoTerminal terminal = new();
    private readonly SerialLine held;
    private readonly LinkPort port;
    private readonly Lock gate = new();
    private readonly byte[] message = new byte[LinkLimits.PayloadBytesMax];
    private readonly List<(int Kind, byte[] Payload)> heard = [];
    private readonly Thread thread;
    private HealthMessage health = new() { SupplyMillivolts = 12_040, SupplyMilliamps = 1_850, BoardMilliC = 38_500 };
    private volatile bool isOver;

    public PlayedChip()
    {
        // The far end stays open here as well: a daemon that ends does not hang up the line.
        held = new SerialLine(terminal.Path, 115_200);
        port = new LinkPort(LinkRole.Supervisor, 1, this);
        Say(LinkKind.Hello, new HelloMessage
        {
            ProtocolMin = 1, ProtocolMax = 1, Role = LinkRole.Supervisor, Software = 0x10400, RollbackFloor = 4,
        }.Write);
        thread = new Thread(Run) { IsBackground = true };
        thread.Start();
    }

    /// <summary>The line that a daemon opens.</summary>
    public string Path => terminal.Path;

    public int Count(int kind)
    {
        lock (gate)
        {
            return heard.Count(one => one.Kind == kind);
        }
    }

    public byte[] Last(int kind)
    {
        lock (gate)
        {
            return heard.FindLast(one => one.Kind == kind).Payload;
        }
    }

    /// <summary>The first page of the panel as it was sent last.</summary>
    public string[] FirstPage()
    {
        lock (gate)
        {
            PanelTextMessage page = new();
            byte[] payload = heard.FindLast(one => one.Kind == LinkKind.PanelText && one.Payload[0] == 0).Payload;
            return page.Read(payload, payload.Length) ? page.Lines : [];
        }
    }

    /// <summary>Waits for one more message of the kind than were heard until now.</summary>
    public byte[] Next(int kind)
    {
        int before = Count(kind);
        WaitUntil(() => Count(kind) > before, $"a message of kind {kind:x2}");
        return Last(kind);
    }

    public static void WaitUntil(Func<bool> happened, string what)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!happened())
        {
            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException($"no {what} in {Patience}");
            }

            Thread.Sleep(20);
        }
    }

    public void Raise(long number, int kind) =>
        Say(LinkKind.Alarm, new AlarmMessage { Number = number, Kind = kind, Raised = 1, TimeQuality = 2,
            UnixSeconds = 1_795_000_000 }.Write);

    public void Measure(HealthMessage now)
    {
        lock (gate)
        {
            health = now;
        }
    }

    public bool Take(int kind, byte[] payload, int length)
    {
        heard.Add((kind, payload[..length]));
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
        Stopwatch time = Stopwatch.StartNew();
        long healthMs = 0;
        while (!isOver)
        {
            byte[] bytes = terminal.Hear(timeoutMs: 20);
            int count;
            lock (gate)
            {
                port.Receive(bytes, bytes.Length);
                if (time.ElapsedMilliseconds >= healthMs)
                {
                    healthMs = time.ElapsedMilliseconds + 500;
                    port.Send(LinkKind.Health, message, health.Write(message));
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
