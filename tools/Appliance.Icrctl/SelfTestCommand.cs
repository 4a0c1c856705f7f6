using System.CommandLine;
using System.Text.Json;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;

namespace Appliance.Icrctl;

/// <summary><c>icrctl selftest</c>: the checks alone, or the whole acceptance with its steps by hand.</summary>
internal static class SelfTestCommand
{
    public static Command Create()
    {
        Option<string> socket = new("--socket")
        {
            Description = "admin socket of the daemon", DefaultValueFactory = _ => new AdminOptions().Socket,
        };
        Option<bool> json = new("--json") { Description = "print as JSON" };
        Option<bool> acceptance = new("--acceptance")
        {
            Description = "ask the steps of the acceptance checklist that are done by hand, too",
        };
        Option<string?> answers = new("--answers")
        {
            Description = "take their answers from a file: a line each, as in `20 yes back after 70 s`",
        };
        Option<bool> yes = new("--yes") { Description = "answer each of them with yes; it stands in the protocol" };
        Option<string?> protocol = new("--protocol")
        {
            Description = "write checks and answers, signed by the box, into a new file; check it with `icrctl verify`",
        };
        Command command = new("selftest", "check everything that can be checked from here; exit code 1 on a failure")
        {
            socket, json, acceptance, answers, yes, protocol,
        };
        command.SetAction(parsed =>
        {
            if (!AdminClient.TryStatus(parsed.GetValue(socket)!, out BoxStatus status, out string problem))
            {
                return Exit.Refuse(problem);
            }

            bool isWhole = parsed.GetValue(acceptance) || parsed.GetValue(yes)
                || parsed.GetValue(answers) is not null || parsed.GetValue(protocol) is not null;
            return isWhole
                ? Accept(
                    parsed.GetValue(socket)!, status, parsed.GetValue(json), parsed.GetValue(yes),
                    parsed.GetValue(answers), parsed.GetValue(protocol))
                : Check(status, parsed.GetValue(json));
        });
        return command;
    }

    private static int Check(BoxStatus status, bool json)
    {
        IReadOnlyList<SelfCheck> checks = SelfTest.Of(status);
        Console.WriteLine(json ? JsonSerializer.Serialize(checks, BoxStatus.Json) : SelfTest.Text(checks));
        return checks.Any(check => check.Outcome == SelfOutcome.Fail) ? Exit.CheckFailed : Exit.Success;
    }

    // The checks are printed before the steps are asked: who walks to the box knows what it says of itself.
    private static int Accept(
        string socket, BoxStatus status, bool json, bool yes, string? file, string? protocol)
    {
        IReadOnlyList<StepAnswer> answers = [];
        try
        {
            if (yes && file is not null)
            {
                return Exit.Refuse("give either --yes or --answers");
            }

            if (protocol is not null && Path.Exists(protocol))
            {
                return Exit.Refuse($"{protocol} is there; a protocol is never written over, name a new file");
            }

            string problem = "";
            if (file is not null && !Acceptance.TryRead(File.ReadAllText(file), out answers, out problem))
            {
                return Exit.Refuse($"{file}, {problem}");
            }

            IReadOnlyList<SelfCheck> checks = SelfTest.Of(status);
            if (!json)
            {
                Console.WriteLine(SelfTest.Text(checks));
            }

            answers = yes ? Acceptance.Yes() : file is not null ? answers
                : Acceptance.Ask(Console.In, json ? Console.Error : Console.Out);
            string body = Acceptance.Protocol(status, DateTimeOffset.UtcNow, checks, answers);
            string? signature = json || protocol is not null ? Sign(socket, body, out problem) : null;
            string written = AcceptanceFile.Make(body, signature);
            Console.WriteLine(json ? written.TrimEnd() : Acceptance.Text(answers));
            if (protocol is not null)
            {
                using FileStream kept = new(protocol, FileMode.CreateNew);
                kept.Write(System.Text.Encoding.UTF8.GetBytes(written));
            }

            if (problem.Length > 0)
            {
                Console.Error.WriteLine($"icrctl: the protocol is not signed: {problem}");
            }

            return problem.Length == 0 && Acceptance.IsAccepted(checks, answers) ? Exit.Success : Exit.CheckFailed;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Exit.Refuse(failure.Message);
        }
    }

    // A protocol that the box did not sign is written all the same: what was answered is not asked twice.
    private static string? Sign(string socket, string body, out string problem)
    {
        byte[] hash = System.Text.Encoding.ASCII.GetBytes(AcceptanceFile.HashOf(body));
        bool isSigned = AdminClient.TryPost(socket, "acceptance", hash, out string answer);
        problem = !isSigned ? answer
            : AcceptanceFile.IsSignature(answer) ? ""
            : "what the daemon answers is no signature; are daemon and icrctl of one version?";
        return problem.Length == 0 ? answer : null;
    }
}
