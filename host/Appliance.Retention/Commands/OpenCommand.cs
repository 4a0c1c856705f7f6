using System.CommandLine;
using System.Text;
using Appliance.Linux;
using Appliance.Retention.Answers;
using Appliance.Retention.Referrals;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary><c>retention open</c>: opens an answer that was sealed to the requester's key.</summary>
internal static class OpenCommand
{
    public static Command Create()
    {
        Argument<string> file = new("FILE")
        {
            Description = "file with a sealed answer, or a folder with the parts of a referral",
        };
        Option<string> key = new("--key") { Description = "key file that it is sealed to", Required = true };
        Option<string?> to = new("--out")
        {
            Description = "file for the answer, or folder for a referral's report; otherwise it is printed",
        };
        Option<bool> json = new("--json") { Description = "print answer, request and hash as JSON" };
        Command command = new("open", "open an answer that is sealed to one key") { file, key, to, json };
        command.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => Run(
            parsed.GetValue(file)!,
            PersonKey.Read(parsed.GetValue(key)!),
            parsed.GetValue(to),
            parsed.GetValue(json),
            parsed.InvocationConfiguration.Output,
            parsed.InvocationConfiguration.Error)));
        return command;
    }

    private static int Run(string file, StoreKey key, string? to, bool json, TextWriter output, TextWriter errors)
    {
        if (Directory.Exists(file))
        {
            return OpenParts(new PartFolder(file), key, to, json, output, errors);
        }

        if (TryOpen(file, key, out SealedHeader? header, out byte[] plain) is { } wrong)
        {
            return Exit.Say(errors, Exit.CheckFailed, wrong);
        }

        if (to is not null)
        {
            DurableFile.Put(Path.GetFullPath(to), Path.GetFullPath(to) + ".part", plain);
        }

        if (json)
        {
            JsonText.Write(output, new
            {
                Request = header!.Request.ToString(),
                Sha256 = Hash32.Of(plain).ToString(),
                Answer = to is null ? Encoding.UTF8.GetString(plain) : null,
            });
        }
        else if (to is null)
        {
            output.Write(Encoding.UTF8.GetString(plain));
        }

        return Exit.Success;
    }

    /// <summary>The parts of a referral: the report that they make together.</summary>
    private static int OpenParts(
        PartFolder folder, StoreKey key, string? to, bool json, TextWriter output, TextWriter errors)
    {
        var parts = new List<ReferralPart>();
        foreach (string file in folder.All())
        {
            byte[] plain = [];
            if (SealedText.Is(File.ReadAllText(file)) && TryOpen(file, key, out _, out plain) is { } wrong)
            {
                return Exit.Say(errors, Exit.CheckFailed, wrong);
            }

            parts.Add(ReferralPart.Read(
                plain.Length > 0 ? Encoding.UTF8.GetString(plain) : File.ReadAllText(file), file));
        }

        if (parts.Count == 0)
        {
            return Exit.Say(errors, Exit.BadInput, $"{folder.Path} has no parts of a referral");
        }

        ReferralReport report = ReferralPart.Report(parts);
        if (to is not null)
        {
            DurableFile.MakeFolder(to);
            ReferralOutput.WriteFolder(to, report);
        }
        else if (json)
        {
            ReferralOutput.WriteJson(output, report);
        }
        else
        {
            ReferralOutput.WriteText(output, report, all: true);
        }

        return Exit.Success;
    }

    /// <summary>Why a sealed answer cannot be opened; null where it is.</summary>
    private static string? TryOpen(string file, StoreKey key, out SealedHeader? header, out byte[] plain)
    {
        byte[] bytes = SealedText.Read(File.ReadAllText(file), file);
        Refusal refusal = SealedFile.TryOpen(bytes, key, out header, out plain);
        if (refusal == Refusal.None && header!.Kind == SealedKind.Answer)
        {
            return null;
        }

        string whose = header is null ? "" : $"; it is sealed to key {header.Recipient}, this one is {key.Public.Kid}";
        return $"{file} cannot be opened: {refusal.Sentence()}{whose}";
    }
}
