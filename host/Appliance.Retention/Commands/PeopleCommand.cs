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

    private readonly Option<string> key = new("--key") { Description = "key file of the person", Required = true };
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
            verb.key, verb.label, verb.authority, verb.kind, verb.office, verb.roles, verb.until, verb.operatorKey,
            verb.custodianKey, verb.to,
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
        StoreKey person = PersonKey.Read(parsed.GetValue(key)!);
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
            Person = person.Store,
            Label = parsed.GetValue(label)!,
            Authority = parsed.GetValue(authority)!,
            Kind = parsed.GetValue(kind)!,
            Office = parsed.GetValue(office)!,
            Roles = RolesOf(parsed.GetValue(roles)!),
            Key = person.Public,
            FromUtcUs = now,
            UntilUtcUs = (ulong)LeapSeconds.ToUtc(end!.Meaning.From),
        };
        using SigningKey operatorSigns = first.Open();
        using SigningKey custodianSigns = second.Open();
        string folder = Path.GetFullPath(parsed.GetValue(to)!);
        DurableFile.MakeFolder(folder);
        string file = Path.Combine(folder, $"{person.Store}-{now}{People.Ending}");
        DurableFile.Put(file, file + ".part", enrolment.Sign(operatorSigns, custodianSigns));
        TextWriter output = parsed.InvocationConfiguration.Output;
        output.WriteLine($"{file}: {person.Store} is enrolled until {parsed.GetValue(until)}");
        return Exit.Success;
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
