using Appliance.Edge.NatLog;
using Appliance.Edge.Service;
using Appliance.Edge.Uplink;

namespace Appliance.Tests.Icrctl;

/// <summary>The status of a box of which nothing is wrong; a test changes what it is about.</summary>
internal static class BoxStatusMaker
{
    public static readonly NatLogStatus Log = new()
    {
        Messages = 100,
        Events = 900,
        Dropped = 0,
        LostDatagrams = 0,
        Gaps = 0,
        Missing = 0,
        Malformed = 0,
        Refused = 0,
        NotUnderstood = new Dictionary<string, long>(),
        Problems = [],
        TableBefore = "none kept",
    };

    public static readonly SessionStatus Sessions = new()
    {
        Open = 10, Messages = 20, Refused = 0, Dropped = 0, Conflicts = 0, TableBefore = "none kept",
    };

    public static BoxStatus Good() => new()
    {
        Health = "ok",
        Alarms = [],
        Device = "d",
        Version = "1",
        Epoch = 1,
        Recovery = "clean",
        UptimeSeconds = 60,
        Start = new StartStatus { Kind = "start", GapMs = null, ReceivingMs = 1, RecordingMs = 2, RecordingCpuMs = 3 },
        Memory = new MemoryStatus
        {
            BudgetBytes = 1,
            BudgetFrom = "machine",
            NeededBytes = 1,
            ResidentBytes = 1,
            FlowLimitFrom = "rate",
            RingMilliseconds = 500,
            RingBytes = 1,
        },
        Clock = new ClockStatus("network", 100),
        Flows = new FlowStatus
        {
            Open = 1,
            Limit = 100,
            Closed = 2000,
            Attributed = 2000,
            Ambiguous = 0,
            Unattributed = 0,
            Evicted = 0,
            Unsolicited = 0,
            Records = 2000,
            RecordsDropped = 0,
        },
        PacketThread = new PacketThreadStatus
        {
            LongestPauseMs = 1,
            LongestPauseMinuteMs = 1,
            LongestCatchUpMs = 0,
            LongestCatchUpPackets = 0,
            WaitedForWriterMs = 0,
            CollectionPausesMs = 0,
        },
        Legs = [Leg("in0", "inside"), Leg("out0", "outside")],
        Loss = [Loss("inside"), Loss("outside")],
        Storage = new StorageStatus
        {
            Path = "journal", Bytes = 1, Segments = 1, Batches = 1, OpenRows = 0, IsFull = false,
        },
        Uplink = UplinkStatus.Off,
    };

    private static LegStatus Leg(string name, string leg) => new()
    {
        Interface = name,
        Leg = leg,
        Received = 20_000,
        KernelDropped = 0,
        Dropped = 0,
        Duplicates = 0,
        RingFillPercent = 0,
    };

    private static LossStatus Loss(string leg) => new()
    {
        Leg = leg,
        State = "estimated",
        HiddenPpm = 0,
        MarginPpm = 10,
        HiddenPackets = 0,
        Packets = 20_000,
        Duplicates = 0,
        Cut = 0,
        OneLegFlows = 0,
        Words = $"{leg}: no loss before the box seen",
    };
}
