using System.CommandLine;
using System.Text;
using Appliance.Linux;
using Appliance.Retention.Answers;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary><c>retention open</c>: opens an answer that was sealed to the requester's key.</summary>
internal static class OpenCommand
{
    public static Command Create()
    {
        Argument<string> file = new("FILE") { Description = "file with a sealed answer" };
        Option<string> key = new("--key") { Description = "key file that it is sealed to", Required = true };
        Option<string?> to = new("--out") { Description = "file for the answer; otherwise it is printed" };
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
        byte[] bytes = SealedText.Read(File.ReadAllText(file), file);
        Refusal refusal = SealedFile.TryOpen(bytes, key, out SealedHeader? header, out byte[] plain);
        if (refusal != Refusal.None || header!.Kind != SealedKind.Answer)
        {
            string whose = header is null
                ? ""
                : $"; it is sealed to key {header.Recipient}, this one is {key.Public.Kid}";
            return Exit.Say(errors, Exit.CheckFailed, $"{file} cannot be opened: {refusal.Sentence()}{whose}");
        }

        if (to is not null)
        {
            DurableFile.Put(Path.GetFullPath(to), Path.GetFullPath(to) + ".part", plain);
        }

        if (json)
        {
            JsonText.Write(output, new
            {
                Request = header.Request.ToString(),
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
}
