using System.Globalization;
using Appliance.Retention.AddressPlan;
using Appliance.Retention.Commands;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Referrals;

/// <summary>A line that records can answer: its question without the destination, and the destination.</summary>
internal sealed record OpenLine(LineVerdict Verdict, ResolveQuestion Question, string Service);

/// <summary>
/// Reads a line of a referral and says what can be said without opening a record. Refusals come in the order in which
/// somebody who mends the line would meet them.
/// </summary>
/// <param name="plan">What the addresses are used for.</param>
/// <param name="oldest">Begin of the retention period.</param>
/// <param name="anonymisers">Addresses that many strangers send from (VPN, Tor exits).</param>
/// <param name="order">What the order reaches; null in the lab.</param>
internal sealed class LineIntake(Plan plan, TaiTime oldest, AnonymiserList anonymisers, Window? order = null)
{
    // What sources write where they know that the address is not the sender's.
    private static readonly string[] AnonymisedWords =
        ["anonymised", "anonymized", "anonymous", "vpn", "tor", "proxy"];

    /// <summary>A verdict, or a question for the records.</summary>
    public (LineVerdict Verdict, OpenLine? Open) Read(ReferralLine line)
    {
        LineVerdict no = new() { Row = line.Row, Case = line.Case, Class = LineClass.No };
        if (line.Problem.Length > 0)
        {
            return No(WhyNot.Unreadable, line.Problem);
        }

        if (line.Ip.Length == 0 || AnonymisedWords.Contains(line.Ip, StringComparer.OrdinalIgnoreCase))
        {
            return line.Ip.Length == 0
                ? No(WhyNot.NoAddress, "the source gave no address; ask it for one")
                : No(WhyNot.Anonymised, $"the source says {line.Ip}: the address is not the sender's");
        }

        if (!Ip.TryParse(line.Ip, out Ip address) || address.IsNone)
        {
            return No(WhyNot.Unreadable, $"'{line.Ip}' is not an IPv4 or IPv6 address; correct it");
        }

        if (!AskedTime.TryParse(line.Time, out AskedTime? time, out string problem))
        {
            return No(WhyNot.TimeRefused, problem);
        }

        no = no with
        {
            UtcFrom = UtcText.Of(time!.Meaning.From),
            UtcTo = UtcText.Of(time.Meaning.To),
        };
        if (order is { } reach && (time.Meaning.From < reach.From || time.Meaning.To > reach.To))
        {
            return No(WhyNot.BeyondOrder, "the order's period does not reach this time");
        }

        if (time.Meaning.From < oldest)
        {
            return No(WhyNot.OutOfPeriod, $"records are kept from {UtcText.Of(oldest)} on; what is older is gone");
        }

        if (anonymisers.Find(address) is { } prefix)
        {
            return No(WhyNot.Anonymised, $"{prefix} is in the list of anonymisers: the address is not the sender's");
        }

        return ByPlan(no, line, address, time);

        (LineVerdict, OpenLine?) No(WhyNot why, string reason) => (no with { Why = why, Reason = reason }, null);
    }

    private (LineVerdict Verdict, OpenLine? Open) ByPlan(
        LineVerdict no, ReferralLine line, Ip address, AskedTime time)
    {
        PlanEntry? entry = plan.Find(address, time.Meaning.From);
        no = no with { Use = entry is null ? "" : PlanEntry.NameOf(entry.Use) };
        return entry?.Use switch
        {
            PlanUse.Fixed => (no with
            {
                Class = LineClass.Fixed, Reason = $"the address plan gives {entry.Prefix} to one customer as a whole",
            }, null),
            PlanUse.Infrastructure => (no with
            {
                Why = WhyNot.Infrastructure, Reason = $"{entry.Prefix} is infrastructure: no line is behind it",
            }, null),
            PlanUse.Shared or PlanUse.Dynamic => Ask(no, line, address, time),
            _ => (no with
            {
                Why = WhyNot.NotOurs, Reason = $"the address plan does not give {address} to customers of ours then",
            }, null),
        };
    }

    private static (LineVerdict Verdict, OpenLine? Open) Ask(
        LineVerdict no, ReferralLine line, Ip address, AskedTime time)
    {
        ushort? port = ushort.TryParse(line.Port, NumberStyles.None, CultureInfo.InvariantCulture, out ushort number)
            ? number : null;
        string problem = port is null && line.Port.Length > 0
            ? $"'{line.Port}' is not a port; give 0 to 65535, or none"
            : "";
        string service = "";
        if (line.Service.Length > 0 && !AskedValues.TryService(line.Service, out service))
        {
            problem = $"'{line.Service}' is not a host name such as mail.example.org; nothing after it is recorded";
        }

        if (problem.Length > 0)
        {
            return (no with { Why = WhyNot.Unreadable, Reason = problem }, null);
        }

        var question = new ResolveQuestion
        {
            Address = address, Port = port, Interval = new AskedInterval($"at {time.Text}", time.Meaning),
        };
        return (no, new OpenLine(no, question, service));
    }
}
