using System.CommandLine;
using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary>
/// A paper that operator and custodian sign one after the other, each on their own machine: the first hands a file to
/// the second, and nothing holds before both have signed. Taken in, it stands in the log, once for each of the two.
/// </summary>
/// <param name="type">What the paper is.</param>
/// <param name="ending">Ending of its file where it holds.</param>
/// <param name="describe">What it says, one line, and its name; null where it cannot be read.</param>
/// <param name="clock">Time of the log.</param>
internal sealed class TwoStepPaper(
    SignedType type,
    string ending,
    Func<ReadOnlyMemory<byte>, (string Says, string Name)?> describe,
    TimeProvider clock)
{
    /// <summary>The first signature: makes the file that is handed to the second.</summary>
    public int First(byte[] payload, string keyFile, string outFile, TextWriter output)
    {
        using SigningKey key = PersonKey.Read(keyFile).Open();
        string file = Path.GetFullPath(outFile);
        DurableFile.Put(file, file + ".part", TwoSigned.Sign(type, payload, key, null));
        output.WriteLine($"{file}: {describe(payload)!.Value.Says}");
        output.WriteLine("signed by one; it holds for nothing until the other has signed it");
        return Exit.Success;
    }

    /// <summary>The verb of the second signature.</summary>
    public Command Sign()
    {
        Argument<string> file = new("FILE") { Description = "file that the first has signed" };
        Option<string> key = new("--key") { Description = "key file of the second", Required = true };
        Option<string> made = new("--out") { Description = "file that both have signed", Required = true };
        Command sign = new("sign", "sign what the other of operator and custodian has signed") { file, key, made };
        sign.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            byte[] bytes = File.ReadAllBytes(parsed.GetValue(file)!);
            using SigningKey second = PersonKey.Read(parsed.GetValue(key)!).Open();
            Refusal refusal = TwoSigned.TryAddSecond(type, bytes, second, out byte[] both);
            TwoSigned.TryReadFirst(type, bytes, out SignedObject? first);
            if (refusal != Refusal.None || describe(first!.Payload) is not { } paper)
            {
                throw new ArchiveException(
                    $"{parsed.GetValue(file)} cannot be signed: {refusal.Sentence()}; it must be signed by the other "
                        + "one alone");
            }

            string target = Path.GetFullPath(parsed.GetValue(made)!);
            DurableFile.Put(target, target + ".part", both);
            parsed.InvocationConfiguration.Output.WriteLine($"{target}: {paper.Says}");
            parsed.InvocationConfiguration.Output.WriteLine("signed by both");
            return Exit.Success;
        }));
        return sign;
    }

    /// <summary>The verb that takes in what both have signed.</summary>
    /// <param name="ofStore">Its folder at a store.</param>
    /// <param name="ofWarden">Its folder at a warden; null: no warden has use for it.</param>
    /// <param name="then">What a store does at once with what it has taken in.</param>
    public Command Add(
        Func<StoreFolder, string> ofStore,
        Func<WardenFolder, string>? ofWarden,
        Func<StoreFolder, ReadOnlyMemory<byte>, ParseResult, int>? then = null)
    {
        Argument<string> file = new("FILE") { Description = "file that operator and custodian have signed" };
        Option<string> data = DataOption.Create();
        Option<string?> warden = new("--warden") { Description = "folder of a warden; then it is taken in there" };
        Command add = new("add", "take in what operator and custodian have signed; the store logs it")
        {
            file, data,
        };
        if (ofWarden is not null)
        {
            add.Add(warden);
        }

        add.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () =>
        {
            byte[] bytes = File.ReadAllBytes(parsed.GetValue(file)!);
            TextWriter output = parsed.InvocationConfiguration.Output;
            if (ofWarden is not null && parsed.GetValue(warden) is { } path)
            {
                var own = new WardenFolder(path);
                string said = Take(bytes, own.ReadTrust(), ofWarden(own), null, out _);
                output.WriteLine($"{said}; the warden has it when it starts");
                return Exit.Success;
            }

            var store = new StoreFolder(parsed.GetValue(data)!);
            WardenTrust trust = WardenTrust.Read(store.TrustFile);
            ReadOnlyMemory<byte> taken;
            using (var log = TransparencyLog.Open(store.Log, clock))
            {
                output.WriteLine($"{Take(bytes, trust, ofStore(store), log, out taken)}; it is logged");
            }

            return then?.Invoke(store, taken, parsed) ?? Exit.Success;
        }));
        return add;
    }

    /// <summary>Checks both signatures, logs, and only then puts the file where it takes effect.</summary>
    private string Take(
        byte[] bytes, WardenTrust trust, string folder, TransparencyLog? log, out ReadOnlyMemory<byte> payload)
    {
        Refusal refusal = TwoSigned.TryRead(type, bytes, trust.Control, out payload, out int signers);
        refusal = refusal == Refusal.None && signers < 2 ? Refusal.ControlSigners : refusal;
        if (refusal != Refusal.None || describe(payload) is not { } paper)
        {
            throw new ArchiveException(
                $"the file holds for nothing here: {refusal.Sentence()}; operator and custodian sign it, with the keys "
                    + "that are pinned");
        }

        ulong? first = log?.Append(Draft(bytes, LogActor.Operator, null)).Index;
        log?.Append(Draft(bytes, LogActor.Custodian, first));
        DurableFile.MakeFolder(folder);
        string file = Path.Combine(folder, paper.Name + ending);
        DurableFile.Put(file, file + ".part", bytes);
        return paper.Says;
    }

    private static LogDraft Draft(byte[] content, LogActor actor, ulong? refersTo) => new()
    {
        Kind = LogKind.Control, Actor = actor, Content = content, RefersTo = refersTo,
    };
}
