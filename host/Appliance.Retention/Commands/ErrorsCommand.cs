using System.CommandLine;
using Appliance.Retention.Archive;
using Appliance.Retention.Corrections;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary><c>retention errors</c>: answers that relied on something which was corrected afterwards.</summary>
internal sealed class ErrorsCommand(TimeProvider clock)
{
    private readonly TimeProvider clock = clock;
    private readonly Option<string> data = DataOption.Create();
    private readonly Option<bool> json = new("--json") { Description = "print the result as JSON" };
    private readonly Argument<long> number = new("NUMBER") { Description = "finding, as `errors list` counts them" };
    private readonly Option<string> kind = new("--kind")
    {
        Description = "what is wrong: clock, attribution or lines", Required = true,
    };

    private readonly Option<string> device = new("--device") { Description = "device, 32 digits", Required = true };
    private readonly Option<string> from = new("--from") { Description = "begin, with Z or offset", Required = true };
    private readonly Option<string> to = new("--to") { Description = "end, with Z or offset", Required = true };
    private readonly Option<string> text = new("--text") { Description = "what is wrong, a sentence", Required = true };

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new ErrorsCommand(clock ?? TimeProvider.System);
        verb.kind.AcceptOnlyFromAmong(DeclaredCorrection.Kinds);
        Command list = new("list", "look for corrected answers, log what is new, print all that were found")
        {
            verb.data, verb.json,
        };
        list.SetAction(parsed => verb.Guard(parsed, verb.List));
        Command show = new("show", "the text that tells the authority of one") { verb.number, verb.data, verb.json };
        show.SetAction(parsed => verb.Guard(parsed, verb.Show));
        Command declare = new("declare", "say that records of a device in a time are wrong")
        {
            verb.kind, verb.device, verb.from, verb.to, verb.text, verb.data, verb.json,
        };
        declare.SetAction(parsed => verb.Guard(parsed, verb.Declare));
        return new Command("errors", "answers that relied on something that was corrected afterwards")
        {
            list, show, declare, LineCorrectionCommand.Create(verb.clock),
        };
    }

    private int Guard(ParseResult parsed, Func<ParseResult, Desk, AnswerRegister, int, int> act) => DataOption.Guard(
        parsed.InvocationConfiguration.Error,
        () =>
        {
            var folder = new StoreFolder(parsed.GetValue(data)!);
            using var desk = Desk.Open(folder, clock);
            using var register = AnswerRegister.Open(folder);
            using var index = StoreDatabase.Open(folder.Database, toWrite: false);
            if (parsed.GetResult(kind) is not null)
            {
                register.Declare(Read(parsed));
            }

            int found = new CorrectionDesk(register, index, desk.Log, clock)
            {
                Lines = CorrectionBook.LinesOf(folder),
            }.Find();
            return act(parsed, desk, register, found);
        });

    private int List(ParseResult parsed, Desk desk, AnswerRegister register, int found)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        IReadOnlyList<ErrorFinding> all = register.Findings();
        if (parsed.GetValue(json))
        {
            JsonText.Write(output, new
            {
                New = found,
                Findings = all.Select(finding => new
                {
                    finding.Number, Request = finding.Request.ToString(), Case = CaseOf(desk, finding.Request),
                    finding.Kind, Delivery = finding.Entry, finding.Logged, At = Time(finding.AtUtcUs), finding.Text,
                }),
            });
            return Exit.Success;
        }

        output.WriteLine($"{all.Count} answers or parts of them were corrected, {found} of them new");
        foreach (ErrorFinding finding in all)
        {
            output.WriteLine(
                $"{finding.Number,4}  {finding.Request}  {CaseOf(desk, finding.Request)}  {finding.Kind}: "
                    + finding.Text);
        }

        return Exit.Success;
    }

    private int Show(ParseResult parsed, Desk desk, AnswerRegister register, int found)
    {
        ErrorFinding finding = register.Findings().FirstOrDefault(one => one.Number == parsed.GetValue(number))
            ?? throw new ArchiveException("there is no such finding; see `retention errors list`");
        string notice = ErrorNotice.Of(
            finding,
            RequestOf(desk, finding.Request),
            desk.Log,
            KeyRing.Load(new StoreFolder(parsed.GetValue(data)!)).Store?.Public,
            register.Deliveries().FirstOrDefault(one => one.Entry == finding.Entry));
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(json))
        {
            JsonText.Write(output, new { finding.Number, Request = finding.Request.ToString(), Text = notice });
            return Exit.Success;
        }

        output.Write(notice);
        return Exit.Success;
    }

    private int Declare(ParseResult parsed, Desk desk, AnswerRegister register, int found)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(json))
        {
            JsonText.Write(output, new { New = found });
            return Exit.Success;
        }

        output.WriteLine($"declared; {found} answers relied on it or on what else was corrected");
        return Exit.Success;
    }

    private DeclaredCorrection Read(ParseResult parsed)
    {
        if (!Id16.TryParse(parsed.GetValue(device), out Id16 name))
        {
            throw new ArchiveException("--device must be 32 hexadecimal digits; see `retention keys list`");
        }

        return new DeclaredCorrection(
            0,
            parsed.GetValue(kind)!,
            name,
            TimeOf("--from", parsed.GetValue(from)!, isEnd: false),
            TimeOf("--to", parsed.GetValue(to)!, isEnd: true),
            UtcClock.Now(clock),
            parsed.GetValue(text)!);
    }

    private static ulong TimeOf(string what, string text, bool isEnd) =>
        AskedTime.TryParse(text, out AskedTime? time, out string wrong)
            ? (ulong)LeapSeconds.ToUtc(isEnd ? time!.Meaning.To : time!.Meaning.From)
            : throw new ArchiveException($"{what}: {wrong}");

    private static Request? RequestOf(Desk desk, Id16 request) =>
        desk.Orders.All().Contains(request) ? desk.Orders.Standing(request).Order?.Request : null;

    private static string CaseOf(Desk desk, Id16 request) => RequestOf(desk, request)?.Case ?? "";

    private static string Time(ulong utcUs) => UtcText.Of(LeapSeconds.ToTai((long)utcUs));
}
