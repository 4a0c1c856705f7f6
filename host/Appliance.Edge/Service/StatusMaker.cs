using Appliance.Edge.Configuration;
using Appliance.Edge.Controls;
using Appliance.Edge.NatLog;
using Appliance.Edge.Pipeline;
using Appliance.Edge.Supervisor;
using Appliance.Edge.Uplink;
using Appliance.Wire;

namespace Appliance.Edge.Service;

/// <summary>The status that was made last, for whoever asks; written by one thread, read by any.</summary>
internal sealed class StatusBoard
{
    private volatile BoxStatus? latest;

    public BoxStatus? Latest => latest;

    public void Publish(BoxStatus status) => latest = status;

    /// <summary>What the state topic says of the box; the uplink adds its own alarms.</summary>
    public BoxHealth Health() => latest is { } status
        ? new BoxHealth(
            status.Health, status.Version, status.Clock.State, [.. status.Alarms.Except(status.Uplink.Alarms)])
        : new BoxHealth("starting", "", "unset", []);
}

/// <summary>Puts the status together, with an alarm and a hint for everything that is not as it should be.</summary>
internal static class StatusMaker
{
    private const int RingWarnPercent = 75;
    private static readonly long StartedAt = Environment.TickCount64;

    public static BoxStatus Make(
        BoxParts parts, LossWatch watch, UplinkStatus uplink, PacketThreadStatus packets, bool isFull,
        string? expired)
    {
        BoxPipeline box = parts.Box;
        LiveLegs legs = parts.Legs;
        ApplianceOptions options = parts.Options;
        ulong[] counters = box.Engine.Counters.ToArray();
        LegStatus[] interfaces = [.. Enumerable.Range(0, legs.Interfaces.Count).Select(i => LegOf(legs, i, counters))];
        NatLogStatus? natLog = parts.NatLog?.Status;
        ControlStatus? control = parts.Control?.Status;
        SupervisorStatus? board = parts.Supervisor?.Status;
        ImageStatus? image = ImageStatus.Read();
        IReadOnlyList<LossStatus> loss = watch.Take(counters, legs.Shows("inside"), legs.Shows("outside"));
        IReadOnlyList<DelayStatus> delays = DelayStatus.Of(box.Engine, box.Flow);
        List<string> alarms =
            [.. AlarmsOf(interfaces, parts.Clock.Alarms(), counters, isFull), .. LossAlarms(loss),
            .. DelayAlarms(delays), .. Recordings(legs, options), .. LineAlarms(parts), .. uplink.Alarms,
            .. natLog?.Problems ?? [], .. parts.NatLog?.Notes ?? [], .. board?.Alarms ?? [],
            .. control?.Alarms ?? [], .. expired is null ? Array.Empty<string>() : [expired], .. AlarmsOf(image)];
        return new BoxStatus
        {
            Health = control is { State: not "recording" } ? "withdrawn"
                : isFull ? "failing" : alarms.Count > 0 ? "warning" : "ok",
            Alarms = alarms,
            Device = box.Epoch.Device.ToString(),
            Version = box.Epoch.SoftwareVersion,
            Epoch = box.Epoch.Epoch.Number,
            Recovery = box.Epoch.RecoveryVerdict,
            UptimeSeconds = Math.Round((Environment.TickCount64 - StartedAt) / 1000.0, 1),
            Start = parts.Start,
            Memory = MemoryOf(parts.Memory),
            Clock = parts.Clock.Status(),
            Flows = FlowsOf(box, options, counters),
            PacketThread = packets,
            Legs = interfaces,
            Loss = loss,
            Delays = delays,
            Timeouts = TimeoutStatus.Of(box.Engine, box.Flow),
            Sessions = SessionsOf(parts),
            Storage = new StorageStatus
            {
                Path = options.Journal.Path,
                Bytes = box.Journal.Bytes,
                Segments = box.Journal.SegmentCount,
                Batches = box.Batches,
                OpenRows = box.OpenRows,
                IsFull = isFull,
            },
            Uplink = uplink,
            NatLog = natLog,
            Supervisor = board,
            Image = image,
            Control = control,
        };
    }

    private static IEnumerable<string> Recordings(LiveLegs legs, ApplianceOptions options) =>
        legs.RecordingProblem is { } problem ? [$"{problem}; the capture goes on"]
        : options.Capture.RecordTo is { } folder ? [$"all traffic is written in the clear to {folder}; end it soon"]
        : [];

    private static IEnumerable<string> AlarmsOf(ImageStatus? image) => image?.Alarm is { } alarm ? [alarm] : [];

    private static SessionStatus? SessionsOf(BoxParts parts) => parts.Lines is not { } lines ? null : new SessionStatus
    {
        Open = lines.Sessions,
        Messages = parts.Box.LineTally.Taken,
        Refused = parts.Box.LineTally.Malformed + parts.Box.LineTally.Unauthentic + lines.Strangers,
        Dropped = parts.Box.LineDrops + parts.Box.LineTally.Refused,
        Conflicts = parts.Box.LineTally.Conflicts,
        TableBefore = lines.Restored,
    };

    private static IEnumerable<string> LineAlarms(BoxParts parts)
    {
        foreach (string problem in parts.Lines?.Problems ?? [])
        {
            yield return problem;
        }

        if (parts.Box.LineTally.Conflicts > 0)
        {
            yield return StatusWords.SessionConflicts;
        }

        if (parts.Box.LineTally.Refused > 0)
        {
            yield return "the table of sessions has been full; raise sessions.limit";
        }
    }

    private static IEnumerable<string> LossAlarms(IReadOnlyList<LossStatus> loss) => loss
        .Where(leg => leg.State == "one-direction" || leg.HiddenPpm >= StatusWords.LossPpmTold)
        .Select(leg => leg.Words);

    private static IEnumerable<string> DelayAlarms(IReadOnlyList<DelayStatus> delays) =>
        delays.Where(delay => delay.IsNearWindow).Select(delay => delay.Words);

    private static MemoryStatus MemoryOf(MemoryPlan plan) => new()
    {
        BudgetBytes = plan.BudgetBytes,
        BudgetFrom = plan.BudgetFrom,
        NeededBytes = plan.NeededBytes,
        ResidentBytes = Environment.WorkingSet,
        FlowLimitFrom = plan.FlowLimitFrom,
        RingMilliseconds = plan.RingMilliseconds,
        RingBytes = plan.RingBytes,
    };

    private static FlowStatus FlowsOf(BoxPipeline box, ApplianceOptions options, ulong[] counters) => new()
    {
        Open = box.Engine.FlowCount,
        Limit = options.Traffic.FlowLimit,
        Closed = counters[(int)Counter.FlowsClosed],
        Attributed = counters[(int)Counter.FlowsAttributed],
        Ambiguous = counters[(int)Counter.FlowsAmbiguous],
        Unattributed = counters[(int)Counter.FlowsUnattributed],
        Evicted = counters[(int)Counter.FlowsEvicted],
        Unsolicited = counters[(int)Counter.Unsolicited],
        Records = counters[(int)Counter.RecordsWritten],
        RecordsDropped = counters[(int)Counter.RecordsDropped],
    };

    private static LegStatus LegOf(LiveLegs legs, int index, ulong[] counters) => new()
    {
        Interface = legs.Interfaces[index],
        Leg = legs.LegNames[index],
        Received = (ulong)(legs.Counters(index).Received + legs.Counters(index).Dropped),
        KernelDropped = legs.KernelDropped(index),
        Dropped = (ulong)legs.Counters(index).Dropped,
        Duplicates = counters[(int)(legs.LegNames[index] == "outside"
            ? Counter.DuplicatesOutside
            : Counter.DuplicatesInside)],
        RingFillPercent = 100 * legs.Rings[index].BlocksFilled / legs.Rings[index].BlockCount,
    };

    private static IEnumerable<string> AlarmsOf(
        LegStatus[] legs, IEnumerable<string> clock, ulong[] counters, bool isFull)
    {
        if (isFull)
        {
            yield return StatusWords.FlashFull;
        }

        foreach (string alarm in clock)
        {
            yield return alarm;
        }

        foreach (LegStatus leg in legs)
        {
            if (leg.Received == 0)
            {
                yield return StatusWords.NoPacket(leg);
            }

            if (leg.KernelDropped > 0)
            {
                yield return StatusWords.KernelLost(leg);
            }

            if (leg.RingFillPercent >= RingWarnPercent)
            {
                yield return $"{leg.Interface}: the ring is {leg.RingFillPercent} % full; packets are about to be lost";
            }

            if (leg.Dropped > 0)
            {
                yield return StatusWords.RingLost(leg);
            }
        }

        if (counters[(int)Counter.FlowsEvicted] + counters[(int)Counter.FlowsRefused] > 0)
        {
            yield return StatusWords.TableFull;
        }
    }
}
