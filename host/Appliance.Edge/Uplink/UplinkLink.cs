using System.Globalization;
using Appliance.Journal;
using Appliance.Mqtt;
using Appliance.Wire;

namespace Appliance.Edge.Uplink;

/// <summary>
/// One connection to the broker, from CONNECT to its end: announces epochs, sends batches within the window, settles
/// receipts. It keeps nothing; whatever it leaves unsettled is sent again on the next.
/// </summary>
internal sealed class UplinkLink(IBrokerLink link, Topics topics, UplinkParts parts)
{
    private readonly LinkPublisher publisher = new(link, topics, parts);
    private readonly Outbox outbox = parts.Outbox;
    private long receiptTimeoutMs = parts.Timing.ReceiptTimeoutMs;
    private long sendFromMs;
    private int window;

    /// <summary>True once the broker has taken the connection and a first message on it.</summary>
    public bool WasUsable { get; private set; }

    /// <summary>Runs until the connection ends or a stop is asked for; says why it ended, or null for a stop.</summary>
    public async Task<string?> RunAsync(CancellationToken stop)
    {
        Task receiving = ReceiveAsync();
        try
        {
            if (await link.Connected.WaitAsync(stop) is not { } server)
            {
                return LinkWords.Of(await link.Closed);
            }

            // One place stays free for what is not a batch, so that sending never waits in the link.
            window = Math.Max(1, Math.Min(parts.Options.WindowBatches, server.Window - 1));
            RequestOutcome subscribed = await link.SubscribeAsync(
                new Subscription(topics.Receipt), ControlTopic);
            return subscribed.IsGranted ? await SendAsync(stop)
                : subscribed.IsKnown ? $"the broker does not let this box read {topics.Receipt}; check its access list"
                : LinkWords.Of(await link.Closed);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return null;
        }
        finally
        {
            await link.DisposeAsync();
            await receiving;
        }
    }

    // A message that the broker keeps is not asked for, and one that it was to keep is told from others: neither acts.
    private Subscription ControlTopic => new(topics.Control)
    {
        RetainAsPublished = true, RetainHandling = RetainHandling.DoNotSend,
    };

    private async Task<string?> SendAsync(CancellationToken stop)
    {
        publisher.AnnounceAgain();
        while (!stop.IsCancellationRequested)
        {
            if (link.Closed.IsCompleted || !await TryPassAsync(stop))
            {
                return publisher.Failure ?? LinkWords.Of(await link.Closed);
            }

            long pauseMs = Math.Min(UplinkLimits.TickMs, sendFromMs - UplinkParts.NowMs);
            await parts.Wake.WaitAsync(pauseMs > 0 ? (int)pauseMs : UplinkLimits.TickMs);
        }

        await publisher.TryStateAsync("stopped", isForced: true);
        return null;
    }

    private async Task<bool> TryPassAsync(CancellationToken stop)
    {
        if (!await publisher.TryStateAsync("online") || !await publisher.TryAnnounceAsync())
        {
            return false;
        }

        if (!WasUsable)
        {
            WasUsable = true;
            parts.Tally.Connected();
        }

        if (outbox.IsOverdue(UplinkParts.NowMs, receiptTimeoutMs))
        {
            // No store has answered for too long: all that is on its way goes again, its epochs first.
            outbox.ReturnAll();
            publisher.AnnounceAgain();
            receiptTimeoutMs = Math.Min(2 * receiptTimeoutMs, UplinkLimits.ReceiptTimeoutMsMax);
        }

        if (outbox.WantsScan)
        {
            await Task.Run(() => parts.Scan.Run(stop), stop);
        }

        return await TrySendBatchesAsync() && publisher.Failure is null;
    }

    private async Task<bool> TrySendBatchesAsync()
    {
        while (publisher.Failure is null && UplinkParts.NowMs >= sendFromMs
            && outbox.TryTake(window, UplinkParts.NowMs, out OutboxItem? item))
        {
            if (!parts.Reader.TryRead(item.Place, out JournalFrame frame)
                || BatchClaim.TryRead(frame.Payload, out BatchClaim claim) != Refusal.None)
            {
                outbox.GiveUp(item);
                continue;
            }

            outbox.SetId(item, claim.Id);
            if (!await publisher.TryAnnounceEpochAsync(item))
            {
                return false;
            }

            Pace(item.Place.Length);
            _ = AcknowledgeAsync(item, await link.SendAsync(MessageOf(item, frame.Payload)));
        }

        return true;
    }

    private void Pace(int bytes)
    {
        if (parts.Options.RateKbit > 0)
        {
            // Kilobits a second are bits a millisecond.
            sendFromMs = Math.Max(sendFromMs, UplinkParts.NowMs) + 8L * bytes / parts.Options.RateKbit;
        }
    }

    private MqttMessage MessageOf(OutboxItem item, ReadOnlyMemory<byte> payload) => new()
    {
        Topic = topics.Batch,
        Payload = payload,
        ContentType = "application/cose",
        UserProperties =
        [
            new UserProperty("epoch", item.Position.Epoch.ToString(CultureInfo.InvariantCulture)),
            new UserProperty("seq", item.Position.Sequence.ToString(CultureInfo.InvariantCulture)),
        ],
    };

    /// <summary>What the broker says to a batch. Only its size is the batch's fault; all else is the link's.</summary>
    private async Task AcknowledgeAsync(OutboxItem item, Task<PublishOutcome> publish)
    {
        PublishOutcome outcome = await publish;
        if (outcome.State == PublishState.Acknowledged)
        {
            parts.Tally.StoreHeard(outcome.Reason != ReasonCode.NoMatchingSubscribers);
        }
        else if (outcome is { State: PublishState.Refused, Reason: ReasonCode.PacketTooLarge })
        {
            parts.Tally.Refused(item.Position, "it is larger than the broker takes");
            outbox.Quarantine(item);
        }
        else if (outcome.State == PublishState.Refused)
        {
            publisher.Fail(LinkWords.Refused(topics.Batch, outcome));
        }

        parts.Wake.Set();
    }

    private async Task ReceiveAsync()
    {
        await foreach (InboundMessage inbound in link.Messages.ReadAllAsync())
        {
            ReasonCode reason = ReasonCode.Success;
            if (inbound.Message.Topic == topics.Receipt)
            {
                Settle(inbound.Message.Payload);
            }
            else
            {
                reason = parts.Control(inbound.Message);
                publisher.StateIsDue();
            }

            if (inbound.PacketId != 0)
            {
                link.Accept(inbound.PacketId, reason);
            }

            parts.Wake.Set();
        }

        parts.Wake.Set();
    }

    private void Settle(ReadOnlyMemory<byte> bytes)
    {
        Refusal refusal = parts.Check.TryVerify(bytes, out Receipt? receipt);
        if (refusal != Refusal.None)
        {
            parts.Tally.Rejected(refusal.Sentence());
            return;
        }

        switch (outbox.Settle(receipt!, bytes))
        {
            case Settlement.Receipted:
                receiptTimeoutMs = parts.Timing.ReceiptTimeoutMs;
                parts.Announcements.Confirm(receipt!.Epoch.Number);
                parts.Tally.Receipted();
                break;
            case Settlement.Refused:
                Position refused = new(receipt!.Epoch.Number, receipt.Sequence);
                parts.Tally.Refused(refused, receipt.Reason);
                break;
            case Settlement.Later:
                parts.Tally.Later(receipt!.Reason);
                break;
            case Settlement.OtherId:
                parts.Tally.Rejected("it names another batch at the same position");
                break;
        }
    }
}
