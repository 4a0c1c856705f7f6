using System.Globalization;
using Appliance.Retention.Commands;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Referrals;

/// <summary>
/// What some lines of a referral reach: their addresses with ports, their services, and batches around their times. The
/// warden makes it of the file itself, so a store cannot ask for a line that the order's file does not have. Between
/// lines of one question it does not tell apart which address was given with which time: a batch is released whole.
/// Pure.
/// </summary>
internal sealed class ReferralScope
{
    private readonly HashSet<(Ip Address, ushort Port)> endpoints = [];
    private readonly HashSet<Ip> addresses = [];
    private readonly HashSet<string> services = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<Window> times = [];

    private ReferralScope(IReadOnlyList<int> rows) => Rows = rows;

    /// <summary>Rows asked, ascending.</summary>
    public IReadOnlyList<int> Rows { get; }

    /// <summary>Null where the question asks exactly what lines of the order's file ask.</summary>
    public static OrderRefusal? Judge(
        ReferralOrder order, KnownReferral file, AskedQuestion question, out ReferralScope? scope)
    {
        scope = null;
        if (file.Digest != order.Digest || file.Lines.Count != order.Lines)
        {
            return new OrderRefusal("referral.file", "the file is not the one that the order names");
        }

        if (question.Destinations && !order.HasDestinations)
        {
            return new OrderRefusal("referral.destinations", "the order opens nothing of what was contacted");
        }

        if (RowList.Read(question.Rows ?? "", Limits.OrderedLinesMax) is not { } rows
            || file.Find(rows) is not { } lines)
        {
            return new OrderRefusal("referral.rows", "the question names rows that the file does not have");
        }

        var reached = new ReferralScope(rows);
        Window? all = null;
        foreach (ReferralLine line in lines)
        {
            if (reached.Take(line, question.Destinations) is not { } window)
            {
                return new OrderRefusal(
                    "referral.line", $"row {line.Row} of the file asks nothing that records answer");
            }

            all = all is { } other
                ? new Window(Earlier(other.From, window.From), Later(other.To, window.To))
                : window;
        }

        reached.Join();
        scope = reached;
        return all is { } asked && UtcOf(asked.From) == question.FromUtcUs && UtcOf(asked.To) == question.ToUtcUs
            ? null
            : new OrderRefusal("referral.time", "the question's time is not the one of its lines");
    }

    /// <summary>Whether an address with this port is asked about; port 0 stands for none.</summary>
    public bool Asks(Ip address, ushort port) =>
        endpoints.Contains((address, 0)) || endpoints.Contains((address, port));

    /// <summary>Whether anything of an address is asked about.</summary>
    public bool Asks(Ip address) => addresses.Contains(address);

    /// <summary>Whether a host is one that a line names, or below it.</summary>
    public bool AsksService(string host)
    {
        // The name, then what is left of it after each of its dots: a service is asked with all names below it.
        int at = 0;
        while (!services.Contains(host[at..]))
        {
            int dot = host.IndexOf('.', at);
            if (dot < 0)
            {
                return false;
            }

            at = dot + 1;
        }

        return true;
    }

    /// <summary>Whether a stretch of time lies around the time of a line.</summary>
    /// <param name="first">Its begin.</param>
    /// <param name="last">Its end.</param>
    /// <param name="aroundUs">How far from a line's time it may lie, microseconds.</param>
    public bool Reaches(TaiTime first, TaiTime last, long aroundUs)
    {
        foreach (Window time in times)
        {
            if (time.Widen(aroundUs).Touches(first, last))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Times that touch become one: few are left of thousands.</summary>
    private void Join()
    {
        times.Sort(static (left, right) => left.From.Microseconds.CompareTo(right.From.Microseconds));
        int kept = 0;
        for (int i = 1; i < times.Count; i++)
        {
            if (times[i].From <= times[kept].To)
            {
                times[kept] = new Window(times[kept].From, Later(times[kept].To, times[i].To));
            }
            else
            {
                times[++kept] = times[i];
            }
        }

        times.RemoveRange(kept + 1, times.Count - kept - 1);
    }

    public static ulong UtcOf(TaiTime time) => (ulong)LeapSeconds.ToUtc(time);

    private Window? Take(ReferralLine line, bool withDestination)
    {
        ushort port = 0;
        if (line.Problem.Length > 0 || !Ip.TryParse(line.Ip, out Ip address) || address.IsNone
            || !AskedTime.TryParse(line.Time, out AskedTime? time, out _)
            || (line.Port.Length > 0
                && !ushort.TryParse(line.Port, NumberStyles.None, CultureInfo.InvariantCulture, out port)))
        {
            return null;
        }

        addresses.Add(address);
        endpoints.Add((address, port));
        if (withDestination && line.Service.Length > 0 && AskedValues.TryService(line.Service, out string service))
        {
            services.Add(service);
        }

        times.Add(time!.Meaning);
        return time.Meaning;
    }

    private static TaiTime Earlier(TaiTime left, TaiTime right) => left < right ? left : right;

    private static TaiTime Later(TaiTime left, TaiTime right) => left > right ? left : right;
}
