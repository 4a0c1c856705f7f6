using Appliance.Journal;
using Appliance.Mqtt;

namespace Appliance.Edge.Uplink;

/// <summary>
/// Publishes on one connection what is no batch: the retained state, and the statements and checkpoints of epochs. One
/// at a time, each awaited; the first that fails is the connection's end.
/// </summary>
internal sealed class LinkPublisher(IBrokerLink link, Topics topics, UplinkParts parts)
{
    private readonly HashSet<uint> announced = [];
    private volatile string? failure;
    private long stateDueMs;

    /// <summary>Why this connection is no use any more; null while it is.</summary>
    public string? Failure => failure;

    /// <summary>Notes a failure; the first one is kept.</summary>
    public void Fail(string why) => failure ??= why;

    /// <summary>Something changed that whoever watches the state waits for. Any thread.</summary>
    public void StateIsDue() => Volatile.Write(ref stateDueMs, 0);

    /// <summary>Publishes the state where it is due; false where the connection is no use.</summary>
    public async Task<bool> TryStateAsync(string word, bool isForced = false)
    {
        if (UplinkParts.NowMs < Volatile.Read(ref stateDueMs) && !isForced)
        {
            return true;
        }

        Volatile.Write(ref stateDueMs, UplinkParts.NowMs + parts.Timing.StateIntervalMs);
        return await TryPublishAsync(StateMessage.Of(topics, word, parts));
    }

    /// <summary>Publishes every statement and checkpoint that is due.</summary>
    public async Task<bool> TryAnnounceAsync()
    {
        foreach (Announcement one in parts.Announcements.Due())
        {
            if (!await TryPublishAsync(one))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Statements are to go out again before their batches do.</summary>
    public void AnnounceAgain()
    {
        announced.Clear();
        parts.Announcements.Again();
    }

    /// <summary>The statement of a batch's epoch goes before the first of its batches on this connection.</summary>
    public async Task<bool> TryAnnounceEpochAsync(OutboxItem item)
    {
        uint epoch = item.Position.Epoch;
        if (announced.Contains(epoch))
        {
            return true;
        }

        // Where its own place was freed, each segment of the epoch begins with a copy.
        bool isThere = parts.Announcements.TryStatement(epoch, out Announcement statement)
            && parts.Reader.TryRead(statement.Place, out _);
        if (!isThere && FindCopy(item) is { } copy)
        {
            parts.Announcements.Note(copy.Label, copy.Place);
            isThere = parts.Announcements.TryStatement(epoch, out statement);
        }

        announced.Add(epoch);
        return !isThere || await TryPublishAsync(statement);
    }

    private JournalFrame? FindCopy(OutboxItem item)
    {
        foreach (JournalFrame frame in parts.Reader.Frames(item.Place.Segment))
        {
            if (frame.Place.Segment != item.Place.Segment)
            {
                return null;
            }

            if (frame is { Verdict: FrameVerdict.Whole, Label.Kind: FrameKind.EpochStatement }
                && frame.Label.Epoch == item.Position.Epoch)
            {
                return frame;
            }
        }

        return null;
    }

    private async Task<bool> TryPublishAsync(Announcement announcement)
    {
        if (!parts.Reader.TryRead(announcement.Place, out JournalFrame frame))
        {
            parts.Announcements.Gone(announcement);
            return true;
        }

        bool isPublished = await TryPublishAsync(new MqttMessage
        {
            Topic = topics.Epoch,
            Payload = frame.Payload,
            ContentType = "application/cose",
        });
        if (isPublished)
        {
            parts.Announcements.Published(announcement);
            if (announcement.Kind == FrameKind.EpochStatement)
            {
                announced.Add(announcement.Epoch);
            }
        }

        return isPublished;
    }

    private async Task<bool> TryPublishAsync(MqttMessage message)
    {
        try
        {
            PublishOutcome outcome = await link.PublishAsync(message)
                .WaitAsync(TimeSpan.FromMilliseconds(UplinkLimits.PublishTimeoutMs));
            if (outcome.State == PublishState.Refused)
            {
                Fail(LinkWords.Refused(message.Topic, outcome));
            }

            return outcome.State == PublishState.Acknowledged;
        }
        catch (TimeoutException)
        {
            Fail("the broker does not acknowledge what it is sent; is it overloaded?");
            return false;
        }
    }
}
