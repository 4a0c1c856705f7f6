using Appliance.Retention.Answers;
using Appliance.Retention.Archive;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Wire;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Retention.Corrections;

// Corrections of the records themselves: times that a box's clock took back, and lines that both roles corrected.
internal sealed partial class CorrectionDesk
{
    /// <summary>
    /// Times that a clock took back after the answer. An answer that relied on such a record is named as one; one about
    /// a time into which such a record may fall now, as one that others may fit as well.
    /// </summary>
    private int Clocks(DeliveredAnswer answer)
    {
        List<(Id16 Device, ToldDoubt Told)> doubts = index.All(
            "SELECT device, epoch, seq, from_us, to_us, bound_us FROM doubts WHERE received_us > $1",
            row => (row.Id(0), new ToldDoubt(
                row.UInt32(1), row.UInt32(2), new ClockDoubt(row.Time(3), row.Time(4), row.UInt32(5)))),
            answer.CheckedUtcUs);
        int found = 0;
        foreach ((Id16 device, ToldDoubt told) in doubts)
        {
            string key = $"{device}-{told.Epoch}-{told.Sequence}-{told.Doubt.From.Microseconds}";
            found += ReliedOn(answer, device, told)
                ? Add(answer, "clock", key, TextOf(device, told))
                : IsNear(answer, told.Doubt)
                    ? Add(answer, "clock-near", key,
                        $"{TextOf(device, told)}; other records may fit the time that was asked about as well")
                    : 0;
        }

        return found;
    }

    private bool ReliedOn(DeliveredAnswer answer, Id16 device, ToldDoubt told)
    {
        List<FlowId> batches = index.All(
            """
            SELECT epoch, seq FROM batches
            WHERE device = $1 AND (epoch, seq) <= ($2, $3) AND last_us >= $4 ORDER BY epoch, seq
            """,
            row => new FlowId(row.UInt32(0), row.UInt32(1), 0),
            device,
            told.Epoch,
            told.Sequence,
            told.Doubt.From);
        return register.HasMoments(answer)
            ? register.ReliedOnTime(answer, MomentKind.Time, device, batches, told.Doubt.From, told.Doubt.To)
            : batches.Exists(batch => register.ReliedOnBatch(answer, device, batch.Epoch, batch.Sequence));
    }

    private static bool IsNear(DeliveredAnswer answer, in ClockDoubt doubt)
    {
        long bound = Math.Min(doubt.BoundUs, Limits.DoubtUsMax);
        return new Window(doubt.From, doubt.To).Widen(bound).Touches(
            LeapSeconds.ToTai((long)answer.FromUtcUs), LeapSeconds.ToTai((long)answer.ToUtcUs));
    }

    private static string TextOf(Id16 device, ToldDoubt told)
    {
        string bound = told.Doubt.BoundUs == ClockDoubt.NoBound
            ? "nothing bounds them"
            : Invariant($"they hold within {told.Doubt.BoundUs} us");
        return $"the clock of device {device} took back its times from {UtcText.Of(told.Doubt.From)} to "
            + Invariant($"{UtcText.Of(told.Doubt.To)} (epoch {told.Epoch}, batch {told.Sequence}): {bound}");
    }

    /// <summary>Lines that operator and custodian corrected after the question was asked.</summary>
    private int Corrected(DeliveredAnswer answer, List<(LineCorrection Line, ulong AtUtcUs)> later)
    {
        int found = 0;
        foreach ((LineCorrection line, _) in later)
        {
            found += ReliedOn(answer, line)
                ? Add(answer, "session", CorrectionBook.NameOf(line), TextOf(line))
                : 0;
        }

        return found;
    }

    private bool ReliedOn(DeliveredAnswer answer, LineCorrection line)
    {
        if (!register.HasMoments(answer))
        {
            // An answer of a program before this one: its batches alone are known.
            return line.Records.Count == 0
                ? ReliedOn(answer, line.Device, line.From, line.To)
                : line.Records.Any(record => register.ReliedOnFlow(answer, line.Device, record));
        }

        return line.IsOfAll
            ? register.ReliedOnTime(answer, MomentKind.Named, line.Device, [default], line.From, line.To)
            : register.ReliedOnTime(answer, MomentKind.Naming, line.Device, line.Records, line.From, line.To)
                || register.ReliedOnTime(answer, Ways(line), line.From, line.To);
    }

    // The begin of a session is registered by its second, a correction may name it by some more.
    private static IEnumerable<AnswerMoment> Ways(LineCorrection line)
    {
        if (line.Session is { } session)
        {
            long last = AnswerMoments.SecondOf(session.BeginTo);
            for (long second = AnswerMoments.SecondOf(session.BeginFrom); second <= last; second++)
            {
                yield return new AnswerMoment(
                    MomentKind.NamingSession, line.Device, default, 0,
                    new SessionName(session.Realm, session.Prefix, second));
            }
        }
    }

    private static string TextOf(LineCorrection line)
    {
        string what = line.Subscriber.Length > 0 ? "another line" : "no line that is known";
        return $"what device {line.Device} recorded from {UtcText.Of(line.From)} to {UtcText.Of(line.To)} named the "
            + $"wrong line: it was {what}; operator and custodian signed it: {line.Reason}";
    }
}
