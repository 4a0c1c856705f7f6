using System.CommandLine;
using System.Security.Cryptography;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary><c>retention people</c>: keys of people; enrolments that operator and custodian sign together.</summary>
internal sealed class PeopleCommand(TimeProvider clock)
{
    private static readonly string[] RoleWords = ["requester", "approver", "auditor"];

    private readonly Option<string?> key = new("--key") { Description = "key file of the person" };
    private readonly Option<string?> browserKey = new("--browser-key")
    {
        Description = "file of a key that the person made in the console, instead of --key",
    };

    private readonly Option<string> label = new("--label")
    {
        Description = "what the authority calls them", Required = true,
    };

    private readonly Option<string> authority = new("--authority") { Description = "its name", Required = true };
    private readonly Option<string> kind = new("--kind")
    {
        Description = "what it is, in the rules' words: police, court, local_authority", Required = true,
    };

    private readonly Option<string> office = new("--office")
    {
        Description = "office of the person, in the rules' words", DefaultValueFactory = _ => "",
    };

    private readonly Option<string[]> roles = new("--role")
    {
        Description = "requester, approver or auditor; may be given again", Required = true,
    };

    private readonly Option<string> until = new("--until") { Description = "end, with Z or offset", Required = true };
    private TwoStepPaper Paper => new(SignedType.Enrolment, People.Ending, Describe, clock);

    private readonly Option<string?> sign = new("--sign")
    {
        Description = "key file of operator or custodian, whoever signs first",
    };

    private readonly Option<string?> made = new("--out") { Description = "file for the other to sign" };
    private readonly Option<bool> lab = new("--lab") { Description = "both sign here, in a lab" };
    private readonly Option<string?> operatorKey = new("--operator") { Description = "operator's key (lab)" };
    private readonly Option<string?> custodianKey = new("--custodian") { Description = "custodian's key (lab)" };
    private readonly Option<string?> to = new("--to") { Description = "folder that enrolments are put in (lab)" };

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new PeopleCommand(clock ?? TimeProvider.System);
        verb.roles.AcceptOnlyFromAmong(RoleWords);
        Argument<string> file = new("FILE") { Description = "file that the key is written to" };
        Command make = new("key", "draw a person's key, or one of operator or custodian") { file };
        make.SetAction(parsed => DataOption.Guard(
            parsed.InvocationConfiguration.Error,
            () => Make(parsed.GetValue(file)!, parsed.InvocationConfiguration.Output)));
        Command enrol = new("enrol", "let a key speak for a person: sign first, of operator and custodian")
        {
            verb.key, verb.browserKey, verb.label, verb.authority, verb.kind, verb.office, verb.roles, verb.until,
            verb.sign, verb.made, verb.lab, verb.operatorKey, verb.custodianKey, verb.to,
        };
        enrol.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.Enrol(parsed)));
        return new Command("people", "who may ask and approve")
        {
            make, enrol, verb.Paper.Sign(), verb.Paper.Add(store => store.People, warden => warden.People),
        };
    }

    private static int Make(string file, TextWriter output)
    {
        StoreKey made = PersonKey.Make(file);
        output.WriteLine($"person  {made.Store}");
        output.WriteLine($"public  {Convert.ToHexStringLower(made.Public.Point.Span)}");
        return Exit.Success;
    }

    private int Enrol(ParseResult parsed)
    {
        BrowserKey person = ReadPerson(parsed);
        Enrolment enrolment = Fill(parsed, person);
        bool isFirst = parsed.GetValue(sign) is not null && parsed.GetValue(made) is not null;
        if (isFirst == parsed.GetValue(lab))
        {
            throw new ArchiveException(
                "sign alone with --sign KEY --out FILE, and let the other sign with `retention people sign`; both keys "
                    + "on one machine are for a lab: --lab, --operator, --custodian, --to");
        }

        TextWriter output = parsed.InvocationConfiguration.Output;
        if (person.Origin.Length > 0)
        {
            output.WriteLine($"fingerprint  {BrowserKey.Fingerprint(person.Key)}");
            output.WriteLine("             is it the one that the person reads out?");
        }

        return isFirst
            ? Paper.First(enrolment.Encode(), parsed.GetValue(sign)!, parsed.GetValue(made)!, output)
            : EnrolInLab(parsed, enrolment);
    }

    /// <summary>What the command line says of the person.</summary>
    private Enrolment Fill(ParseResult parsed, BrowserKey person)
    {
        if (!AskedTime.TryParse(parsed.GetValue(until)!, out AskedTime? end, out string wrong))
        {
            throw new ArchiveException($"--until: {wrong}");
        }

        ulong now = UtcClock.Now(clock);
        return new Enrolment
        {
            Number = now,
            Person = person.Person,
            Label = parsed.GetValue(label)!,
            Authority = parsed.GetValue(authority)!,
            Kind = parsed.GetValue(kind)!,
            Office = parsed.GetValue(office)!,
            Roles = RolesOf(parsed.GetValue(roles)!),
            Key = person.Key,
            FromUtcUs = now,
            UntilUtcUs = (ulong)LeapSeconds.ToUtc(end!.Meaning.From),
            RelyingParty = person.RelyingParty,
            Origin = person.Origin,
        };
    }

    /// <summary>Both signatures in one place: never where a store or a warden is live.</summary>
    private int EnrolInLab(ParseResult parsed, Enrolment enrolment)
    {
        if (parsed.GetValue(operatorKey) is not { } one || parsed.GetValue(custodianKey) is not { } two
            || parsed.GetValue(to) is not { } target)
        {
            throw new ArchiveException("--lab needs --operator, --custodian and --to");
        }

        StoreKey first = PersonKey.Read(one);
        StoreKey second = PersonKey.Read(two);
        if (first.Public.IsSame(second.Public))
        {
            throw new ArchiveException("operator and custodian are one key; an enrolment needs two");
        }

        string folder = Path.GetFullPath(target);
        string trust = Path.Combine(Path.GetDirectoryName(folder)!, "trust.json");
        if (File.Exists(trust) && !WardenTrust.Read(trust).IsLab)
        {
            throw new ArchiveException($"{trust} is no lab's: operator and custodian sign one after the other there");
        }

        using SigningKey operatorSigns = first.Open();
        using SigningKey custodianSigns = second.Open();
        DurableFile.MakeFolder(folder);
        string file = Path.Combine(folder, $"{enrolment.Person}-{enrolment.Number}{People.Ending}");
        DurableFile.Put(file, file + ".part", enrolment.Sign(operatorSigns, custodianSigns));
        LabMode.Say(parsed.InvocationConfiguration.Error);
        parsed.InvocationConfiguration.Output.WriteLine(
            $"{file}: {enrolment.Person} is enrolled until {parsed.GetValue(until)}");
        return Exit.Success;
    }

    private static (string Says, string Name)? Describe(ReadOnlyMemory<byte> payload) =>
        Enrolment.TryDecode(payload, out Enrolment? said) == Refusal.None
            ? ($"{said!.Person} ({said.Label}) of {said.Authority}, {said.Kind}, "
                + $"as {said.Roles.ToString().ToLowerInvariant()} with key "
                + Convert.ToHexStringLower(said.Key.Point.Span)[..18],
                $"{said.Person}-{said.Number}")
            : null;

    /// <summary>The person's key: of the command line, which is bound to no origin, or made in a browser.</summary>
    private BrowserKey ReadPerson(ParseResult parsed)
    {
        string? own = parsed.GetValue(key);
        string? made = parsed.GetValue(browserKey);
        if (own is null == made is null)
        {
            throw new ArchiveException("give the person's key: either --key FILE or --browser-key FILE");
        }

        if (made is not null)
        {
            return BrowserKey.Read(made);
        }

        StoreKey person = PersonKey.Read(own!);
        return new BrowserKey(person.Store, person.Public, RelyingParty: "", Origin: "");
    }

    private static PersonRoles RolesOf(string[] words)
    {
        PersonRoles roles = PersonRoles.None;
        foreach (string word in words)
        {
            roles |= (PersonRoles)(1 << Array.IndexOf(RoleWords, word));
        }

        return roles;
    }
}
