using System.Globalization;
using Appliance.Edge.NatLog;
using Appliance.Edge.Service;

namespace Appliance.Icrctl;

/// <summary>How a check came out; only a failure makes the exit code 1.</summary>
internal enum SelfOutcome
{
    Pass,
    Warn,
    Fail,
}

/// <summary>One line of the self-test.</summary>
/// <param name="Outcome">How it came out.</param>
/// <param name="Part">What was looked at.</param>
/// <param name="Words">What was found, and what to do where it is not good.</param>
internal sealed record SelfCheck(SelfOutcome Outcome, string Part, string Words);

/// <summary>
/// <c>icrctl selftest</c>: what a field engineer wants to know before leaving the PoP, from the daemon's status. Shares
/// are told as warnings where they may be the network's own doing.
/// </summary>
internal static class SelfTest
{
    // A mirror that loses one packet in a hundred leaves a hole in every tenth flow: that is not left behind.
    private const ulong LossFailPpm = 10_000;

    // Below these counts a share is chance.
    private const ulong PacketsLeast = 10_000;
    private const ulong FlowsLeast = 1000;
    private const double DuplicateShare = 0.05;
    private const double ImbalanceShare = 0.2;
    private const double OneLegShare = 0.05;

    /// <summary>All checks, in the order of a packet's way; then the alarms that none of them has told.</summary>
    public static IReadOnlyList<SelfCheck> Of(BoxStatus status)
    {
        List<SelfCheck> checks = [.. Checks(status)];
        checks.AddRange(
            status.Alarms.Except(checks.Select(check => check.Words)).Select(alarm => Warn("alarm", alarm)).ToArray());
        return checks;
    }

    private static IEnumerable<SelfCheck> Checks(BoxStatus status) =>
    [
        .. status.Legs.SelectMany(Interface),
        .. status.Loss.SelectMany(Mirror),
        .. Balance(status.Loss),
        .. Join(status),
        .. status.Delays.Select(Delay),
        Table(status.Flows),
        .. Log(status.NatLog),
        .. Sessions(status.Sessions),
        Clock(status.Clock),
        Storage(status.Storage),
        .. status.Uplink.Alarms.Select(alarm => Warn("uplink", alarm)),
    ];

    /// <summary>A line each, and the count.</summary>
    public static string Text(IReadOnlyList<SelfCheck> checks) => string.Join('\n', checks
        .Select(check => string.Create(
            CultureInfo.InvariantCulture, $"{Word(check.Outcome)}  {check.Part,-9} {check.Words}"))
        .Append($"{checks.Count(c => c.Outcome == SelfOutcome.Pass)} passed, "
            + $"{checks.Count(c => c.Outcome == SelfOutcome.Warn)} to look at, "
            + $"{checks.Count(c => c.Outcome == SelfOutcome.Fail)} failed"));

    private static string Word(SelfOutcome outcome) => outcome switch
    {
        SelfOutcome.Pass => "pass",
        SelfOutcome.Warn => "warn",
        _ => "FAIL",
    };

    private static IEnumerable<SelfCheck> Interface(LegStatus leg)
    {
        string name = $"{leg.Interface} ({leg.Leg})";
        yield return leg.Received == 0
            ? Fail("interface", StatusWords.NoPacket(leg))
            : Pass("interface", Format($"{name} has shown {leg.Received:N0} packets"));
        if (leg.KernelDropped > 0)
        {
            yield return Warn("kernel", StatusWords.KernelLost(leg));
        }

        yield return leg.Dropped == 0
            ? Pass("ring", $"{name} lost nothing on this box")
            : Warn("ring", StatusWords.RingLost(leg));
    }

    private static IEnumerable<SelfCheck> Mirror(LossStatus leg)
    {
        SelfOutcome outcome = leg.State == "one-direction" || leg.HiddenPpm >= LossFailPpm ? SelfOutcome.Fail
            : leg.State == "too-little" || leg.HiddenPpm >= StatusWords.LossPpmTold ? SelfOutcome.Warn
            : SelfOutcome.Pass;
        yield return new SelfCheck(outcome, "mirror", leg.Words);
        yield return leg.Cut == 0
            ? Pass("slicing", $"{leg.Leg}: frames arrive whole")
            : Warn("slicing", Format(
                $"{leg.Leg}: {leg.Cut:N0} frames came shortened; turn slicing off at the mirror, or names are missed"));
        yield return leg.Packets < PacketsLeast || leg.Duplicates < leg.Packets * DuplicateShare
            ? Pass("copies", Format($"{leg.Leg}: {leg.Duplicates:N0} packets were shown twice and counted once"))
            : Warn("copies", Format($"{leg.Leg}: {100.0 * leg.Duplicates / leg.Packets:F0} % of the packets are copies")
                + "; mirror each port in one direction, or one side of the router only");
    }

    private static IEnumerable<SelfCheck> Balance(IReadOnlyList<LossStatus> legs)
    {
        if (legs.Count < 2)
        {
            yield return Warn("balance", "only one leg is configured: nothing can be attributed from the mirror");
            yield break;
        }

        double first = legs[0].Packets - legs[0].Duplicates;
        double second = legs[1].Packets - legs[1].Duplicates;
        double most = Math.Max(first, second);
        bool isEven = most < PacketsLeast || Math.Abs(first - second) <= ImbalanceShare * most;
        string counts = Format($"{first:N0} packets inside, {second:N0} outside");
        yield return isEven
            ? Pass("balance", counts)
            : Warn("balance", $"{counts}; is a port missing from one mirror, or does traffic pass beside the NAT?");
    }

    private static IEnumerable<SelfCheck> Join(BoxStatus status)
    {
        foreach (LossStatus leg in status.Loss.Where(_ => status.Loss.Count > 1 && status.Flows.Closed >= FlowsLeast))
        {
            double share = (double)leg.OneLegFlows / status.Flows.Closed;
            string words = Format($"{100 * share:F1} % of the flows are on the {leg.Leg} leg only");
            yield return share <= OneLegShare
                ? Pass("join", words)
                : Warn("join", $"{words}; do both mirrors show the same NAT?");
        }
    }

    private static SelfCheck Delay(DelayStatus delay) => delay.State != "learned" || delay.IsNearWindow
        ? Warn("delay", delay.Words)
        : Pass("delay", delay.Words);

    private static SelfCheck Table(FlowStatus flows) => flows.Evicted + flows.RecordsDropped == 0
        ? Pass("flows", Format($"{flows.Open:N0} of {flows.Limit:N0} open, none given up"))
        : Fail("flows", Format(
            $"{flows.Evicted:N0} flows given up, {flows.RecordsDropped:N0} records dropped; raise traffic.flowLimit"));

    private static IEnumerable<SelfCheck> Log(NatLogStatus? log)
    {
        if (log is null)
        {
            yield break;
        }

        foreach (string problem in log.Problems)
        {
            yield return Fail("nat log", problem);
        }

        if (log.Messages == 0)
        {
            yield return Warn(
                "nat log", "no message of a NAT has come; check that it sends to natLog.udp or natLog.tcp");
            yield break;
        }

        long lost = log.Dropped + log.LostDatagrams;
        yield return lost + log.Missing == 0
            ? Pass("nat log", Format($"{log.Messages:N0} messages, {log.Events:N0} events, none missed"))
            : Warn("nat log", Format($"{log.Missing:N0} messages are missing in {log.Gaps:N0} places, {lost:N0} found ")
                + "no room on this box; is the way from the NAT or this box overloaded?");
        foreach ((string vendor, long lines) in log.NotUnderstood)
        {
            yield return Warn("nat log", Format($"{lines:N0} lines of {vendor} fit no template"));
        }

        yield return log.Refused == 0
            ? Pass("nat log", "no message was refused")
            : Warn("nat log", Format($"{log.Refused:N0} messages were refused; compare natLog.exporters"));
    }

    private static IEnumerable<SelfCheck> Sessions(SessionStatus? sessions)
    {
        if (sessions is null)
        {
            yield break;
        }

        yield return sessions.Dropped == 0
            ? Pass("sessions", Format($"{sessions.Open:N0} in memory, {sessions.Messages:N0} messages taken"))
            : Warn(
                "sessions", Format($"{sessions.Dropped:N0} messages or sessions found no room; raise sessions.limit"));
        yield return sessions.Refused == 0
            ? Pass("sessions", "no message was refused")
            : Warn("sessions", Format($"{sessions.Refused:N0} messages were refused; compare sessions.clients and ")
                + "their secrets");
        if (sessions.Conflicts > 0)
        {
            yield return Warn("sessions", StatusWords.SessionConflicts);
        }
    }

    private static SelfCheck Clock(ClockStatus clock) => clock.BoundUs is uint us
        ? Pass("clock", Format($"{clock.State}, within {us:N0} us"))
        : Fail("clock", clock.Detail is null ? StatusWords.ClockUnset : StatusWords.OwnClockUnset);

    private static SelfCheck Storage(StorageStatus storage) => storage.IsFull
        ? Fail("storage", StatusWords.FlashFull)
        : Pass("storage", Format($"{storage.Batches:N0} batches in {storage.Path}"));

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static SelfCheck Pass(string part, string words) => new(SelfOutcome.Pass, part, words);

    private static SelfCheck Warn(string part, string words) => new(SelfOutcome.Warn, part, words);

    private static SelfCheck Fail(string part, string words) => new(SelfOutcome.Fail, part, words);
}
