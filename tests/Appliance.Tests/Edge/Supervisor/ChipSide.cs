using Appliance.Edge.Clocks;
using Appliance.Edge.Supervisor;
using Appliance.Supervisor.Link;
using Appliance.Time.Observations;

namespace Appliance.Tests.Edge.Supervisor;

/// <summary>
/// A host's side and a chip's side on a line without delay, under a time that the test moves. The chip is the link's
/// own source; what it hears is kept, what it says the test decides.
/// </summary>
internal sealed class ChipSide : ILinkHandler, IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-chip-");
    private readonly byte[] line = new byte[4096];
    private readonly byte[] message = new byte[LinkLimits.PayloadBytesMax];

    public ChipSide(int watchdogSeconds = 60)
    {
        BookPath = Path.Combine(folder.FullName, "book.json");
        Book = AlarmBook.Open(BookPath);
        Chip = new LinkPort(LinkRole.Supervisor, 1, this);
        Host = new HostPort(77, new HostPortParts
        {
            Book = Book,
            Relay = Relay,
            WatchdogSeconds = watchdogSeconds,
            UnixSeconds = () => 1_800_000_000,
            TrueTime = () => Time,
            OnTamper = alarm => Tampered.Add(alarm.Number),
        });
    }

    public string BookPath { get; }

    public AlarmBook Book { get; }

    public ReceiverRelay Relay { get; } = new();

    public HostPort Host { get; }

    public LinkPort Chip { get; private set; }

    /// <summary>UTC as the clock of the box knows it.</summary>
    public BoardTime? Time { get; set; } = new BoardTime(1_800_000_000, 3);

    public List<long> Tampered { get; } = [];

    public List<(int Kind, byte[] Payload)> Heard { get; } = [];

    public long NowMs { get; private set; } = 10_000;

    public bool Lives { get; set; } = true;

    public int Count(int kind) => Heard.Count(one => one.Kind == kind);

    public byte[] Last(int kind) => Heard.FindLast(one => one.Kind == kind).Payload;

    /// <summary>The chip says a message.</summary>
    public void Say(int kind, Func<byte[], int> write) => Chip.Send(kind, message, write(message));

    public void SayHello(long rollbackFloor = 0) => Say(LinkKind.Hello, new HelloMessage
    {
        ProtocolMin = 1, ProtocolMax = 1, Role = LinkRole.Supervisor, Software = 0x10203, RollbackFloor = rollbackFloor,
    }.Write);

    /// <summary>Lets time pass in steps of 100 ms, with everything that both say going over.</summary>
    public void Pass(int milliseconds)
    {
        for (int passed = 0; passed < milliseconds; passed += 100)
        {
            NowMs += 100;
            Host.Tick(NowMs, NowMs / 1000, 1, Lives, () => PanelPages.Of(null));
            for (int i = 0; i < 4; i++)
            {
                Chip.Receive(line, Host.Collect(line, NowMs));
                Host.Receive(line, Chip.Collect(line, line.Length, NowMs), NowMs, new RawTime(NowMs));
            }
        }
    }

    /// <summary>The chip begins anew, as after a brown-out.</summary>
    public void RestartChip() => Chip = new LinkPort(LinkRole.Supervisor, 2, this);

    public bool Take(int kind, byte[] payload, int length)
    {
        Heard.Add((kind, payload[..length]));
        return true;
    }

    public void Dispose() => folder.Delete(recursive: true);
}
