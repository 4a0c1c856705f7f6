using System.Security.Cryptography;
using Appliance.Journal;
using Appliance.Mqtt;
using Appliance.Retention.Archive;
using Appliance.Retention.Ingest;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging;

namespace Appliance.Retention.Serve;

/// <summary>
/// Takes batches from the broker for ever. What has come is added to the store, up to a number of batches; one commit;
/// then the receipts leave and the broker gets its acknowledgements. So a crash at any point leaves a message that the
/// broker or the device sends again. Losing the broker or the disk is answered by trying again, slower and slower.
/// </summary>
internal sealed class StoreService(
    StoreFolder folder,
    BrokerOptions options,
    TimeProvider time,
    ILogger log,
    Func<FilterKeyAsk, FilterKeys>? warden = null,
    int? keepDays = null)
{
    // The broker keeps what comes while the store is away for a moment; what it drops the devices send again.
    private const uint SessionExpirySeconds = 3600;

    private readonly Backoff backoff = new();
    private readonly ServiceCounters counters = new();
    private ulong forgetAtUs;
    private ulong withdrawAtUs;
    private ulong keepAtUs;

    /// <summary>Serves until cancelled; then what has come is committed and the broker told goodbye.</summary>
    /// <exception cref="JournalDeviceException">At the start: another process writes this store.</exception>
    /// <exception cref="ArchiveException">At the start: keys or index cannot be used.</exception>
    public async Task RunAsync(CancellationToken stop)
    {
        StoreWriter writer = StoreWriter.Open(folder, time, after: null, warden);
        try
        {
            Events.Started(
                log,
                folder.Root,
                options.Host,
                options.Port,
                options.Group,
                writer.Keys.Store!.Store,
                writer.Keys.Devices.Count);
            while (!stop.IsCancellationRequested)
            {
                writer = await ConnectAndServeAsync(writer, stop);
            }
        }
        finally
        {
            writer.Dispose();
        }

        Events.Stopped(log, counters.Stored, counters.Records, counters.Duplicates, counters.Refused);
    }

    private async Task<StoreWriter> ConnectAndServeAsync(StoreWriter writer, CancellationToken stop)
    {
        try
        {
            ForgetIfDue(writer);
            DialOutcome dialled = await BrokerDial.DialAsync(options, stop);
            if (dialled.Stream is null)
            {
                await PauseAsync(dialled.Problem!, stop);
                return writer;
            }

            await using MqttLink link = MqttLink.Start(dialled.Stream, LinkOptions(writer), time);
            await ServeAsync(link, writer, stop);
            if (!stop.IsCancellationRequested)
            {
                LinkClosed closed = await link.DisconnectAsync();
                await PauseAsync(LinkWords.Of(closed), stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
        }
        catch (Exception failure) when (failure is SqliteException or JournalDeviceException)
        {
            return await ReopenAsync(writer, failure, stop);
        }

        return writer;
    }

    /// <summary>
    /// The disk is full or broken: the link was closed with nothing acknowledged. The writer does not know what it has,
    /// so it is opened anew.
    /// </summary>
    private async Task<StoreWriter> ReopenAsync(StoreWriter writer, Exception failure, CancellationToken stop)
    {
        writer.Dispose();
        while (true)
        {
            int delayMs = NextDelayMs();
            Events.CannotStore(log, failure.Message, delayMs);
            await Task.Delay(TimeSpan.FromMilliseconds(delayMs), time, stop);
            try
            {
                return StoreWriter.Open(folder, time, after: null, warden);
            }
            catch (Exception again)
                when (again is SqliteException or JournalDeviceException or ArchiveException or IOException
                    or UnauthorizedAccessException)
            {
                // Also what keys and orders cannot be read for, though it would end a start: this store was serving,
                // and goes on as soon as somebody mends it.
                failure = again;
            }
        }
    }

    private MqttOptions LinkOptions(StoreWriter writer) => new()
    {
        ClientId = $"retention-{writer.Keys.Store!.Store}",
        CleanStart = false,
        SessionExpirySeconds = SessionExpirySeconds,
        KeepAliveSeconds = options.KeepAliveSeconds,
        ReceiveMaximum = StoreLimits.CommitBatchesMax,
    };

    private async Task ServeAsync(MqttLink link, StoreWriter writer, CancellationToken stop)
    {
        if (await link.Connected.WaitAsync(stop) is null)
        {
            return;
        }

        RequestOutcome granted = await link.SubscribeAsync(
            new Subscription(Topics.Statements), new Subscription(Topics.Batches(options.Group))).WaitAsync(stop);
        if (!granted.IsGranted)
        {
            Events.Refused(log, Topics.Batches(options.Group), "the broker does not let this store subscribe");
            return;
        }

        backoff.Reset();
        Events.Connected(log, options.Host, options.Port);
        await AnswerAsync(link, writer.Commit(), stop);
        var accepted = new List<ushort>();
        while (await WaitToReadAsync(link, writer, stop))
        {
            accepted.Clear();
            while (accepted.Count < StoreLimits.CommitBatchesMax && link.Messages.TryRead(out InboundMessage? inbound))
            {
                Add(writer, inbound.Message);
                accepted.Add(inbound.PacketId);
            }

            await AnswerAsync(link, writer.Commit(), stop);
            foreach (ushort packet in accepted)
            {
                link.Accept(packet);
            }
        }
    }

    /// <summary>Waits for messages; what is to be forgotten is forgotten also where none come.</summary>
    private async Task<bool> WaitToReadAsync(MqttLink link, StoreWriter writer, CancellationToken stop)
    {
        Task<bool> ready = link.Messages.WaitToReadAsync(stop).AsTask();
        while (true)
        {
            ForgetIfDue(writer);
            try
            {
                return await ready.WaitAsync(StoreLimits.NoticeLookEvery, time, stop);
            }
            catch (TimeoutException)
            {
            }
        }
    }

    /// <summary>
    /// Once a UTC day, at the start, and as soon as a notice is withdrawn. A failure is tried again in an hour:
    /// receipts do not wait for it. A clock that was set back does not put it off.
    /// </summary>
    private void ForgetIfDue(StoreWriter writer)
    {
        ulong now = UtcClock.Now(time);
        try
        {
            if (IsDue(keepAtUs, now))
            {
                keepAtUs = now + StoreLimits.ClockSaveEveryUs;
                writer.KeepClock();
            }

            bool isDay = keepDays is not null && IsDue(forgetAtUs, now);
            if (isDay || (IsDue(withdrawAtUs, now) && writer.OwesWithdrawal()))
            {
                forgetAtUs = isDay ? now + StoreLimits.ForgetAgainUs : forgetAtUs;
                withdrawAtUs = now + StoreLimits.ForgetAgainUs;
                Forget(writer);
                forgetAtUs = isDay ? ((now / StoreLimits.DayUs) + 1) * StoreLimits.DayUs : forgetAtUs;
                withdrawAtUs = 0;
            }
        }
        catch (Exception failure) when (failure is ArchiveException or IOException or UnauthorizedAccessException)
        {
            Events.CannotForget(log, failure.Message);
        }
    }

    private static bool IsDue(ulong atUs, ulong now) => now >= atUs || atUs > now + StoreLimits.DayUs;

    private void Forget(StoreWriter writer)
    {
        ExpiryReport report = writer.Forget(keepDays);
        Events.Forgot(log, report.FirstDayKept, report.Keys, report.Batches, report.Records);
        if (report.Doubt is { } doubt)
        {
            Events.ClockDoubted(log, doubt);
        }
    }

    private static void Add(StoreWriter writer, MqttMessage message)
    {
        // Every message of a topic that was not asked for is acknowledged and passed over.
        if (Topics.TrySplit(message.Topic, out _, out string what) && what is "batch" or "epoch")
        {
            if (what == "batch")
            {
                writer.AddBatch(message.Payload, message.Topic);
            }
            else
            {
                writer.AddStatement(message.Payload, message.Topic);
            }
        }
    }

    private async Task AnswerAsync(MqttLink link, IReadOnlyList<Outcome> outcomes, CancellationToken stop)
    {
        foreach (Outcome outcome in outcomes)
        {
            counters.Count(outcome);
            Log(outcome);
            if (outcome.Receipt is { } receipt && Topics.ReceiptFor(outcome.Topic) is { } topic)
            {
                Task<PublishOutcome> sent = await link.SendAsync(
                    new MqttMessage { Topic = topic, Payload = receipt, ContentType = "application/cose" }, stop);
                _ = WatchAsync(sent, topic);
            }
        }
    }

    private void Log(Outcome outcome)
    {
        if (outcome.Kind == OutcomeKind.Waiting)
        {
            Events.Waiting(log, outcome.Topic);
        }
        else if (outcome.Kind is OutcomeKind.Refused or OutcomeKind.StatementRefused or OutcomeKind.Unreadable
            && outcome.Reason != Wire.Refusal.UnknownEpoch)
        {
            Events.Refused(log, outcome.Topic, Wire.Refusals.Sentence(outcome.Reason));
        }
    }

    private async Task WatchAsync(Task<PublishOutcome> sent, string topic)
    {
        PublishOutcome outcome = await sent;
        if (outcome.State == PublishState.Refused)
        {
            Events.ReceiptRefused(log, LinkWords.Refused(topic, outcome));
        }
    }

    private async Task PauseAsync(string why, CancellationToken stop)
    {
        int delayMs = NextDelayMs();
        Events.NotConnected(log, why, delayMs);
        try
        {
            await Task.Delay(TimeSpan.FromMilliseconds(delayMs), time, stop);
        }
        catch (OperationCanceledException)
        {
        }
    }

    private int NextDelayMs()
    {
        Span<byte> random = stackalloc byte[sizeof(uint)];
        RandomNumberGenerator.Fill(random);
        return backoff.NextDelayMs(BitConverter.ToUInt32(random));
    }
}

/// <summary>What a service has done since it started.</summary>
internal sealed class ServiceCounters
{
    public long Stored { get; private set; }

    public long Records { get; private set; }

    public long Duplicates { get; private set; }

    public long Refused { get; private set; }

    public void Count(Outcome outcome)
    {
        Stored += outcome.Kind == OutcomeKind.Stored ? 1 : 0;
        Records += outcome.Rows;
        Duplicates += outcome.Kind == OutcomeKind.Duplicate ? 1 : 0;
        bool refused = outcome.Kind is OutcomeKind.Refused or OutcomeKind.StatementRefused or OutcomeKind.Unreadable;
        Refused += refused ? 1 : 0;
    }
}
