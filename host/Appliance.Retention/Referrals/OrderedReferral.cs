using Appliance.Linux;
using Appliance.Retention.AddressPlan;
using Appliance.Retention.Archive;
using Appliance.Retention.Commands;
using Appliance.Retention.Log;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Referrals;

/// <summary>Where a referral under an order is asked.</summary>
/// <param name="Data">Data folder of the store.</param>
/// <param name="Request">Request that names the file.</param>
/// <param name="Socket">Socket of the warden.</param>
/// <param name="WitnessSocket">Socket of the second witness, where one is pinned.</param>
/// <param name="Clock">Time of the log.</param>
internal sealed record OrderedDoor(
    string Data, string Request, string Socket, string WitnessSocket, TimeProvider Clock);

/// <summary>
/// Asks the lines of a referral under the order that names its file. Lines are asked some at a time: their question is
/// in the log before anything is opened, and its delivery before their part is handed over. A run that was stopped goes
/// on by the log: a question without a delivery is asked again, in an entry that refers to its first, so no other
/// question ever asks one of its lines and each run that reaches records begins and ends in the log.
/// </summary>
/// <param name="door">Where.</param>
/// <param name="file">The referral.</param>
/// <param name="anonymisers">Addresses that many strangers send from.</param>
/// <param name="withDestinations">False where no destination is to be opened, whatever the order allows.</param>
/// <param name="to">Where parts are handed over.</param>
internal sealed class OrderedReferral(
    OrderedDoor door, KnownReferral file, AnonymiserList anonymisers, bool withDestinations, PartFolder to)
{
    private readonly StoreFolder folder = new(door.Data);

    /// <summary>Asks what is left, and hands all parts over; returns how many there are.</summary>
    /// <param name="progress">Told how many lines have an answer.</param>
    /// <exception cref="AskException">The order refuses.</exception>
    /// <exception cref="WardenException">The warden does.</exception>
    public int Run(Action<int> progress)
    {
        Plan plan = PlanStore.ReadOf(folder) ?? throw ReferralCommand.NoPlan();
        Request request = RequestOf();
        string papers = Path.Combine(folder.Requests, request.Id.ToString());
        var kept = new PartFolder(papers);
        using FolderLock alone = FolderLock.Take(papers, "referral.lock");
        List<AskedLines> asked = AskedSoFar(request.Id);
        LineIntake intake = IntakeOf(plan, request);
        int done = 0;
        foreach (AskedLines lines in asked.Concat(Ahead(intake, request, asked)))
        {
            if (!lines.IsDelivered)
            {
                Ask(lines, intake, kept);
            }

            done += RowList.Read(lines.Question.Rows!, Limits.LinesMax)?.Count ?? 0;
            progress(done);
        }

        return HandOver(request.Id, kept);
    }

    /// <summary>The request and what was asked under it; a refusal where it does not name this file.</summary>
    private Request RequestOf()
    {
        using var desk = Desk.Open(folder, door.Clock);
        Request? request = Id16.TryParse(door.Request, out Id16 id) && desk.Orders.Has(id)
            ? desk.Orders.Find(id)
            : null;
        bool isNamed = request is not null && ReferralOrder.Of(request) is { } named
            && named.Digest == file.Digest && named.Lines == file.Lines.Count;
        if (isNamed)
        {
            return request!;
        }

        AskedQuestion question = QuestionOf(request, [], default, false);
        OrderRefusal refusal = desk.Orders.Refused(
            request is null
                ? new OrderRefusal("order.unknown", "there is no such request here; see `retention request list`")
                : new OrderRefusal(
                    "question.referral",
                    $"the order's statement {ReferralOrder.Statement} does not name this file; "
                        + "`retention referral FILE --statement` prints what it must say"),
            question.Encode(),
            request);
        throw new AskException(Exit.CheckFailed, $"{refusal.Sentence} [{refusal.Rule}]");
    }

    /// <summary>
    /// What was asked before. No other run asks it now, so a question without an end was interrupted: that is logged
    /// before anything goes on.
    /// </summary>
    private List<AskedLines> AskedSoFar(Id16 request)
    {
        using var desk = Desk.Open(folder, door.Clock);
        List<AskedLines> asked = AskedLines.Read(desk.Log, request, file.Digest);
        var unended = new UnendedQuestions(folder, door.Clock);
        foreach (LoggedEntry run in asked.SelectMany(lines => lines.Unended))
        {
            unended.TryEnd(desk.Log, run);
        }

        return asked;
    }

    private LineIntake IntakeOf(Plan plan, Request request)
    {
        var reach = new Window(
            LeapSeconds.ToTai((long)request.FromUtcUs), LeapSeconds.ToTai((long)request.ToUtcUs));
        return new LineIntake(plan, AskDoor.OldestOf(folder, door.Clock), anonymisers, reach);
    }

    /// <summary>
    /// The questions that are still to be asked: first what needs no record, then the rest in the order of its times.
    /// </summary>
    private IEnumerable<AskedLines> Ahead(LineIntake intake, Request request, List<AskedLines> asked)
    {
        HashSet<int> known =
            [.. asked.SelectMany(lines => RowList.Read(lines.Question.Rows ?? "", Limits.LinesMax) ?? [])];
        var told = new List<int>();
        var open = new List<OpenLine>();
        foreach (ReferralLine line in file.Lines.Where(line => !known.Contains(line.Row)))
        {
            if (intake.Read(line).Open is { } question)
            {
                open.Add(question);
            }
            else
            {
                told.Add(line.Row);
            }
        }

        int number = asked.Count;
        var begin = new Window(LeapSeconds.ToTai((long)request.FromUtcUs), LeapSeconds.ToTai((long)request.FromUtcUs));
        foreach (int[] rows in told.Chunk(Limits.OrderedLinesMax))
        {
            yield return new AskedLines(++number, QuestionOf(request, rows, begin, false));
        }

        bool mayContact = withDestinations && ReferralOrder.Of(request)!.HasDestinations;
        foreach (ArraySegment<OpenLine> group in ReferralRun.Group(open, Limits.OrderedLinesMax))
        {
            var window = new Window(
                group.Min(line => line.Question.Window.From), group.Max(line => line.Question.Window.To));
            bool contact = mayContact && group.Any(line => line.Service.Length > 0);
            int[] rows = [.. group.Select(line => line.Verdict.Row)];
            yield return new AskedLines(++number, QuestionOf(request, rows, window, contact));
        }
    }

    private AskedQuestion QuestionOf(Request? request, int[] rows, Window window, bool contact) => new()
    {
        Verb = AskedQuestion.ReferralVerb,
        Request = request?.Id.ToString() ?? door.Request,
        Referral = file.Digest.ToString(),
        Rows = RowList.Write(rows),
        Destinations = contact,
        FromUtcUs = window == default ? 0 : ReferralScope.UtcOf(window.From),
        ToUtcUs = window == default ? 0 : ReferralScope.UtcOf(window.To),
    };

    private void Ask(AskedLines lines, LineIntake intake, PartFolder kept)
    {
        IReadOnlyList<ReferralLine> asked =
            file.Find(RowList.Read(lines.Question.Rows!, Limits.OrderedLinesMax) ?? [])
            ?? throw new ArchiveException("the log has a question about rows that the file does not have");
        var told = new List<LineVerdict>();
        var open = new List<OpenLine>();
        foreach (ReferralLine line in asked)
        {
            (LineVerdict verdict, OpenLine? needs) = intake.Read(line);
            if (needs is null)
            {
                told.Add(verdict);
            }
            else
            {
                open.Add(needs);
            }
        }

        // Before the question is logged: a warden that was started anew, or has had other referrals since, would refuse
        // it.
        if (open.Count > 0)
        {
            using var warden = new WardenClient(door.Socket);
            warden.OfferReferral(file.Digest, file.Bytes);
        }

        using AskDoor ordered = AskDoor.OpenOrdered(
            door.Data, lines.Question, door.Socket, door.Clock, door.WitnessSocket, lines.Entry);
        ordered.Ordered!.Keep = text => kept.Put(lines.Number, text);
        ordered.Answer(TextWriter.Null, output =>
        {
            output.Write(Judge(lines.Question, told, open, ordered).ToJson());
            return Exit.Success;
        });
    }

    private static ReferralPart Judge(
        AskedQuestion question, List<LineVerdict> told, List<OpenLine> open, AskDoor ordered)
    {
        List<LineVerdict> verdicts = [.. told];
        if (open.Count > 0)
        {
            var run = new ReferralRun(ordered.Archive, ordered.Oldest, question.Destinations);
            verdicts.AddRange(run.JudgeGroup(open));
            ordered.Rely(run.Places, run.Moments);
            ordered.Disclose((ulong)run.Places.Count);
        }

        return new ReferralPart
        {
            Request = question.Request,
            Referral = question.Referral!,
            Rows = question.Rows!,
            Lines = [.. verdicts.OrderBy(verdict => verdict.Row)],
        };
    }

    /// <summary>Copies the parts, once every witness signed the log with all their deliveries.</summary>
    private int HandOver(Id16 request, PartFolder kept)
    {
        using var desk = Desk.Open(folder, door.Clock);
        using var warden = new WardenClient(door.Socket);
        using var witness = new LogWitness(
            desk.Log, warden, WitnessCommand.Connect(desk.Witness, door.WitnessSocket), desk.Witness);
        witness.Attest();
        int count = 0;
        foreach (AskedLines lines in AskedLines.Read(desk.Log, request, file.Digest))
        {
            string part = kept.Find(lines.Number) ?? throw new ArchiveException(
                FormattableString.Invariant($"part {lines.Number} was delivered and is not in {kept.Path} any more; ")
                + "its lines are asked once, so they need a new request");
            to.Put(lines.Number, part);
            count++;
        }

        return count;
    }
}
