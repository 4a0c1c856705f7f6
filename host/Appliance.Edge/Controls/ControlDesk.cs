using Appliance.Edge.Configuration;
using Appliance.Mqtt;
using Appliance.Wire;

namespace Appliance.Edge.Controls;

/// <summary>What became of a message, as far as it is told to people and manifests.</summary>
/// <param name="Reason">The refusal's name.</param>
/// <param name="Sentence">The same as a sentence.</param>
internal sealed record RefusedControl(string Reason, string Sentence);

/// <summary>
/// Judges each control message that comes: its size, how many come, both signatures, this device, a number that only
/// goes up, its time, and a kind that this program acts on. What is taken is on flash before anything takes effect.
/// Whatever else comes is refused, counted and told, and changes nothing. Any thread.
/// </summary>
internal sealed class ControlDesk
{
    private readonly Lock gate = new();
    private readonly ControlBook book;
    private readonly ControlTrust? trust;
    private readonly Id16 device;
    private readonly Func<ControlTime> time;
    private readonly Func<long> monotonicMs;
    private readonly SortedDictionary<string, long> refusedBy = new(StringComparer.Ordinal);
    private readonly Queue<RefusedControl> waiting = new();
    private long untoldBeyond;
    private long taken;
    private long repeated;
    private string? lastRefused;
    private int tokens = ControlLimits.Burst;
    private long refilledMs;
    private bool isClosed;

    /// <param name="options">Checked options.</param>
    /// <param name="device">This device.</param>
    /// <param name="book">The book, by whoever holds the folder's lock.</param>
    /// <param name="time">Between which times it is now.</param>
    /// <param name="monotonicMs">Monotonic milliseconds, for the rate.</param>
    public ControlDesk(
        ControlOptions options, Id16 device, ControlBook book, Func<ControlTime> time, Func<long> monotonicMs)
    {
        this.book = book;
        this.device = device;
        this.time = time;
        this.monotonicMs = monotonicMs;
        trust = options.Trust();
        refilledMs = monotonicMs();
    }

    /// <summary>Hears of each message that was taken, once it is on flash and before it is acknowledged.</summary>
    public Action? OnTaken { get; set; }

    /// <summary>Hears of each refusal that is no flood.</summary>
    public Action<RefusedControl>? OnRefused { get; set; }

    /// <summary>Another process has the book from now on: nothing is taken any more.</summary>
    public void Close()
    {
        lock (gate)
        {
            isClosed = true;
        }
    }

    /// <summary>Takes or refuses a message; what the broker is told.</summary>
    public ReasonCode Take(MqttMessage message)
    {
        lock (gate)
        {
            if (isClosed)
            {
                return ReasonCode.ServerShuttingDown;
            }

            if (!HasRoom())
            {
                // No signature is looked at, and no line written for each.
                Count("rate", "more messages come than anyone sends");
                untoldBeyond++;
                return ReasonCode.QuotaExceeded;
            }

            RefusedControl? refused = Judge(message, out ReasonCode code);
            if (refused is not null)
            {
                Refuse(refused);
            }

            return code;
        }
    }

    /// <summary>Tells refusals that stand in no manifest yet, until there is no room for more.</summary>
    /// <param name="tryNote">Notes a sentence in the next manifest; false where that is full.</param>
    /// <returns>How many refusals were told.</returns>
    public long TellRefusals(Func<string, bool> tryNote)
    {
        lock (gate)
        {
            long told = 0;
            while (waiting.TryPeek(out RefusedControl? one) && tryNote($"control message refused: {one.Sentence}"))
            {
                waiting.Dequeue();
                told++;
            }

            string beyond = FormattableString.Invariant($"{untoldBeyond} further control messages refused");
            if (waiting.Count == 0 && untoldBeyond > 0 && tryNote(beyond))
            {
                told += untoldBeyond;
                untoldBeyond = 0;
            }

            return told;
        }
    }

    /// <summary>How it is.</summary>
    /// <param name="notice">The notice of this run.</param>
    public ControlStatus Status(Id16 notice)
    {
        lock (gate)
        {
            return new ControlStatus
            {
                State = book.IsLost ? "unknown" : book.MayRecord(notice) ? "recording" : "withdrawn",
                HasKeys = trust is not null,
                LastNumber = book.LastNumber,
                LastTaken = book.Taken is [.., var last] ? $"{last.Number}: {last.What}" : null,
                Taken = taken,
                Repeated = repeated,
                Refused = refusedBy.Values.Sum(),
                RefusedBy = refusedBy.ToDictionary(),
                LastRefused = lastRefused,
                Withdrawn = book.Withdrawn,
                Alarms = [.. Alarms(notice)],
            };
        }
    }

    private RefusedControl? Judge(MqttMessage message, out ReasonCode code)
    {
        code = ReasonCode.NotAuthorized;
        if (message.Payload.Length > ControlLimits.MessageBytesMax)
        {
            code = ReasonCode.PacketTooLarge;
            return Of(Refusal.TooLarge);
        }

        if (message.Retain)
        {
            return new RefusedControl(
                "retained", "it was published as retained; only what is heard as it is sent may act");
        }

        if (trust is null)
        {
            return new RefusedControl(
                "no keys", "no keys are pinned here (control.operatorKey, control.custodianKey)");
        }

        if (book.IsLast(message.Payload.Span))
        {
            // Taken, and its sender had not heard: an answer, but no second effect.
            repeated++;
            code = ReasonCode.Success;
            return null;
        }

        ControlTime now = time();
        Refusal refusal = Control.TryVerify(
            message.Payload, trust, device, book.LastNumber, now.EarliestUs, now.LatestUs, out Control? control);
        return refusal != Refusal.None ? Of(refusal) : Act(control!, message.Payload.Span, out code);
    }

    private RefusedControl? Act(Control control, ReadOnlySpan<byte> bytes, out ReasonCode code)
    {
        code = ReasonCode.NotAuthorized;
        if (control.Kind != ControlKind.Notice)
        {
            return new RefusedControl(
                "kind", $"this version does not act on kind {(int)control.Kind} of a control message; nothing changed");
        }

        Refusal refusal = NoticeWithdrawal.TryDecode(control.Body, out NoticeWithdrawal? withdrawal);
        if (refusal != Refusal.None || control.BaseConfigHash != default)
        {
            return Of(refusal != Refusal.None ? refusal : Refusal.WrongStructure);
        }

        if (!book.TryTake(control, withdrawal!, bytes))
        {
            code = ReasonCode.ImplementationSpecificError;
            return new RefusedControl("not kept", "it could not be kept on flash, so nothing changed; see the storage");
        }

        taken++;
        code = ReasonCode.Success;
        OnTaken?.Invoke();
        return null;
    }

    private bool HasRoom()
    {
        long nowMs = monotonicMs();
        long refill = (nowMs - refilledMs) / ControlLimits.RefillMs;
        if (refill > 0)
        {
            tokens = (int)Math.Min(ControlLimits.Burst, tokens + refill);
            refilledMs += refill * ControlLimits.RefillMs;
        }

        bool hasRoom = tokens > 0;
        tokens -= hasRoom ? 1 : 0;
        return hasRoom;
    }

    private static RefusedControl Of(Refusal refusal) => new(refusal.Name(), refusal.Sentence());

    private void Refuse(RefusedControl refused)
    {
        Count(refused.Reason, refused.Sentence);
        if (waiting.Count < ControlLimits.RefusalsWaiting)
        {
            waiting.Enqueue(refused);
        }
        else
        {
            untoldBeyond++;
        }

        OnRefused?.Invoke(refused);
    }

    private void Count(string reason, string sentence)
    {
        refusedBy[reason] = refusedBy.GetValueOrDefault(reason) + 1;
        lastRefused = sentence;
    }

    private IEnumerable<string> Alarms(Id16 notice)
    {
        if (book.IsLost)
        {
            yield return "control: what control messages told this box is lost or was put back, and its notice may "
                + "be withdrawn: nothing is recorded; let operator and custodian send what is withdrawn with a number "
                + $"above {book.LastNumber} (`retention control new`)";
        }
        else if (!book.MayRecord(notice))
        {
            yield return $"control: notice {notice} is withdrawn: nothing is recorded; give the box the configuration "
                + "and keys of a new notice and restart it, or switch it off; what is on flash goes when "
                + "journal.retentionDays are over";
        }

        if (lastRefused is not null)
        {
            yield return $"control: {refusedBy.Values.Sum()} messages were refused and changed nothing (the last: "
                + $"{lastRefused}); ask operator and custodian whether they sent them";
        }
    }
}
