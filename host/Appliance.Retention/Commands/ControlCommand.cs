using System.CommandLine;
using System.Text;
using Appliance.Retention.Archive;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Retention.Serve;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary>
/// <c>retention control</c>: tells a box that a notice is withdrawn. Operator and custodian sign one after the other;
/// it is sent with a certificate that the broker lets write control messages, which a store's is not.
/// </summary>
internal sealed class ControlCommand(TimeProvider clock)
{
    private const ulong DayUs = 86_400UL * TaiTime.MicrosecondsPerSecond;
    private const int DaysMax = 366;
    private const int WaitSecondsDefault = 60;
    private const int WaitSecondsMax = 86_400;

    private readonly Option<string> device = new("--device")
    {
        Description = "device, 32 hexadecimal digits, as `icrctl status` names it", Required = true,
    };

    private readonly Option<string[]> withdraw = new("--withdraw")
    {
        Description = "notice under which it records no more, 32 hexadecimal digits; may be given again",
    };

    private readonly Option<string> reason = new("--reason") { Description = "why, in words", Required = true };
    private readonly Option<ulong?> number = new("--number")
    {
        Description = "number, above that of the last message; otherwise the present UTC second",
    };

    private readonly Option<string?> from = new("--from")
    {
        Description = "time from when on it may be taken, with Z or offset; otherwise at once",
    };

    private readonly Option<int> days = new("--days")
    {
        Description = $"days for which it may be taken, 1 to {DaysMax}", DefaultValueFactory = _ => 30,
    };

    private readonly Option<string> key = new("--key")
    {
        Description = "key file of operator or custodian, whoever signs first", Required = true,
    };

    private readonly Option<string> made = new("--out") { Description = "file for the other to sign", Required = true };
    private readonly Argument<string> file = new("FILE") { Description = "file that both have signed" };
    private readonly Option<string> name = new("--name")
    {
        Description = "name of the box in its certificate and topics", Required = true,
    };

    private readonly Option<string> broker = new("--broker") { Description = "broker, HOST:PORT", Required = true };
    private readonly Option<string> ca = new("--ca") { Description = "PEM file of its authority", Required = true };
    private readonly Option<string> cert = new("--cert")
    {
        Description = "PEM file of a certificate that may write control messages", Required = true,
    };

    private readonly Option<string> certKey = new("--cert-key")
    {
        Description = "PEM file of its private key", Required = true,
    };

    private readonly Option<int> wait = new("--wait")
    {
        Description = $"seconds to send it again until the box answers, 1 to {WaitSecondsMax}",
        DefaultValueFactory = _ => WaitSecondsDefault,
    };

    private TwoStepPaper Paper => new(SignedType.Control, ".control", Describe, clock);

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new ControlCommand(clock ?? TimeProvider.System);
        Command make = new("new", "sign, as the first of two, that a box records no more under a notice")
        {
            verb.device, verb.withdraw, verb.reason, verb.number, verb.from, verb.days, verb.key, verb.made,
        };
        make.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.New(parsed)));
        Command send = new("send", "send it to the box, until it says that it has taken it")
        {
            verb.file, verb.name, verb.broker, verb.ca, verb.cert, verb.certKey, verb.wait,
        };
        send.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.Send(parsed)));
        return new Command("control", "messages that change what a box may do") { make, verb.Paper.Sign(), send };
    }

    private int New(ParseResult parsed)
    {
        string[] names = parsed.GetValue(withdraw) ?? [];
        List<Id16> notices = [];
        foreach (string one in names)
        {
            notices.Add(IdOf("--withdraw", one));
        }

        if (notices.Count > Wire.Limits.WithdrawnNoticesMax)
        {
            throw new ArchiveException($"--withdraw may be given {Wire.Limits.WithdrawnNoticesMax} times at most");
        }

        string why = parsed.GetValue(reason)!;
        if (why.Length == 0 || Encoding.UTF8.GetByteCount(why) > Wire.Limits.TextBytesMax)
        {
            throw new ArchiveException($"--reason must have 1 to {Wire.Limits.TextBytesMax} letters");
        }

        int valid = parsed.GetValue(days);
        if (valid is < 1 or > DaysMax)
        {
            throw new ArchiveException($"--days must be 1 to {DaysMax}");
        }

        ulong now = UtcClock.Now(clock);
        ulong begin = FromOf(parsed) ?? now;
        var control = new Control
        {
            Device = IdOf("--device", parsed.GetValue(device)!),
            Number = parsed.GetValue(number) ?? now / TaiTime.MicrosecondsPerSecond,
            NotBeforeUtcUs = begin,
            ExpiresUtcUs = begin + (ulong)valid * DayUs,
            BaseConfigHash = default,
            Kind = ControlKind.Notice,
            Body = new NoticeWithdrawal(
                [.. notices.Distinct().OrderBy(id => (id.High, id.Low))], why).Encode(),
        };
        return Paper.First(
            control.Encode(), parsed.GetValue(key)!, parsed.GetValue(made)!, parsed.InvocationConfiguration.Output);
    }

    private int Send(ParseResult parsed)
    {
        string path = parsed.GetValue(file)!;
        byte[] bytes = File.ReadAllBytes(path);
        Refusal refusal = Control.TryClaim(bytes, out Control? control, out int signers);
        if (refusal != Refusal.None || Says(control!) is not { } says)
        {
            string why = refusal == Refusal.None ? "it withdraws no notice" : refusal.Sentence();
            throw new ArchiveException($"{path} is no control message to send: {why}");
        }

        if (signers < 2)
        {
            throw new ArchiveException($"{path} is signed by one; let the other sign it with `retention control sign`");
        }

        int seconds = parsed.GetValue(wait);
        if (!BrokerOptions.TrySplit(parsed.GetValue(broker)!, out string host, out int port)
            || seconds is < 1 or > WaitSecondsMax)
        {
            throw new ArchiveException($"--broker must be HOST:PORT, and --wait 1 to {WaitSecondsMax} seconds");
        }

        BrokerOptions options = new()
        {
            Host = host,
            Port = port,
            Group = "control",
            AuthorityFile = parsed.GetValue(ca)!,
            CertificateFile = parsed.GetValue(cert)!,
            KeyFile = parsed.GetValue(certKey)!,
        };
        ControlSender sender = new(options, parsed.GetValue(name)!, bytes, control!.Number);
        string? problem = BrokerDial.Problem(options) ?? sender.Problem();
        if (problem is not null)
        {
            throw new ArchiveException(problem);
        }

        TextWriter output = parsed.InvocationConfiguration.Output;
        output.WriteLine($"control {control.Number}: {says}");
        ControlAnswer answer = sender.SendAsync(TimeSpan.FromSeconds(seconds)).GetAwaiter().GetResult();
        output.WriteLine(answer.Words);
        return answer.IsTaken ? Exit.Success : Exit.CheckFailed;
    }

    private ulong? FromOf(ParseResult parsed)
    {
        if (parsed.GetValue(from) is not { } text)
        {
            return null;
        }

        return AskedTime.TryParse(text, out AskedTime? time, out string wrong)
            ? (ulong)LeapSeconds.ToUtc(time!.Meaning.From)
            : throw new ArchiveException($"--from: {wrong}");
    }

    private static Id16 IdOf(string option, string text) => Id16.TryParse(text, out Id16 id)
        ? id
        : throw new ArchiveException($"{option} must be 32 hexadecimal digits; '{text}' is not");

    private static (string Says, string Name)? Describe(ReadOnlyMemory<byte> payload) =>
        Control.TryDecode(payload, out Control? control) == Refusal.None && Says(control!) is { } says
            ? ($"control {control!.Number} for device {control.Device}: {says}", $"{control.Device}-{control.Number}")
            : null;

    private static string? Says(Control control)
    {
        if (control.Kind != ControlKind.Notice
            || NoticeWithdrawal.TryDecode(control.Body, out NoticeWithdrawal? withdrawal) != Refusal.None)
        {
            return null;
        }

        string until = UtcText.Of(LeapSeconds.ToTai((long)Math.Min(control.ExpiresUtcUs, long.MaxValue / 2)));
        string begin = UtcText.Of(LeapSeconds.ToTai((long)Math.Min(control.NotBeforeUtcUs, long.MaxValue / 2)));
        string what = withdrawal!.Notices.Count == 0
            ? "no further notice is withdrawn"
            : $"nothing is recorded under {string.Join(", ", withdrawal.Notices)}";
        return $"{what}; to be taken from {begin} to {until}; {withdrawal.Reason}";
    }
}
