using System.Text;
using Appliance.Retention.Answers;
using Appliance.Retention.Archive;
using Appliance.Retention.Commands;
using Appliance.Retention.Holds;
using Appliance.Retention.Log;
using Appliance.Retention.Questions;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>
/// A question that was logged under an order, until its end is logged as well: delivered, refused or failed. The answer
/// is held back until the log has its delivery, which commits to the very bytes. Owns desk, warden and archive.
/// </summary>
internal sealed class OrderedQuestion(
    Desk desk, IWarden warden, IWitness? second, Order order, AskedQuestion question, LoggedEntry entry) : IDisposable
{
    private readonly LogWitness witness = new(desk.Log, warden, second, desk.Witness);
    private readonly AskingMark mark = desk.Mark(entry);
    private readonly StringWriter answer = new();
    private OrderedArchive? archive;
    private bool hasEnded;
    private IReadOnlyCollection<AnswerPlace> places = [];
    private IReadOnlyCollection<AnswerMoment> moments = [];

    /// <summary>Lines that an answer may name.</summary>
    public int LinesMax => (int)Math.Min(order.Request.Candidates, int.MaxValue);

    public byte Purpose => order.Request.Purpose;

    /// <summary>How identity and line of a person who asks for their own records were checked.</summary>
    public IReadOnlyList<string> Checks =>
    [
        .. order.Request.Statements
            .Where(statement => statement.Id is "identity_checked" or "line_held")
            .Select(statement => $"{statement.Id.Replace('_', ' ')}: {statement.Text}"),
    ];

    /// <summary>Where the answer is written until it is delivered.</summary>
    public TextWriter Answer => answer;

    /// <summary>
    /// Takes what will be handed over before its delivery is logged, so that a crash after the entry loses nothing.
    /// </summary>
    public Action<string> Keep { get; set; } = _ => { };

    /// <summary>Records disclosed so far.</summary>
    public ulong Records { get; private set; }

    /// <summary>The signed search statement, once the answer is delivered.</summary>
    public ReadOnlyMemory<byte> Statement { get; private set; }

    /// <summary>
    /// Opens the archive for this question alone, when every witness has signed the log with the question in it.
    /// </summary>
    public OrderedArchive Open(Func<EmbeddedArchive> open)
    {
        witness.Attest();
        return archive = new OrderedArchive(
            open(), desk.Log, warden, witness, desk.Orders.Read(order.Request.Id), order.Request, question, entry);
    }

    /// <summary>Counts records that the answer tells, or rests on.</summary>
    public void Disclose(ulong records) => Records += records;

    /// <summary>
    /// Runs a step of the question; whatever ends it early is logged before it goes on to whoever asked.
    /// </summary>
    public T Step<T>(Func<T> step)
    {
        try
        {
            return step();
        }
        catch (Exception cause)
        {
            End(cause);
            throw;
        }
    }

    /// <summary>
    /// Logs the delivery of the plain answer, has it witnessed, then hands it over, sealed unless the order allows
    /// otherwise: what cannot be logged is not handed over. A refusal or an error after a delivery says that nobody got
    /// it.
    /// </summary>
    public void Deliver(TextWriter output)
    {
        string text = answer.ToString();
        SearchRecord search = archive?.Search() ?? new SearchRecord([], 0, 0, []);
        string handed = Seal(text);
        Keep(handed);
        byte[] statement = desk.Sign(question, entry, search, Records, Encoding.UTF8.GetBytes(text));
        LoggedEntry delivery = desk.Orders.Delivered(order.Request, entry, statement, search.Opened, Records);
        witness.Attest();
        Statement = statement;
        hasEnded = true;
        desk.Register(delivery, question, entry, places, moments);
        output.Write(handed);
        output.Flush();
    }

    /// <summary>Text of the answer as it may leave: sealed, unless this is a lab or the order says why not.</summary>
    public string Seal(string text) => desk.Seal(text, order);

    /// <summary>Takes the records that the answer relies on, and the seconds.</summary>
    public void Rely(IReadOnlyCollection<AnswerPlace> records, IReadOnlyCollection<AnswerMoment> seconds) =>
        (places, moments) = (records, seconds);

    /// <summary>Keeps those records beyond their retention; null where there are none.</summary>
    /// <exception cref="WardenException">The warden refuses.</exception>
    public (HoldStatement Hold, int Records)? Hold(ulong untilUtcUs)
    {
        if (places.Count == 0)
        {
            return null;
        }

        HeldRecords records = archive!.Prove(places, question.Sections);
        return (desk.Holds.Make(warden, archive.Under(), order.Request, records, untilUtcUs), places.Count);
    }

    /// <summary>Opens a legal hold instead of the archive.</summary>
    /// <exception cref="WardenException">The warden refuses.</exception>
    public HeldRecords OpenHold(HoldDesk holds, Id16 hold)
    {
        witness.Attest();
        Papers papers = desk.Orders.Read(order.Request.Id);
        return holds.Open(
            warden,
            witness,
            () => new AskedUnder(
                papers.Request.ToArray(),
                [.. papers.Approvals.Select(approval => approval.ToArray())],
                question.Encode(),
                LogProofs.Of(desk.Log, entry, warden.SeenSize(), witness)),
            order.Request,
            entry,
            hold);
    }

    public void Dispose()
    {
        if (!hasEnded)
        {
            End(new InvalidOperationException("the question was left without an answer"));
        }

        mark.Dispose();
        archive?.Dispose();
        witness.Dispose();
        warden.Dispose();
        desk.Dispose();
    }

    private void End(Exception cause)
    {
        hasEnded = true;
        switch (cause)
        {
            case WardenException refused:
                desk.Orders.RefusedByWarden(refused.Refusal, refused.IsAnswer, order.Request, entry);
                break;
            case AskException or QuestionTooWideException:
                desk.Orders.RefusedByWarden(
                    new OrderRefusal("question.form", cause.Message), isWarden: false, order.Request, entry);
                break;
            default:
                desk.Orders.Failed(cause, order.Request, entry);
                break;
        }
    }
}
