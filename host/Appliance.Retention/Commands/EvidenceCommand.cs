using System.CommandLine;
using Appliance.Evidence;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Evidence;
using Appliance.Retention.Log;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;
using PublicKey = Appliance.Wire.PublicKey;

namespace Appliance.Retention.Commands;

/// <summary><c>retention evidence</c>: the pack for a delivered answer, and what it needs besides.</summary>
internal sealed class EvidenceCommand(TimeProvider clock)
{
    private readonly Option<string> data = DataOption.Create();
    private readonly Option<string> socket = WardenCommand.SocketOption();
    private readonly Option<string> witnessSocket = WitnessCommand.SocketOption();
    private readonly Option<string> request = new("--request") { Description = "request", Required = true };
    private readonly Option<string> answer = new("--answer")
    {
        Description = "the answer, as --format json printed it", Required = true,
    };

    private readonly Option<string> output = new("--out")
    {
        Description = "name of what is made: NAME.tar, NAME.html, NAME.pdf", Required = true,
    };

    private readonly Option<bool> json = new("--json") { Description = "print the result as JSON" };
    private readonly Option<bool> noPdf = new("--no-pdf") { Description = "leave the PDF out" };
    private readonly Option<string?> zone = new("--zone")
    {
        Description = "zone whose local time stands beside UTC, as Europe/London; default: that of the question",
    };

    private readonly Option<string[]> witness = new("--witness")
    {
        Description = "public key of a warden, 130 hexadecimal digits", AllowMultipleArgumentsPerToken = true,
    };

    private readonly Argument<string> device = new("DEVICE") { Description = "device, 32 hexadecimal digits" };
    private readonly Option<string> operatorKey = new("--operator") { Description = "operator's key", Required = true };
    private readonly Option<string> custodianKey = new("--custodian")
    {
        Description = "custodian's key", Required = true,
    };

    private readonly Option<string> until = new("--until") { Description = "end, with Z or offset", Required = true };
    private readonly Option<string?> revoked = new("--revoked") { Description = "nothing is believed from then on" };
    private readonly Option<string> reason = new("--reason")
    {
        Description = "why it was revoked", DefaultValueFactory = _ => "",
    };

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new EvidenceCommand(clock ?? TimeProvider.System);
        Command make = new("make", "the pack for an answer, with a statement that a court can read")
        {
            verb.data, verb.socket, verb.witnessSocket, verb.request, verb.answer, verb.output,
            verb.zone, verb.noPdf, verb.json,
        };
        make.SetAction(parsed => verb.Guard(parsed, verb.Make));
        Command pins = new("pins", "this store's public keys, for whoever checks its packs")
        {
            verb.data, verb.witness,
        };
        pins.SetAction(parsed => verb.Guard(parsed, verb.Pins));
        Command stamp = new("stamp", "have the ledger stamped as it stands; run it every hour") { verb.data };
        stamp.SetAction(parsed => verb.Guard(parsed, verb.Stamp));
        Command lab = new("lab-authority", "make a time-stamp authority for the lab, with openssl") { verb.data };
        lab.SetAction(parsed => verb.Guard(parsed, verb.Authority));
        Command vouch = new("vouch", "operator and custodian vouch for a device's key, or revoke it")
        {
            verb.device, verb.data, verb.operatorKey, verb.custodianKey, verb.until, verb.revoked, verb.reason,
        };
        vouch.SetAction(parsed => verb.Guard(parsed, verb.Vouch));
        return new Command("evidence", "proof of a delivered answer, to be checked without this store")
        {
            make, pins, stamp, lab, vouch,
        };
    }

    private int Guard(ParseResult parsed, Func<ParseResult, StoreFolder, TextWriter, int> act) => DataOption.Guard(
        parsed.InvocationConfiguration.Error,
        () =>
        {
            try
            {
                var folder = new StoreFolder(parsed.GetValue(data)!);
                return act(parsed, folder, parsed.InvocationConfiguration.Output);
            }
            catch (WardenException refused)
            {
                return Exit.Say(
                    parsed.InvocationConfiguration.Error, Exit.CheckFailed,
                    $"{refused.Refusal.Sentence} [{refused.Refusal.Rule}]");
            }
        });

    private int Make(ParseResult parsed, StoreFolder folder, TextWriter text)
    {
        Id16 id = IdOf(parsed.GetValue(request)!, "--request");
        string name = Path.GetFullPath(parsed.GetValue(output)!);
        byte[] asked = File.ReadAllBytes(parsed.GetValue(answer)!);
        using var desk = Desk.Open(folder, clock);
        using var warden = new WardenClient(parsed.GetValue(socket)!);
        using var logged = new LogWitness(
            desk.Log, warden, WitnessCommand.Connect(desk.Witness, parsed.GetValue(witnessSocket)!), desk.Witness);
        MadePack pack = new PackMaker(folder, desk, warden, logged).Make(
            id, asked, clock, StatementZone.Of(parsed.GetValue(zone), asked));
        DurableFile.Put(name + ".tar", name + ".part", pack.Archive);
        DurableFile.Put(name + ".html", name + ".part", pack.Page);
        bool isPrinted = !parsed.GetValue(noPdf)
            && PdfPrinter.TryPrint(pack.Page, Hash32.Of(pack.Archive), name + ".pdf");
        if (!parsed.GetValue(noPdf) && (!isPrinted || Environment.IsPrivilegedProcess))
        {
            Exit.Say(
                parsed.InvocationConfiguration.Error, Exit.Success,
                isPrinted ? PdfPrinter.WithoutSandbox : PdfPrinter.Advice);
        }

        if (parsed.GetValue(json))
        {
            JsonText.Write(text, new
            {
                Pack = name + ".tar", Statement = name + ".html", Pdf = isPrinted ? name + ".pdf" : null,
                Records = pack.Report.Rows.Count,
                Checks = pack.Report.Checks.ToDictionary(check => check.Id, check => PackReport.Name(check.Result)),
            });
            return Exit.Success;
        }

        text.WriteLine($"pack       {name}.tar");
        text.WriteLine($"statement  {name}.html{(isPrinted ? " and .pdf" : "")}");
        text.WriteLine(FormattableString.Invariant($"records    {pack.Report.Rows.Count}"));
        foreach (CheckLine open in pack.Report.Checks.Where(check => check.Result == CheckResult.NotCheckable))
        {
            text.WriteLine($"open       {open.Id}: {open.Detail}");
        }

        return Exit.Success;
    }

    private int Pins(ParseResult parsed, StoreFolder folder, TextWriter text)
    {
        var witnesses = new List<PublicKey>();
        foreach (string point in parsed.GetValue(witness) ?? [])
        {
            witnesses.Add(WardenTrust.TryPoint(point, out PublicKey? key)
                ? key! : throw new ArchiveException("--witness must be a point of 130 hexadecimal digits"));
        }

        using var log = TransparencyLog.Open(folder.Log, clock);
        text.Write(StorePins.Of(folder, log, witnesses).ToJson());
        return Exit.Success;
    }

    private int Stamp(ParseResult parsed, StoreFolder folder, TextWriter text)
    {
        StampAuthority authority = StampAuthority.Read(folder)
            ?? throw new ArchiveException(
                $"{folder.Stamps} names no time-stamp authority; write {StampAuthority.FileName} with its url");
        using StoreDatabase database = StoreDatabase.Open(folder.Database, toWrite: false);
        StampedHead head = new LedgerStamps(
            folder, database, KeyRing.Load(folder).MakeStoreKey(folder), clock).Take(authority);
        text.WriteLine(FormattableString.Invariant($"stamped  the ledger of {head.Size} batches"));
        return Exit.Success;
    }

    private int Authority(ParseResult parsed, StoreFolder folder, TextWriter text)
    {
        text.WriteLine($"root  {LabAuthority.Make(folder)}");
        text.WriteLine("      a lab's authority proves no time: this store has its key");
        return Exit.Success;
    }

    private int Vouch(ParseResult parsed, StoreFolder folder, TextWriter text)
    {
        Id16 id = IdOf(parsed.GetValue(device)!, "DEVICE");
        DeviceKeys keys = KeyRing.Load(folder).Find(id)
            ?? throw new ArchiveException($"device {id} is not enrolled; see `retention keys list`");
        StoreKey first = PersonKey.Read(parsed.GetValue(operatorKey)!);
        StoreKey second = PersonKey.Read(parsed.GetValue(custodianKey)!);
        ControlTrust trust = WardenTrust.Read(folder.TrustFile).Control;
        if (!first.Public.IsSame(trust.Operator) || !second.Public.IsSame(trust.Custodian))
        {
            throw new ArchiveException("--operator and --custodian must be the keys that this store pins");
        }

        ulong? end = parsed.GetValue(revoked) is { } time ? TimeOf("--revoked", time) : null;
        var voucher = new DeviceVoucher(
            UtcClock.Now(clock), id, keys.DeviceKey, 0, TimeOf("--until", parsed.GetValue(until)!), end,
            parsed.GetValue(reason)!);
        using SigningKey operatorSigns = first.Open();
        using SigningKey custodianSigns = second.Open();
        VoucherFolder.Add(folder, voucher, voucher.Sign(operatorSigns, custodianSigns));
        text.WriteLine(end is null
            ? $"device {id} is vouched for until {parsed.GetValue(until)}"
            : $"device {id} is revoked from {parsed.GetValue(revoked)} on");
        return Exit.Success;
    }

    private static ulong TimeOf(string option, string text) =>
        AskedTime.TryParse(text, out AskedTime? time, out string wrong)
            ? (ulong)LeapSeconds.ToUtc(time!.Meaning.From)
            : throw new ArchiveException($"{option}: {wrong}");

    private static Id16 IdOf(string text, string option) => Id16.TryParse(text, out Id16 id)
        ? id
        : throw new ArchiveException($"{option} must be 32 hexadecimal digits");
}
