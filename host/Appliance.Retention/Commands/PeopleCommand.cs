using System.CommandLine;
using System.Security.Cryptography;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
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
    private readonly Option<string> operatorKey = new("--operator") { Description = "operator's key", Required = true };
    private readonly Option<string> custodianKey = new("--custodian")
    {
        Description = "custodian's key", Required = true,
    };

    private readonly Option<string> to = new("--to")
    {
        Description = "folder that enrolments are put in", Required = true,
    };

    public static Command Create(TimeProvider? clock = null)
    {
        var verb = new PeopleCommand(clock ?? TimeProvider.System);
        verb.roles.AcceptOnlyFromAmong(RoleWords);
        Argument<string> file = new("FILE") { Description = "file that the key is written to" };
        Command make = new("key", "draw a person's key, or one of operator or custodian") { file };
        make.SetAction(parsed => DataOption.Guard(
            parsed.InvocationConfiguration.Error,
            () => Make(parsed.GetValue(file)!, parsed.InvocationConfiguration.Output)));
        Command enrol = new("enrol", "let a key speak for a person; operator and custodian sign together")
        {
            verb.key, verb.browserKey, verb.label, verb.authority, verb.kind, verb.office, verb.roles, verb.until,
            verb.operatorKey, verb.custodianKey, verb.to,
        };
        enrol.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.Enrol(parsed)));
        return new Command("people", "who may ask and approve") { make, enrol };
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
        StoreKey first = PersonKey.Read(parsed.GetValue(operatorKey)!);
        StoreKey second = PersonKey.Read(parsed.GetValue(custodianKey)!);
        if (first.Public.IsSame(second.Public))
        {
            throw new ArchiveException("operator and custodian are one key; an enrolment needs two");
        }

        if (!AskedTime.TryParse(parsed.GetValue(until)!, out AskedTime? end, out string wrong))
        {
            throw new ArchiveException($"--until: {wrong}");
        }

        ulong now = UtcClock.Now(clock);
        var enrolment = new Enrolment
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
        using SigningKey operatorSigns = first.Open();
        using SigningKey custodianSigns = second.Open();
        string folder = Path.GetFullPath(parsed.GetValue(to)!);
        DurableFile.MakeFolder(folder);
        string file = Path.Combine(folder, $"{person.Person}-{now}{People.Ending}");
        DurableFile.Put(file, file + ".part", enrolment.Sign(operatorSigns, custodianSigns));
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (person.Origin.Length > 0)
        {
            output.WriteLine($"fingerprint  {BrowserKey.Fingerprint(person.Key)}");
            output.WriteLine("             is it the one that the person reads out?");
        }

        output.WriteLine($"{file}: {person.Person} is enrolled until {parsed.GetValue(until)}");
        return Exit.Success;
    }

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
