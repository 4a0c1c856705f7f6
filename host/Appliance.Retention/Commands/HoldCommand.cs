using System.CommandLine;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Holds;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary><c>retention hold</c>: legal holds. One is made by a question with <c>--hold-until</c>.</summary>
internal sealed class HoldCommand(TimeProvider clock)
{
    private readonly Option<string> data = DataOption.Create();
    private readonly Option<string> socket = WardenCommand.SocketOption();
    private readonly Option<string> witness = WitnessCommand.SocketOption();
    private readonly Option<bool> json = new("--json") { Description = "print the result as JSON" };
    private readonly Argument<string> id = new("ID") { Description = "hold, 32 hexadecimal digits" };
    private readonly Option<string> request = new("--request")
    {
        Description = $"approved request with the statement {HeldOrder.Statement}", Required = true,
    };

    private readonly Option<string?> file = new("--out") { Description = "file for records and proofs, as JSON" };
    private readonly Option<string> operatorKey = new("--operator") { Description = "operator's key", Required = true };
    private readonly Option<string> custodianKey = new("--custodian")
    {
        Description = "custodian's key", Required = true,
    };

    private readonly Option<string> reason = new("--reason") { Description = "why it ends", Required = true };
    private readonly Option<string> key = new("--key")
    {
        Description = "key file of operator or custodian, whoever signs first", Required = true,
    };

    private readonly Option<string> made = new("--out") { Description = "file for the other to sign", Required = true };

    private TwoStepPaper Paper => new(SignedType.Keeping, ".keeping", Describe, clock);

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new HoldCommand(clock ?? TimeProvider.System);
        Command list = new("list", "all holds, until when, and which have ended")
        {
            verb.data, verb.socket, verb.json,
        };
        list.SetAction(parsed => verb.Guard(parsed, verb.List));
        Command show = new("show", "open a hold under an order that names it; every proof is checked")
        {
            verb.id, verb.request, verb.data, verb.socket, verb.witness, verb.file, verb.json,
        };
        show.SetAction(parsed => verb.Guard(parsed, verb.Show));
        Command end = new("end", "destroy the case key of a hold before its time; operator and custodian sign together")
        {
            verb.id, verb.operatorKey, verb.custodianKey, verb.reason, verb.data, verb.socket, verb.json,
        };
        end.SetAction(parsed => verb.Guard(parsed, verb.End));
        Command order = new("order", "sign, as the first of two, that a hold ends; `hold sign` is for the second")
        {
            verb.id, verb.key, verb.reason, verb.made,
        };
        order.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.Order(parsed)));
        return new Command("hold", "records kept for a case beyond retention; --hold-until of a question makes one")
        {
            list, show, end, order, verb.Paper.Sign(),
        };
    }

    private int Guard(ParseResult parsed, Func<ParseResult, StoreFolder, Desk, WardenClient, int> act) =>
        DataOption.Guard(
            parsed.InvocationConfiguration.Error,
            () =>
            {
                var folder = new StoreFolder(parsed.GetValue(data)!);
                using var desk = Desk.Open(folder, clock);
                using var warden = new WardenClient(parsed.GetValue(socket)!);
                try
                {
                    desk.Holds.TakeEnds(warden.Holds());
                    return act(parsed, folder, desk, warden);
                }
                catch (WardenException refused)
                {
                    return Refused(parsed, refused.Refusal);
                }
            });

    private int List(ParseResult parsed, StoreFolder folder, Desk desk, WardenClient warden)
    {
        var holds = new HoldFolder(folder.Holds);
        TextWriter output = parsed.InvocationConfiguration.Output;
        IReadOnlyList<HoldStatement> all = holds.All();
        if (parsed.GetValue(json))
        {
            JsonText.Write(output, new
            {
                Holds = all.Select(hold => new
                {
                    Hold = hold.Hold.ToString(),
                    Request = hold.Request.ToString(),
                    Made = Time(hold.MadeUtcUs),
                    Until = Time(hold.UntilUtcUs),
                    Ended = holds.EndOf(hold.Hold) is { } end ? Time(end.UtcUs) : null,
                    Cause = holds.EndOf(hold.Hold) is { } because ? Word(because) : null,
                }),
            });
            return Exit.Success;
        }

        foreach (HoldStatement hold in all)
        {
            string state = holds.EndOf(hold.Hold) is { } end
                ? $"ended {Time(end.UtcUs)}, {Word(end)}: the case key is destroyed"
                : $"until {Time(hold.UntilUtcUs)}";
            output.WriteLine($"{hold.Hold}  request {hold.Request}  {state}");
        }

        return Exit.Success;
    }

    private int Show(ParseResult parsed, StoreFolder folder, Desk desk, WardenClient warden)
    {
        Id16 hold = NameOf(parsed);
        if (new HoldFolder(folder.Holds).EndOf(hold) is { } end)
        {
            return Refused(parsed, new OrderRefusal(
                "hold.ended", $"the case key was destroyed at {Time(end.UtcUs)} ({Word(end)}); nothing opens it"));
        }

        OrderRefusal? refusal = desk.Orders.AskHold(
            parsed.GetValue(request)!, hold, out Order? order, out AskedQuestion? question, out Log.LoggedEntry? entry);
        if (refusal is not null)
        {
            return Refused(parsed, refusal);
        }

        using var asked = new OrderedQuestion(
            desk, warden, WitnessCommand.Connect(desk.Witness, parsed.GetValue(witness)!), order!, question!, entry!);
        return asked.Step(() => Open(parsed, KeyRing.Load(folder), desk, asked, hold));
    }

    private int Open(ParseResult parsed, KeyRing ring, Desk desk, OrderedQuestion asked, Id16 hold)
    {
        HeldRecords records = asked.OpenHold(desk.Holds, hold);
        Refusal wrong = records.TryVerify(
            device => ring.Find(device)?.DeviceKey, out IReadOnlyList<RecordProof> proven);
        asked.Disclose((ulong)proven.Count);
        int code = Print(asked.Answer, parsed.GetValue(json), hold, proven, records, wrong);
        asked.Deliver(parsed.InvocationConfiguration.Output);
        if (wrong == Refusal.None && parsed.GetValue(file) is { } path)
        {
            DurableFile.Put(Path.GetFullPath(path), Path.GetFullPath(path) + ".part", records.Encode());
        }

        return code;
    }

    private static int Print(
        TextWriter output,
        bool json,
        Id16 hold,
        IReadOnlyList<RecordProof> proven,
        HeldRecords records,
        Refusal wrong)
    {
        var digest = Hash32.Of(records.Encode());
        if (json)
        {
            JsonText.Write(output, new
            {
                Hold = hold.ToString(),
                Sha256 = digest.ToString(),
                Answer = wrong == Refusal.None ? "proven" : "damaged",
                Reason = wrong == Refusal.None ? "every proof leads to a device's signature" : wrong.Sentence(),
                Batches = records.Manifests.Count,
                Records = proven.Select(proof => new
                {
                    Batch = proof.BatchId.ToString(), proof.Section, proof.Row,
                    Record = Convert.ToHexStringLower(proof.Canonical.Span),
                    Says = HeldRowText.Of(proof),
                }),
            });
        }
        else
        {
            output.WriteLine($"hold     {hold}");
            output.WriteLine($"sha256   {digest}");
            output.WriteLine(wrong == Refusal.None
                ? $"proven   {proven.Count} records of {records.Manifests.Count} batches"
                : $"damaged  {wrong.Sentence()}");
            foreach (RecordProof proof in proven)
            {
                string section = proof.Section == SectionPlain.AttributionNumber ? "attribution" : "contact";
                output.WriteLine($"         {proof.BatchId} row {proof.Row} {section}");
                output.WriteLine($"           {HeldRowText.Of(proof)}");
            }
        }

        return wrong == Refusal.None ? Exit.Success : Exit.CheckFailed;
    }

    private int End(ParseResult parsed, StoreFolder folder, Desk desk, WardenClient warden)
    {
        Id16 hold = NameOf(parsed);
        using SigningKey one = PersonKey.Read(parsed.GetValue(operatorKey)!).Open();
        using SigningKey two = PersonKey.Read(parsed.GetValue(custodianKey)!).Open();
        var order = new KeepingOrder(
            KeepingKind.HoldEnded, hold, UtcClock.Now(clock), 0, parsed.GetValue(reason)!);
        HoldReport report = warden.EndHold(order.Sign(one, two));
        desk.Holds.TakeEnds(new HoldList([report]));
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(json))
        {
            JsonText.Write(output, new { Hold = hold.ToString(), Answer = "ended" });
            return Exit.Success;
        }

        output.WriteLine($"hold {hold} is ended: its case key is destroyed, its records are removed");
        return Exit.Success;
    }

    private int Order(ParseResult parsed) => Paper.First(
        new KeepingOrder(
            KeepingKind.HoldEnded, NameOf(parsed), UtcClock.Now(clock), 0, parsed.GetValue(reason)!).Encode(),
        parsed.GetValue(key)!,
        parsed.GetValue(made)!,
        parsed.InvocationConfiguration.Output);

    private static (string Says, string Name)? Describe(ReadOnlyMemory<byte> payload) =>
        KeepingOrder.TryDecode(payload, out KeepingOrder? order) == Refusal.None
            && order!.Kind == KeepingKind.HoldEnded
            ? ($"hold {order.Subject} ends: {order.Reason}", order.Subject.ToString())
            : null;

    private int Refused(ParseResult parsed, OrderRefusal refusal)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (parsed.GetValue(json))
        {
            JsonText.Write(output, new { Answer = "refused", refusal.Rule, Reason = refusal.Sentence });
        }
        else
        {
            output.WriteLine($"refused  {refusal.Sentence} [{refusal.Rule}]");
        }

        return Exit.CheckFailed;
    }

    private Id16 NameOf(ParseResult parsed) => Id16.TryParse(parsed.GetValue(id), out Id16 name)
        ? name
        : throw new ArchiveException("a hold is named by 32 hexadecimal digits; see `retention hold list`");

    private static string Word(HoldEnd end) =>
        end.Cause == HoldEndCause.Expired ? "its time was over" : "ended by operator and custodian";

    private static string Time(ulong utcUs) => UtcText.Of(LeapSeconds.ToTai((long)utcUs));
}
