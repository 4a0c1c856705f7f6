using System.CommandLine;
using Appliance.Retention.Archive;
using Appliance.Retention.Corrections;
using Appliance.Retention.Log;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary>
/// <c>retention errors correct</c>: says which line records name was wrong. Operator and custodian sign one after the
/// other; answers given from then on carry it, and those given before are found.
/// </summary>
internal sealed class LineCorrectionCommand(TimeProvider clock)
{
    private readonly TimeProvider clock = clock;
    private readonly Option<string> device = new("--device")
    {
        Description = "device that wrote the records, 32 digits", Required = true,
    };

    private readonly Option<string> from = new("--from") { Description = "begin, with Z or offset", Required = true };
    private readonly Option<string> to = new("--to") { Description = "end, with Z or offset", Required = true };
    private readonly Option<string[]> records = new("--record")
    {
        Description = "flow that names the wrong line, by its first record: the flow_id of answers, EPOCH-BATCH-ROW; "
            + "may be given again. Without and without --session: all of the device in that time",
    };

    private readonly Option<string?> session = new("--session")
    {
        Description = "session that names the wrong line, \"REALM ADDRESS[/LENGTH] BEGIN\": its begin to the minute, "
            + "the second or finer, with Z or offset; one a paper, and no --record",
    };

    private readonly Option<string?> line = new("--line") { Description = "reference of the right line" };
    private readonly Option<bool> withdraw = new("--withdraw") { Description = "the right line is not known" };
    private readonly Option<string> reason = new("--reason")
    {
        Description = "how it was found, in words that name nobody", Required = true,
    };

    private readonly Option<string> key = new("--key")
    {
        Description = "key file of operator or custodian, whoever signs first", Required = true,
    };

    private readonly Option<string> made = new("--out") { Description = "file for the other to sign", Required = true };

    private TwoStepPaper Paper => new(SignedType.Correction, CorrectionBook.Ending, Describe, clock);

    public static Command Create(TimeProvider clock)
    {
        var verb = new LineCorrectionCommand(clock);
        Command make = new("new", "sign, as the first of two, that records name the wrong line")
        {
            verb.device, verb.from, verb.to, verb.records, verb.session, verb.line, verb.withdraw, verb.reason,
            verb.key, verb.made,
        };
        make.SetAction(parsed => DataOption.Guard(parsed.InvocationConfiguration.Error, () => verb.New(parsed)));
        return new Command("correct", "which line records name was wrong: operator and custodian sign it")
        {
            make, verb.Paper.Sign(), verb.Paper.Add(
                store => store.Corrections, null, (store, _, parsed) => verb.Find(store, parsed)),
        };
    }

    private int New(ParseResult parsed)
    {
        string? named = parsed.GetValue(line);
        if (string.IsNullOrEmpty(named) != parsed.GetValue(withdraw))
        {
            throw new ArchiveException("give either --line with the right reference, or --withdraw");
        }

        if (parsed.GetValue(session) is not null && parsed.GetValue(records) is { Length: > 0 })
        {
            throw new ArchiveException("a correction names flows, with --record, or one session; sign one for each");
        }

        if (!Id16.TryParse(parsed.GetValue(device), out Id16 name))
        {
            throw new ArchiveException("--device must be 32 hexadecimal digits; see `retention keys list`");
        }

        var correction = new LineCorrection
        {
            Device = name,
            From = TimeOf("--from", parsed.GetValue(from)!).From,
            To = TimeOf("--to", parsed.GetValue(to)!).To,
            Records = [.. (parsed.GetValue(records) ?? []).Select(Place).Distinct().OrderBy(
                place => (place.Epoch, place.Sequence, place.Row))],
            Session = parsed.GetValue(session) is { } text ? Session(text) : null,
            Subscriber = named ?? "",
            Reason = parsed.GetValue(reason)!,
            UtcUs = UtcClock.Now(clock),
        };
        byte[] payload = correction.Encode();
        if (LineCorrection.TryDecode(payload, out _) != Refusal.None)
        {
            throw new ArchiveException(
                "this cannot be signed: --from must be before --to, --line needs --record or --session, at most "
                    + FormattableString.Invariant($"{Wire.Limits.CorrectedRecordsMax} of them, and --reason a text"));
        }

        return Paper.First(
            payload, parsed.GetValue(key)!, parsed.GetValue(made)!, parsed.InvocationConfiguration.Output);
    }

    /// <summary>Finds the answers that it corrects as soon as it is taken in.</summary>
    private int Find(StoreFolder folder, ParseResult parsed)
    {
        if (!File.Exists(folder.Database))
        {
            return Exit.Success;
        }

        using var register = AnswerRegister.Open(folder);
        using var index = StoreDatabase.Open(folder.Database, toWrite: false);
        using var log = TransparencyLog.Open(folder.Log, clock);
        int found = new CorrectionDesk(register, index, log, clock) { Lines = CorrectionBook.LinesOf(folder) }.Find();
        parsed.InvocationConfiguration.Output.WriteLine(
            FormattableString.Invariant($"{found} answers relied on it or on what else was corrected"));
        return Exit.Success;
    }

    private static Window TimeOf(string what, string text) =>
        AskedTime.TryParse(text, out AskedTime? time, out string wrong)
        ? time!.Meaning
        : throw new ArchiveException($"{what}: {wrong}");

    private static string Named(LineCorrection correction)
    {
        if (correction.Session is not { } session)
        {
            return correction.IsOfAll
                ? "every record"
                : string.Join(", ", correction.Records.Select(flow => $"flow {flow}"));
        }

        string begin = session.BeginFrom == session.BeginTo
            ? $"at {UtcText.Of(session.BeginFrom)}"
            : $"from {UtcText.Of(session.BeginFrom)} to {UtcText.Of(session.BeginTo)}";
        return FormattableString.Invariant(
            $"the session of {session.Realm} {session.Prefix.Address}/{session.Prefix.Length} that began {begin}");
    }

    private static FlowId Place(string text)
    {
        string[] parts = text.Split('-');
        return parts.Length == 3 && uint.TryParse(parts[0], out uint epoch) && uint.TryParse(parts[1], out uint batch)
            && uint.TryParse(parts[2], out uint row)
                ? new FlowId(epoch, batch, row)
                : throw new ArchiveException($"--record {text}: a record is named EPOCH-BATCH-ROW, as in answers");
    }

    private static CorrectedSession Session(string text)
    {
        string[] words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        string held = words.Length == 3 ? words[1] : "";
        held += held.Contains('/') ? "" : held.Contains(':') ? "/128" : "/32";
        return IpPrefix.TryParse(held, out IpPrefix prefix)
            ? Began(words[0], prefix, TimeOf($"--session {text}", words[2]))
            : throw new ArchiveException(
                $"--session {text}: a session is named \"REALM ADDRESS[/LENGTH] BEGIN\", as its records have it");
    }

    private static CorrectedSession Began(string realm, IpPrefix prefix, Window begin) =>
        new(realm, prefix, begin.From, begin.To);

    private static (string Says, string Name)? Describe(ReadOnlyMemory<byte> payload)
    {
        if (LineCorrection.TryDecode(payload, out LineCorrection? correction) != Refusal.None)
        {
            return null;
        }

        string which = $"{Named(correction!)} of device {correction!.Device}";
        string right = correction.Subscriber.Length == 0
            ? "names a line that it was not; the right one is not known"
            : $"names a line that it was not; it was {correction.Subscriber}";
        return ($"{which}, from {UtcText.Of(correction.From)} to {UtcText.Of(correction.To)}, {right}; "
            + correction.Reason, CorrectionBook.NameOf(correction));
    }
}
