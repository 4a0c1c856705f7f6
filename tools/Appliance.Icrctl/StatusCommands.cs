using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;

namespace Appliance.Icrctl;

/// <summary><c>icrctl status|legs|nat|storage|uplink|watch</c>: how the box is, as the daemon tells it.</summary>
internal static class StatusCommands
{
    private const int WatchSeconds = 1;

    public static IEnumerable<Command> Create() =>
    [
        One("status", "how the box is: health, alarms, clock, flows, legs, storage", s => s, StatusText.Whole),
        One(
            "legs", "counters, drops and loss of each interface and leg, and the delay between the legs",
            s => new { s.Legs, s.Loss, s.Delays }, StatusText.Legs),
        One(
            "nat", "flows, how many are attributed, ambiguous or not attributed, and the NAT's timeouts",
            s => new { s.Flows, s.Timeouts }, StatusText.Nat),
        One("storage", "the journal on flash", s => s.Storage, StatusText.Storage),
        One("uplink", "the way to the store: backlog, receipts, refusals", s => s.Uplink, StatusText.Uplink),
        Watch(),
        SelfTestCommand.Create(),
    ];

    private static Command One(
        string name, string description, Func<BoxStatus, object> part, Func<BoxStatus, string> text)
    {
        Option<string> socket = Socket();
        Option<bool> json = new("--json") { Description = "print as JSON" };
        Command command = new(name, description) { socket, json };
        command.SetAction(parsed =>
        {
            if (!AdminClient.TryStatus(parsed.GetValue(socket)!, out BoxStatus status, out string problem))
            {
                return Exit.Refuse(problem);
            }

            Console.WriteLine(
                parsed.GetValue(json) ? JsonSerializer.Serialize(part(status), BoxStatus.Json) : text(status));
            return status.Health is "failing" or "locked" or "withdrawn"
                ? Exit.CheckFailed
                : Exit.Success;
        });
        return command;
    }

    private static Command Watch()
    {
        Option<string> socket = Socket();
        Option<int> count = new("--count") { Description = "lines to print; 0 goes on until interrupted" };
        Command command = new("watch", "a line a second: packets, drops, flows, batches") { socket, count };
        command.SetAction(async (parsed, stop) =>
        {
            int left = parsed.GetValue(count);
            do
            {
                if (!AdminClient.TryStatus(parsed.GetValue(socket)!, out BoxStatus status, out string problem))
                {
                    return Exit.Refuse(problem);
                }

                Console.WriteLine(StatusText.Line(status));
                if (left != 1)
                {
                    await Task.Delay(TimeSpan.FromSeconds(WatchSeconds), stop);
                }
            }
            while (--left != 0);
            return Exit.Success;
        });
        return command;
    }

    private static Option<string> Socket() => new("--socket")
    {
        Description = "admin socket of the daemon",
        DefaultValueFactory = _ => new AdminOptions().Socket,
    };
}

/// <summary>The status as a person in a PoP reads it.</summary>
internal static class StatusText
{
    private static readonly CultureInfo Invariant = CultureInfo.InvariantCulture;

    public static string Whole(BoxStatus s)
    {
        string alarms = string.Concat(s.Alarms.Select(alarm => $"\n  ! {alarm}"));
        return string.Create(Invariant, $"""
            {s.Health.ToUpperInvariant()}  device {s.Device}, version {s.Version}, up {s.UptimeSeconds:F0} s{alarms}
            epoch     {s.Epoch}; the start found the journal {s.Recovery}
            start     {Start(s.Start)}
            memory    {Memory(s)}
            clock     {Clocks.ClockText.Line(s.Clock)}
            {Flows(s)}
            {Packets(s.PacketThread)}
            {Legs(s)}
            {Storage(s)}
            {Uplink(s)}{ControlText.Of(s.Control)}{Sessions(s.Sessions)}{
                BoardText.Of(s.Image)}{BoardText.Of(s.Supervisor)}
            """);
    }

    private static string Sessions(SessionStatus? sessions) => sessions is null ? "" : string.Create(Invariant, $"""

        sessions  {sessions.Open:N0} in memory; {sessions.Messages:N0} messages, {sessions.Refused:N0} refused, {
            sessions.Dropped:N0} dropped, {sessions.Conflicts:N0} conflicts
                  table of the run before: {sessions.TableBefore}
        """);

    private static string Memory(BoxStatus s) => string.Create(
        Invariant,
        $"{s.Memory.ResidentBytes >> 20:N0} MiB now, {s.Memory.NeededBytes >> 20:N0} with {s.Flows.Limit:N0} flows "
        + $"({s.Memory.FlowLimitFrom}) and {s.Memory.RingMilliseconds} ms of rings\n"
        + $"          of {s.Memory.BudgetBytes >> 20:N0} MiB ({s.Memory.BudgetFrom})");

    private static string Start(StartStatus start)
    {
        string gap = start.GapDoubt is { } doubt ? doubt
            : start.GapMs is double ms ? string.Create(Invariant, $"{ms:N0} ms not recorded before it")
            : "nothing recorded before it";
        return string.Create(
            Invariant,
            $"{(start.Kind == "hand-over" ? "took over from the process before" : "from a stop")}, {gap}; "
            + $"recording after {start.RecordingMs:N0} ms");
    }

    public static string Uplink(BoxStatus s)
    {
        string oldest = s.Uplink.OldestUnreceiptedSeconds is double age
            ? string.Create(Invariant, $", the oldest {age:N0} s old")
            : "";
        string refused = s.Uplink.Refused > 0 ? string.Create(Invariant, $", {s.Uplink.Refused:N0} refused") : "";
        string least = s.Uplink.BacklogIsWhole ? "" : "at least ";
        string text = string.Create(
            Invariant,
            $"uplink    {s.Uplink.State} to {s.Uplink.Broker}; {least}{s.Uplink.BacklogBatches:N0} batches "
            + $"without a receipt ({s.Uplink.BacklogBytes:N0} bytes{oldest}), {s.Uplink.Receipted:N0} receipted"
            + $"{refused}");
        return s.Uplink.State == "off" ? "uplink    off: no broker is configured; batches stay on flash" : text;
    }

    public static string Flows(BoxStatus s) => string.Create(Invariant, $"""
        flows     {s.Flows.Open:N0} of {s.Flows.Limit:N0} open, {s.Flows.Closed:N0} closed, {s.Flows.Evicted:N0} evicted
        joined    {s.Flows.Attributed:N0} attributed, {s.Flows.Ambiguous:N0} ambiguous
                  {s.Flows.Unattributed:N0} unattributed
        records   {s.Flows.Records:N0} written, {s.Flows.RecordsDropped:N0} dropped
        """);

    private static string Packets(PacketThreadStatus p) => string.Create(
        Invariant,
        $"packets   longest pause {p.LongestPauseMinuteMs:N1} ms in the last minute, {p.LongestPauseMs:N1} ms since "
        + $"the start; {p.WaitedForWriterMs:N0} ms waited for the writer");

    public static string Legs(BoxStatus s) =>
        string.Join('\n', s.Legs.Select(Interface).Concat(s.Loss.Select(Loss)).Concat(s.Delays.Select(Delay)));

    public static string Nat(BoxStatus s) => string.Join(
        '\n', s.Timeouts.Select(timeout => $"timeout   {timeout.Words}").Prepend(Flows(s)));

    private static string Delay(DelayStatus delay) => $"delay     {delay.Words}";

    private static string Interface(LegStatus leg) => string.Create(
        Invariant,
        $"leg       {leg.Interface,-10} {leg.Leg,-8} {leg.Received,14:N0} packets {leg.Dropped,8:N0} dropped "
        + $"{leg.Duplicates,8:N0} duplicates, ring {leg.RingFillPercent} % full{Before(leg)}");

    private static string Before(LegStatus leg) => leg.KernelDropped == 0 ? "" : string.Create(
        Invariant, $"\n          {leg.KernelDropped:N0} dropped by the kernel before it");

    private static string Loss(LossStatus leg) => string.Create(
        Invariant,
        $"mirror    {leg.Words}\n          {leg.HiddenPackets:N0} packets not shown in all, {leg.Cut:N0} shortened, "
        + $"{leg.OneLegFlows:N0} flows on this leg only");

    public static string Storage(BoxStatus s) => string.Create(
        Invariant,
        $"journal   {s.Storage.Batches:N0} batches, {s.Storage.Segments} segments, {s.Storage.Bytes:N0} bytes in "
        + $"{s.Storage.Path}{(s.Storage.IsFull ? " FULL" : "")}");

    public static string Line(BoxStatus s) => string.Create(
        Invariant,
        $"{s.Health,-8} {s.Legs.Sum(l => (double)l.Received),14:N0} packets "
        + $"{s.Legs.Sum(l => (double)l.Dropped),8:N0} dropped "
        + $"{s.Flows.Open,9:N0} flows {s.Flows.Attributed,12:N0} attributed {s.Storage.Batches,7:N0} batches");
}
