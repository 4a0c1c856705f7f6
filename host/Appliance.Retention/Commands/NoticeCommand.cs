using System.CommandLine;
using Appliance.Retention.Archive;
using Appliance.Retention.Notices;
using Appliance.Retention.Questions;
using Appliance.Retention.Reports;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary>
/// <c>retention notice</c>: how long the records of a notice are kept, and that one is withdrawn. Operator and
/// custodian sign one after the other.
/// </summary>
internal sealed class NoticeCommand(TimeProvider clock)
{
    // Who reads a clock, walks to a keyboard and signs needs minutes.
    private const ulong ConfirmWithinUs = 3600UL * TaiTime.MicrosecondsPerSecond;

    private readonly Argument<string> name = new("NOTICE") { Description = "notice, 32 hexadecimal digits" };
    private readonly Option<int?> days = new("--days")
    {
        Description = $"days after their own that records are kept, 1 to {NoticeBook.DaysMax}",
    };

    private readonly Argument<string> shown = new("TIME")
    {
        Description = "what another clock shows now, with Z or an offset: 2026-11-20T15:04Z",
    };

    private readonly Option<bool> withdraw = new("--withdraw") { Description = "nothing is kept under it any more" };
    private readonly Option<string?> from = new("--from")
    {
        Description = "time from when on it counts, with Z or offset; otherwise at once",
    };

    private readonly Option<string> reason = new("--reason") { Description = "why, in words", Required = true };
    private readonly Option<string> key = new("--key")
    {
        Description = "key file of operator or custodian, whoever signs first", Required = true,
    };

    private readonly Option<string> made = new("--out") { Description = "file for the other to sign", Required = true };
    private readonly Option<string> data = DataOption.Create();
    private readonly Option<string> socket = WardenCommand.SocketOption();
    private readonly Option<string> witness = WitnessCommand.SocketOption();
    private readonly Option<bool> json = new("--json") { Description = "print the result as JSON" };

    private TwoStepPaper Paper => new(SignedType.Keeping, NoticeBook.Ending, Describe, clock);

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new NoticeCommand(clock ?? TimeProvider.System);
        Command make = new("new", "sign, as the first of two, how long a notice keeps, or that it is withdrawn")
        {
            verb.name, verb.days, verb.withdraw, verb.from, verb.reason, verb.key, verb.made,
        };
        make.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.New(parsed)));
        Command time = new("clock", "sign, as the first of two, what time it is, for a store or warden in doubt")
        {
            verb.shown, verb.reason, verb.key, verb.made,
        };
        time.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.Confirm(parsed)));
        Command add = verb.Paper.Add(store => store.Notices, warden => warden.Notices, verb.Act);
        add.Add(verb.socket);
        add.Add(verb.witness);
        Command list = new("list", "how long each notice keeps, and which are withdrawn") { verb.data, verb.json };
        list.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.List(parsed)));
        return new Command("notice", "how long the records of each notice are kept; the end of a notice")
        {
            make, time, verb.Paper.Sign(), add, list,
        };
    }

    private int New(ParseResult parsed)
    {
        int? kept = parsed.GetValue(days);
        if (kept is null != parsed.GetValue(withdraw) || kept is < 1 or > NoticeBook.DaysMax)
        {
            throw new ArchiveException(
                $"give either --days of 1 to {NoticeBook.DaysMax} (twelve months at most), or --withdraw");
        }

        if (!Id16.TryParse(parsed.GetValue(name), out Id16 notice))
        {
            throw new ArchiveException("a notice is named by 32 hexadecimal digits; see `retention notice list`");
        }

        ulong begin = 0;
        if (parsed.GetValue(from) is { } text)
        {
            if (!AskedTime.TryParse(text, out AskedTime? time, out string wrong))
            {
                throw new ArchiveException($"--from: {wrong}");
            }

            begin = (ulong)LeapSeconds.ToUtc(time!.Meaning.From);
        }

        var order = new KeepingOrder(
            kept is null ? KeepingKind.Withdrawn : KeepingKind.Term,
            notice,
            UtcClock.Now(clock),
            (uint)(kept ?? 0),
            parsed.GetValue(reason)!,
            begin);
        return Paper.First(
            order.Encode(), parsed.GetValue(key)!, parsed.GetValue(made)!, parsed.InvocationConfiguration.Output);
    }

    /// <summary>
    /// The time that somebody reads off another clock. The machine that it is signed on must agree, or one typing error
    /// would destroy what is not due.
    /// </summary>
    private int Confirm(ParseResult parsed)
    {
        if (!AskedTime.TryParse(parsed.GetValue(shown)!, out AskedTime? time, out string wrong))
        {
            throw new ArchiveException($"TIME: {wrong}");
        }

        ulong read = (ulong)LeapSeconds.ToUtc(time!.Meaning.From);
        ulong now = UtcClock.Now(clock);
        if (Math.Max(read, now) - Math.Min(read, now) > ConfirmWithinUs)
        {
            throw new ArchiveException(
                $"this machine's clock says {UtcText.Of(LeapSeconds.ToTai((long)now))}; set it first, or sign where "
                    + "the clock is right");
        }

        var order = new KeepingOrder(
            KeepingKind.ClockConfirmed, default, read, 0, parsed.GetValue(reason)!);
        return Paper.First(
            order.Encode(), parsed.GetValue(key)!, parsed.GetValue(made)!, parsed.InvocationConfiguration.Output);
    }

    /// <summary>
    /// A term counts from the next `expire` on. A withdrawal in force is acted on now: on the notice that this order
    /// names, and on no other.
    /// </summary>
    private int Act(StoreFolder folder, ReadOnlyMemory<byte> taken, ParseResult parsed)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (KeepingOrder.TryDecode(taken, out KeepingOrder? order) != Refusal.None
            || order!.Kind != KeepingKind.Withdrawn || !order.IsInForce(UtcClock.Now(clock))
            || !File.Exists(folder.Database))
        {
            output.WriteLine("the next `retention expire` acts on it, here and at the warden");
            return Exit.Success;
        }

        (string Warden, string Witness) sockets = (parsed.GetValue(socket)!, parsed.GetValue(witness)!);
        return ExpireCommand.RunWithdrawn(
            folder, order.Subject, clock, sockets, output, parsed.InvocationConfiguration.Error);
    }

    private int List(ParseResult parsed)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        IReadOnlyList<NoticeStatus> all = NoticeStatus.Of(new StoreFolder(parsed.GetValue(data)!), clock);
        if (parsed.GetValue(json))
        {
            JsonText.Write(output, new { Notices = all });
            return Exit.Success;
        }

        foreach (NoticeStatus notice in all)
        {
            output.WriteLine(notice.ToText());
        }

        return Exit.Success;
    }

    private static (string Says, string Name)? Describe(ReadOnlyMemory<byte> payload)
    {
        if (KeepingOrder.TryDecode(payload, out KeepingOrder? order) != Refusal.None
            || order!.Kind == KeepingKind.HoldEnded)
        {
            return null;
        }

        if (order.Kind == KeepingKind.ClockConfirmed)
        {
            string read = UtcText.Of(LeapSeconds.ToTai((long)order.UtcUs));
            return ($"it was {read}: a clock that says so is right; {order.Reason}", NoticeBook.NameOf(order));
        }

        string begin = order.FromUtcUs == 0
            ? "at once"
            : $"from {UtcText.Of(LeapSeconds.ToTai((long)order.FromUtcUs))} on";
        string says = order.Kind == KeepingKind.Withdrawn
            ? $"notice {order.Subject} is withdrawn {begin}: everything under it is destroyed, save legal holds"
            : FormattableString.Invariant($"notice {order.Subject} keeps for {order.Days} days, {begin}");
        return ($"{says}; {order.Reason}", NoticeBook.NameOf(order));
    }
}
