using System.CommandLine;
using System.Security.Cryptography;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary><c>retention request</c>: requests are signed, approved, listed and shown.</summary>
internal sealed class RequestCommand(TimeProvider clock)
{
    private readonly Option<string> data = DataOption.Create();
    private readonly Option<string> key = new("--key") { Description = "key file of who signs", Required = true };
    private readonly Option<string> file = new("--file") { Description = "the request as JSON", Required = true };
    private readonly Option<bool> oral = new("--oral") { Description = "given by word of mouth, to be confirmed" };
    private readonly Option<bool> refuse = new("--refuse") { Description = "say no, for good" };
    private readonly Argument<string> id = new("ID") { Description = "request, 32 hexadecimal digits" };
    private readonly Option<bool> json = new("--json") { Description = "print the result as JSON" };
    private readonly Option<string> remarks = new("--remarks")
    {
        Description = "kept with the verdict", DefaultValueFactory = _ => "",
    };

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new RequestCommand(clock ?? TimeProvider.System);
        Command example = new("example", "print a request to be filled in");
        example.SetAction(parsed =>
        {
            parsed.InvocationConfiguration.Output.Write(RequestDraft.Example());
            return Exit.Success;
        });
        Command made = new("new", "sign a request") { verb.data, verb.key, verb.file, verb.json };
        made.SetAction(parsed => verb.Guard(parsed, verb.New));
        Command sign = new("sign", "approve or refuse a request; who asked cannot")
        {
            verb.id, verb.data, verb.key, verb.oral, verb.refuse, verb.remarks, verb.json,
        };
        sign.SetAction(parsed => verb.Guard(parsed, verb.Sign));
        Command list = new("list", "all requests and where they stand") { verb.data, verb.json };
        list.SetAction(parsed => verb.Guard(parsed, verb.List));
        Command show = new("show", "a request with every word of it") { verb.id, verb.data, verb.json };
        show.SetAction(parsed => verb.Guard(parsed, verb.Show));
        Command report = new("report", "the report of an approval by word of mouth that was not confirmed in time")
        {
            verb.id, verb.data, verb.json,
        };
        report.SetAction(parsed => verb.Guard(parsed, verb.Report));
        return new Command("request", "who may ask what, why, and until when")
        {
            example, made, sign, list, show, report,
        };
    }

    private int Guard(ParseResult parsed, Func<ParseResult, Desk, int> act) => DataOption.Guard(
        parsed.InvocationConfiguration.Error,
        () =>
        {
            using var desk = Desk.Open(new StoreFolder(parsed.GetValue(data)!), clock);
            return act(parsed, desk);
        });

    private int New(ParseResult parsed, Desk desk)
    {
        string path = parsed.GetValue(file)!;
        StoreKey person = PersonKey.Read(parsed.GetValue(key)!);
        Enrolment who = Enrolled(desk, person);
        RequestDraft draft = RequestDraft.Parse(File.ReadAllText(path), out string problem)
            ?? throw new ArchiveException($"{path}: {problem}");
        Id16 notice = KeyRing.Load(new StoreFolder(parsed.GetValue(data)!)).OnlyNotice();
        Request request = draft.ToRequest(
            Id16.New(RandomNumberGenerator.Fill), who, notice, UtcClock.Now(clock), out problem)
                ?? throw new ArchiveException($"{path}: {problem}");
        using SigningKey signs = person.Open();
        byte[] signed = SignedObject.Sign(SignedType.Request, request.Encode(), signs).Bytes;
        return Print(parsed, request.Id, desk.Orders.File(signed, out _), "signed; now it needs an approval");
    }

    private int Sign(ParseResult parsed, Desk desk)
    {
        Id16 name = NameOf(parsed);
        StoreKey person = PersonKey.Read(parsed.GetValue(key)!);
        Enrolment who = Enrolled(desk, person);
        var approval = new Approval
        {
            Request = name,
            Digest = desk.Orders.DigestOf(name),
            Approver = who.Person,
            IsApproved = !parsed.GetValue(refuse),
            UtcUs = UtcClock.Now(clock),
            IsOral = parsed.GetValue(oral),
            Remarks = parsed.GetValue(remarks)!,
        };
        using SigningKey signs = person.Open();
        byte[] signed = SignedObject.Sign(SignedType.Approval, approval.Encode(), signs).Bytes;
        OrderRefusal? wrong = desk.Orders.Sign(name, signed);
        if (wrong is null && approval.IsApproved && desk.Orders.Standing(name).Refusal is { } refusal)
        {
            // Signed and kept, but the approver learns at once that the law does not allow it.
            return Print(parsed, name, refusal, "");
        }

        return Print(parsed, name, wrong, approval.IsApproved ? "approved" : "refused by its approver");
    }

    private int Report(ParseResult parsed, Desk desk)
    {
        Id16 name = NameOf(parsed);
        desk.Orders.ReportOverdue();
        TextWriter output = parsed.InvocationConfiguration.Output;
        string? text = desk.Orders.Report(name);
        if (parsed.GetValue(json))
        {
            JsonText.Write(output, new { Request = name.ToString(), Report = text });
        }
        else
        {
            output.Write(text ?? $"request {name}: no confirmation is overdue\n");
        }

        return text is null ? Exit.Success : Exit.CheckFailed;
    }

    private int List(ParseResult parsed, Desk desk)
    {
        desk.Orders.ReportOverdue();
        var rows = new List<RequestRow>();
        foreach (Id16 name in desk.Orders.All())
        {
            rows.Add(RequestRow.Of(name, desk.Orders.Standing(name)));
        }

        if (parsed.GetValue(json))
        {
            JsonText.Write(parsed.InvocationConfiguration.Output, new { Requests = rows });
            return Exit.Success;
        }

        foreach (RequestRow row in rows)
        {
            parsed.InvocationConfiguration.Output.WriteLine($"{row.Request}  {row.Case}  {row.Standing}");
        }

        return Exit.Success;
    }

    private int Show(ParseResult parsed, Desk desk)
    {
        Id16 name = NameOf(parsed);
        OrderStanding standing = desk.Orders.Standing(name);
        RequestText.Write(parsed.InvocationConfiguration.Output, name, standing, parsed.GetValue(json));
        return standing.Refusal is null ? Exit.Success : Exit.CheckFailed;
    }

    private Id16 NameOf(ParseResult parsed) => Id16.TryParse(parsed.GetValue(id), out Id16 name)
        ? name
        : throw new ArchiveException("a request is named by 32 hexadecimal digits; see `retention request list`");

    private static Enrolment Enrolled(Desk desk, StoreKey person) => desk.Orders.People.Find(person.Store)
        ?? throw new ArchiveException($"person {person.Store} is not enrolled; see `retention people enrol`");

    private int Print(ParseResult parsed, Id16 name, OrderRefusal? refusal, string done)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(json))
        {
            JsonText.Write(output, new
            {
                Request = name.ToString(), Answer = refusal is null ? "accepted" : "refused", refusal?.Rule,
                Reason = refusal?.Sentence ?? done,
            });
        }
        else
        {
            output.WriteLine($"request  {name}");
            output.WriteLine(refusal is null ? $"         {done}" : $"refused  {refusal.Sentence} [{refusal.Rule}]");
        }

        return refusal is null ? Exit.Success : Exit.CheckFailed;
    }
}
