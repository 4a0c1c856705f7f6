using System.Globalization;
using System.Text;
using System.Text.Json;
using Appliance.Retention.AddressPlan;
using Appliance.Retention.Archive;
using Appliance.Retention.Log;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Corrections;

/// <summary>
/// Finds every answer that relied on a record which was corrected after it was given, and logs each finding once.
/// </summary>
internal sealed partial class CorrectionDesk(
    AnswerRegister register, StoreDatabase index, TransparencyLog log, TimeProvider clock)
{
    /// <summary>Corrections of lines, as both roles signed them.</summary>
    public IReadOnlyList<LineCorrection> Lines { get; init; } = [];

    /// <summary>Looks at what came since each answer was looked at last; returns how many findings are new.</summary>
    public int Find()
    {
        ulong now = UtcClock.Now(clock);
        List<(LineCorrection Line, ulong AtUtcUs)> lines =
            [.. Lines.Select(line => (line, register.TakenIn(line, now)))];
        int found = 0;
        foreach (DeliveredAnswer answer in register.Deliveries())
        {
            ulong asked = AskedUtcUs(answer);
            found += Late(answer) + Conflicts(answer) + Declared(answer, asked) + Clocks(answer)
                + Corrected(answer, lines.FindAll(line => line.AtUtcUs >= asked));
            register.Checked(answer, now);
        }

        return found;
    }

    /// <summary>
    /// Finds answers about addresses of which a new address plan says something else. What was asked is read from the
    /// log, where it lies until it is forgotten.
    /// </summary>
    public int PlanChanged(Plan before, Plan after)
    {
        int found = 0;
        foreach (DeliveredAnswer answer in register.Deliveries())
        {
            if (log.Content(answer.Question) is not { } content
                || AskedQuestion.Decode(content.Content) is not { } question
                || !Ip.TryParse(question.Address, out Ip address) || address.IsNone)
            {
                continue;
            }

            TaiTime at = LeapSeconds.ToTai((long)question.FromUtcUs);
            PlanEntry? old = before.Find(address, at);
            PlanEntry? now = after.Find(address, at);
            if ((old?.Use, old?.Realm) != (now?.Use, now?.Realm))
            {
                string key = $"{UtcClock.Now(clock)}-{Said(old)}-{Said(now)}";
                found += Add(answer, "plan", key,
                    $"the address plan said {Said(old)} of the address that was asked about, and says {Said(now)} now");
            }
        }

        return found;
    }

    /// <summary>Records of the time that came after the answer: late sessions, a box that was cut off.</summary>
    private int Late(DeliveredAnswer answer)
    {
        List<(Id16 Device, uint Epoch, uint First, long Count)> late = index.All(
            """
            SELECT device, epoch, min(seq), count(*) FROM batches
            WHERE received_us > $1 AND last_us >= $2 AND first_us <= $3 GROUP BY device, epoch
            """,
            row => (row.Id(0), row.UInt32(1), row.UInt32(2), row.GetInt64(3)),
            answer.CheckedUtcUs,
            LeapSeconds.ToTai((long)answer.FromUtcUs),
            LeapSeconds.ToTai((long)answer.ToUtcUs));
        int found = 0;
        foreach ((Id16 device, uint epoch, uint first, long count) in late)
        {
            found += Add(answer, "late", $"{device}-{epoch}-{first}", Invariant(
                $"{count} batches of device {device} about the time asked about came after the question was asked"));
        }

        return found;
    }

    /// <summary>Flows of the answer of which a later record says that the witnesses contradict each other.</summary>
    private int Conflicts(DeliveredAnswer answer)
    {
        List<(Id16 Device, FlowId Flow)> conflicts = index.All(
            "SELECT device, epoch, seq, row FROM conflicts WHERE received_us > $1",
            row => (row.Id(0), new FlowId(row.UInt32(1), row.UInt32(2), row.UInt32(3))),
            answer.CheckedUtcUs);
        int found = 0;
        foreach ((Id16 device, FlowId flow) in conflicts)
        {
            found += register.ReliedOnFlow(answer, device, flow)
                ? Add(answer, "conflict", $"{device}-{flow}",
                    $"witnesses of flow {flow} of device {device} contradict each other, a later record says")
                : 0;
        }

        return found;
    }

    /// <summary>
    /// When the question was asked: its archive was opened right after, and what was corrected while it was answered is
    /// not in the answer.
    /// </summary>
    private ulong AskedUtcUs(DeliveredAnswer answer) => log.Entries(answer.Question, 1)[0].Entry.UtcUs;

    private int Declared(DeliveredAnswer answer, ulong askedUtcUs)
    {
        int found = 0;
        foreach (DeclaredCorrection declared in register.Declared())
        {
            bool isLater = declared.AtUtcUs >= askedUtcUs;
            string key = $"{declared.Number}";
            if (isLater && !register.HasFinding(answer.Entry, declared.Kind, key)
                && ReliedOn(answer, declared.Device, TaiOf(declared.FromUtcUs), TaiOf(declared.ToUtcUs)))
            {
                found += Add(answer, declared.Kind, key, declared.Text);
            }
        }

        return found;
    }

    private bool ReliedOn(DeliveredAnswer answer, Id16 device, TaiTime from, TaiTime to) => index.All(
        "SELECT epoch, seq FROM batches WHERE device = $1 AND last_us >= $2 AND first_us <= $3",
        row => (row.UInt32(0), row.UInt32(1)),
        device,
        from,
        to)
        .Exists(batch => register.ReliedOnBatch(answer, device, batch.Item1, batch.Item2));

    private static TaiTime TaiOf(ulong utcUs) => LeapSeconds.ToTai((long)utcUs);

    /// <summary>Logs a finding, then keeps it: a crash between the two logs it again, and loses none.</summary>
    private int Add(DeliveredAnswer answer, string kind, string key, string text)
    {
        if (register.HasFinding(answer.Entry, kind, key))
        {
            return 0;
        }

        LogEntry delivery = log.Entries(answer.Entry, 1)[0].Entry;
        LoggedEntry logged = log.Append(new LogDraft
        {
            Kind = LogKind.Error,
            Actor = LogActor.Store,
            Content = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { kind, text })),
            Request = answer.Request,
            Purpose = delivery.Purpose,
            Batches = delivery.Batches,
            Records = delivery.Records,
            RefersTo = answer.Entry,
        });
        register.AddFinding(
            new ErrorFinding(0, answer.Entry, kind, answer.Request, logged.Index, UtcClock.Now(clock), text), key);
        return 1;
    }

    private static string Said(PlanEntry? entry) => entry is null ? "nothing" : PlanEntry.NameOf(entry.Use);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
