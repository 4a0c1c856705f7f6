using System.CommandLine;
using Appliance.Retention.Answers;
using Appliance.Retention.Questions;
using Appliance.Retention.Referrals;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary>
/// The options that every question has: which archive it is put to, and how the answer is printed. Opens the archive,
/// or says why the question is refused.
/// </summary>
internal sealed class AskOptions(TimeProvider? clock)
{
    private readonly Option<string?> input = new("--in") { Description = "folder of segments (lab)" };
    private readonly Option<string?> keys = new("--keys") { Description = $"folder with {KeySet.FileName} (lab)" };
    private readonly Option<string> data = DataOption.Create();
    private readonly Option<string?> plan = new("--plan") { Description = "address plan as CSV (lab)" };
    private readonly Option<string?> request = new("--request") { Description = "approved request the question is of" };
    private readonly Option<string> socket = WardenCommand.SocketOption();
    private readonly Option<string> witness = WitnessCommand.SocketOption();

    private readonly Option<bool> json = new("--json") { Description = "print the answer as JSON" };
    private readonly Option<string?> format = new("--format") { Description = "text, json, csv or xml" };
    private readonly Option<string?> holdUntil = new("--hold-until")
    {
        Description = "keep what answers, with its proofs, as a legal hold until this time",
    };

    private readonly Option<bool> all = new("--all") { Description = "print every line, however many" };

    public void AddTo(Command command)
    {
        AddArchiveTo(command);
        format.AcceptOnlyFromAmong("text", "json", "csv", "xml");
        command.Options.Add(format);
        command.Options.Add(holdUntil);
    }

    /// <summary>The options of a verb whose answer is no single one, and has formats of its own.</summary>
    public void AddArchiveTo(Command command)
    {
        foreach (Option option in new Option[] { input, keys, data, plan, request, socket, witness, json, all })
        {
            command.Options.Add(option);
        }
    }

    public bool Json(ParseResult parsed) => Format(parsed) == AnswerFormat.Json;

    /// <summary>What prints the answer in the format that was asked for.</summary>
    public HandOver HandOver(ParseResult parsed, TextWriter output) => new(
        output, Format(parsed), parsed.GetValue(request) ?? "");

    public bool All(ParseResult parsed) => parsed.GetValue(all);

    /// <summary>Where a question under a request is put; null where none was named.</summary>
    public OrderedDoor? Ordered(ParseResult parsed) => parsed.GetValue(request) is { } order
        ? new OrderedDoor(
            parsed.GetValue(data)!,
            order,
            parsed.GetValue(socket)!,
            parsed.GetValue(witness)!,
            clock ?? TimeProvider.System)
        : null;

    /// <summary>
    /// Reads the question, opens the archive and asks. The question first: a wrong one opens nothing. Every failure is
    /// one line and an exit code.
    /// </summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="read">Reads the question.</param>
    /// <param name="ask">Asks it, and writes the answer to what it is given.</param>
    public int Ask<T>(ParseResult parsed, Func<T> read, Func<T, AskDoor, TextWriter, int> ask)
    {
        TextWriter errors = parsed.InvocationConfiguration.Error;
        return DataOption.Guard(errors, () => Guard(parsed, () => Ask(parsed, errors, read, ask)));
    }

    /// <summary>Runs what asks under a request; a refusal is printed as an answer.</summary>
    public int Refusing(ParseResult parsed, Func<int> ask) =>
        DataOption.Guard(parsed.InvocationConfiguration.Error, () => Guard(parsed, ask));

    private AnswerFormat Format(ParseResult parsed) => parsed.GetValue(json)
        ? AnswerFormat.Json
        : parsed.GetValue(format) switch
        {
            "json" => AnswerFormat.Json,
            "csv" => AnswerFormat.Csv,
            "xml" => AnswerFormat.Xml,
            _ => AnswerFormat.Text,
        };

    private int Ask<T>(
        ParseResult parsed, TextWriter errors, Func<T> read, Func<T, AskDoor, TextWriter, int> ask)
    {
        T question = read();
        ulong? until = HoldUntil(parsed);
        using AskDoor door = Open(parsed, errors, question!);
        if (door.IsLab)
        {
            LabMode.Say(errors);
        }

        int code = door.Answer(parsed.InvocationConfiguration.Output, output => ask(question, door, output));
        return until is { } time && !Hold(door, time, errors) ? Exit.CheckFailed : code;
    }

    private int Guard(ParseResult parsed, Func<int> ask)
    {
        TextWriter errors = parsed.InvocationConfiguration.Error;
        try
        {
            return ask();
        }
        catch (AskException refused) when (refused.Code == Exit.CheckFailed)
        {
            Refuse(parsed, refused.Message);
            return refused.Code;
        }
        catch (AskException wrong)
        {
            return Exit.Say(errors, wrong.Code, wrong.Message);
        }
        catch (WardenException refused)
        {
            Refuse(parsed, $"{refused.Refusal.Sentence} [{refused.Refusal.Rule}]");
            return Exit.CheckFailed;
        }
        catch (QuestionTooWideException wide)
        {
            return Exit.Say(errors, Exit.BadInput, wide.Message);
        }
    }

    private ulong? HoldUntil(ParseResult parsed)
    {
        if (parsed.GetValue(holdUntil) is not { } text)
        {
            return null;
        }

        if (parsed.GetValue(request) is null)
        {
            throw new AskException(Exit.BadInput, "--hold-until belongs to --request: a hold is of an order");
        }

        return AskedTime.TryParse(text, out AskedTime? time, out string wrong)
            ? (ulong)LeapSeconds.ToUtc(time!.Meaning.From)
            : throw new AskException(Exit.BadInput, $"--hold-until: {wrong}");
    }

    /// <summary>After the answer: whatever becomes of the hold, the answer was given.</summary>
    private static bool Hold(AskDoor door, ulong until, TextWriter errors)
    {
        try
        {
            (HoldStatement Hold, int Records)? held = door.Ordered!.Hold(until);
            errors.WriteLine(held is { } made
                ? $"retention: hold {made.Hold.Hold} keeps {made.Records} records until "
                    + UtcText.Of(LeapSeconds.ToTai((long)made.Hold.UntilUtcUs))
                : "retention: nothing answers, so nothing is held");
            return held is not null;
        }
        catch (WardenException refused)
        {
            errors.WriteLine($"retention: nothing is held: {refused.Refusal.Sentence} [{refused.Refusal.Rule}]");
            return false;
        }
    }

    /// <summary>A refusal is an answer like the others, and is printed where they are.</summary>
    private void Refuse(ParseResult parsed, string reason)
    {
        TextWriter output = parsed.InvocationConfiguration.Output;
        if (Json(parsed))
        {
            JsonText.Write(output, new { answer = "refused", word = "refused", reason });
            return;
        }

        output.WriteLine("Answer     refused");
        output.WriteLine($"           {reason}");
    }

    private AskDoor Open(ParseResult parsed, TextWriter errors, object question)
    {
        string? folder = parsed.GetValue(input);
        string? keyFolder = parsed.GetValue(keys);
        string? planFile = parsed.GetValue(plan);
        if (folder is null != keyFolder is null)
        {
            throw new AskException(Exit.BadInput, "--in and --keys belong together; give both, or --data");
        }

        if (planFile is not null && folder is null)
        {
            throw new AskException(
                Exit.BadInput, "--plan belongs to --in; give a store its plan with `retention addresses import`");
        }

        if (folder is not null)
        {
            return AskDoor.OpenFolder(
                folder, keyFolder!, planFile, sentence => errors.WriteLine($"retention: {sentence}"));
        }

        TimeProvider now = clock ?? TimeProvider.System;
        string store = parsed.GetValue(data)!;
        string? order = parsed.GetValue(request);
        if (order is null && !AskDoor.NeedsOrder(store))
        {
            return AskDoor.OpenStore(store, now);
        }

        // A question without a request is refused like any other that its order does not reach, and logged.
        string verb = parsed.CommandResult.Command.Name;
        return AskDoor.OpenOrdered(
            store,
            QuestionWords.Of(verb, order ?? "", question),
            parsed.GetValue(socket)!,
            now,
            parsed.GetValue(witness)!);
    }
}

/// <summary>A question that cannot be put; the message says why and what to do.</summary>
internal sealed class AskException(int code, string message) : Exception(message)
{
    /// <summary>Exit code that goes with it.</summary>
    public int Code { get; } = code;
}
