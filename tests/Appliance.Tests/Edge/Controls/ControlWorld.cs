using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.Controls;
using Appliance.Mqtt;
using Appliance.Wire;

namespace Appliance.Tests.Edge.Controls;

/// <summary>Two people who sign, a box's folder, and a desk whose clocks the test moves.</summary>
internal sealed class ControlWorld : IDisposable
{
    public const ulong NowUs = 1_790_000_000_000_000;
    public const ulong DayUs = 86_400_000_000;

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("icr-control-");
    private readonly Random random = new(7);

    public ControlWorld()
    {
        Operator = SigningKey.New(random.NextBytes);
        Custodian = SigningKey.New(random.NextBytes);
        Stranger = SigningKey.New(random.NextBytes);
        Device = Id16.New(random.NextBytes);
        Notice = Id16.New(random.NextBytes);
        Book = ControlBook.Open(Folder, Device);
        Desk = DeskOf(Options);
    }

    public string Folder => folder.FullName;

    public string File => Path.Combine(Folder, "control.json");

    public SigningKey Operator { get; }

    public SigningKey Custodian { get; }

    public SigningKey Stranger { get; }

    public Id16 Device { get; }

    public Id16 Notice { get; }

    public ControlBook Book { get; private set; }

    public ControlDesk Desk { get; private set; }

    /// <summary>What the clock of the box says; null while it is in doubt.</summary>
    public BoardTime? Clock { get; set; } = new BoardTime((long)(NowUs / 1_000_000), 1);

    /// <summary>Latest time that is certain to have been.</summary>
    public ulong FloorUs { get; set; }

    public long MonotonicMs { get; set; } = 1_000_000;

    public ControlOptions Options => new()
    {
        OperatorKey = Hex(Operator.Public), CustodianKey = Hex(Custodian.Public),
    };

    /// <summary>The box as after a stop or a loss of power: nothing of it but what is on flash.</summary>
    public void Restart()
    {
        Book = ControlBook.Open(Folder, Device);
        Desk = DeskOf(Options);
    }

    /// <summary>The same box without keys in its configuration.</summary>
    public void Unpin() => Desk = DeskOf(new ControlOptions());

    public ControlDesk DeskOf(ControlOptions options) =>
        new(options, Device, Book, () => ControlTime.Of(Clock, FloorUs), () => MonotonicMs);

    /// <summary>A message that withdraws the box's notice.</summary>
    public Control Withdrawal(ulong number, params Id16[] notices) => new()
    {
        Device = Device,
        Number = number,
        NotBeforeUtcUs = NowUs - DayUs,
        ExpiresUtcUs = NowUs + DayUs,
        BaseConfigHash = default,
        Kind = ControlKind.Notice,
        Body = new NoticeWithdrawal(notices.Length == 0 ? [Notice] : notices, "ordered").Encode(),
    };

    public byte[] Signed(Control control) => control.Sign(Operator, Custodian);

    /// <summary>Sends bytes to the desk; the name of the refusal, or "" where it was taken.</summary>
    public string Send(byte[] bytes, bool isRetained = false)
    {
        IReadOnlyDictionary<string, long> before = Desk.Status(Notice).RefusedBy;
        Desk.Take(new MqttMessage { Topic = "icr/v1/box/control", Payload = bytes, Retain = isRetained });
        return Desk.Status(Notice).RefusedBy
            .SingleOrDefault(now => now.Value != before.GetValueOrDefault(now.Key)).Key ?? "";
    }

    public void Dispose()
    {
        Operator.Dispose();
        Custodian.Dispose();
        Stranger.Dispose();
        folder.Delete(recursive: true);
    }

    public static string Hex(PublicKey key) => Convert.ToHexStringLower(key.Point.Span);
}
