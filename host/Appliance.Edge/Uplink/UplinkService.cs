using Appliance.Edge.Configuration;
using Appliance.Journal;
using Appliance.Mqtt;
using Appliance.Wire;

namespace Appliance.Edge.Uplink;

/// <summary>
/// The way to the store: one door for the daemon. The writer thread offers what is durable (<see cref="Offer"/>) and
/// once a second settles receipts with the journal (<see cref="SettleJournal"/>); everything else happens in one task
/// that connects, sends and connects again for as long as the box runs.
/// </summary>
internal sealed class UplinkService : IDisposable
{
    private readonly UplinkParts parts;
    private readonly RandomSource random;
    private readonly CancellationTokenSource stop = new();
    private readonly List<ReceiptCopy> copies = [];
    private Task? running;

    /// <summary>Nothing is read or dialled before <see cref="Start"/>.</summary>
    /// <param name="options">Checked options with a host.</param>
    /// <param name="device">Device that receipts must name.</param>
    /// <param name="epoch">Number of the present run.</param>
    /// <param name="flash">The journal's folder, opened for reading; used by the uplink alone.</param>
    /// <param name="random">Draws the delays between attempts.</param>
    /// <param name="health">What the state topic says of the box.</param>
    /// <param name="timing">Times, where they are not the usual ones.</param>
    /// <param name="control">Takes or refuses control messages; without one all are refused.</param>
    public UplinkService(
        UplinkOptions options, Id16 device, uint epoch, IJournalDevice flash, RandomSource random,
        Func<BoxHealth> health, UplinkTiming? timing = null, Func<MqttMessage, ReasonCode>? control = null)
    {
        this.random = random;
        JournalReader reader = new(flash);
        Outbox outbox = new();
        Announcements announcements = new();
        ReceiptCheck check = new(device, options.PinnedKeys());
        parts = new UplinkParts
        {
            Options = options,
            Timing = timing ?? new UplinkTiming(),
            Epoch = epoch,
            Outbox = outbox,
            Announcements = announcements,
            Scan = new OutboxScan(outbox, announcements, reader, check, epoch),
            Reader = reader,
            Check = check,
            Tally = new UplinkTally($"{options.Host}:{options.Port}"),
            Wake = new Wake(),
            Health = health,
            Control = control ?? (static _ => ReasonCode.NotAuthorized),
        };
    }

    /// <summary>How the way to the store is; from any thread.</summary>
    public UplinkStatus Status => parts.Status();

    /// <summary>Begins. A broken invariant ends the task, and <paramref name="onBroken"/> hears of it.</summary>
    public void Start(Action<Exception> onBroken) => running = Task.Run(async () =>
    {
        try
        {
            await RunAsync(stop.Token);
        }
        catch (Exception failure)
        {
            onBroken(failure);
        }
    });

    /// <summary>Grants what is on its way a short time, says goodbye, and ends.</summary>
    public async Task StopAsync()
    {
        long untilMs = UplinkParts.NowMs + parts.Timing.StopFlushMs;
        while (running is { IsCompleted: false } && Status.State == "connected" && !parts.Outbox.IsEmpty
            && UplinkParts.NowMs < untilMs)
        {
            await Task.WhenAny(running, Task.Delay(UplinkLimits.StopPollMs));
        }

        await stop.CancelAsync();
        parts.Wake.Set();
        await (running ?? Task.CompletedTask);
        parts.Tally.Stopped();
    }

    /// <summary>
    /// A frame is durable: what <see cref="JournalWriter.OnDurable"/> tells. Called by the writer thread; never waits.
    /// </summary>
    public void Offer(FrameLabel label, FramePlace place)
    {
        if (label.Kind == FrameKind.Batch)
        {
            parts.Outbox.Offer(new Position(label.Epoch, label.Sequence), place, UplinkParts.NowUtcUs);
        }
        else if (label.Kind is FrameKind.EpochStatement or FrameKind.Checkpoint)
        {
            parts.Announcements.Note(label, place);
        }

        parts.Wake.Set();
    }

    /// <summary>
    /// Copies new receipts to flash and frees the segments that they settle. Called by the writer thread, about once a
    /// second, between its own commits. On a full flash the copies are left out: room comes first, and the store
    /// receipts again what comes again.
    /// </summary>
    /// <exception cref="JournalDeviceException">The flash failed.</exception>
    public void SettleJournal(JournalWriter journal)
    {
        copies.Clear();
        int perCommit = Math.Min(
            UplinkLimits.ReceiptCopiesPerCommit, journal.PayloadBytesMax / Journal.Limits.BlockBytes - 1);
        parts.Outbox.TakeCopies(copies, perCommit);
        if (copies.Count > 0 && journal.Commit() == CommitState.Durable
            && journal.HasRoomFor(copies.Count * Journal.Limits.BlockBytes))
        {
            foreach (ReceiptCopy copy in copies)
            {
                journal.Append(FrameKind.Receipt, copy.Position.Epoch, copy.Position.Sequence, copy.Bytes.Span);
            }

            journal.Commit();
        }

        // Before the first receipt of this run nothing is freed: a segment without batches may hold the only statement
        // of a run, and receipts come only after all statements before them were published.
        if (parts.Outbox.HasReceipts)
        {
            journal.Free(parts.Outbox.IsReceipted);
        }
    }

    /// <summary>True where a batch has its receipt. Any thread.</summary>
    public bool IsReceipted(uint epoch, uint sequence) => parts.Outbox.IsReceipted(epoch, sequence);

    public void Dispose()
    {
        stop.Dispose();
        parts.Wake.Dispose();
    }

    private async Task RunAsync(CancellationToken cancel)
    {
        Backoff backoff = new(parts.Timing.BackoffFirstMs, parts.Timing.BackoffLastMs);
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                if (await AttemptAsync(backoff, cancel) is { } why)
                {
                    parts.Tally.Ended(why);
                    await Task.Delay(backoff.NextDelayMs(Draw()), cancel);
                }
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
        }
    }

    /// <summary>One connection from dialling to its end; null where it ended by a stop.</summary>
    private async Task<string?> AttemptAsync(Backoff backoff, CancellationToken cancel)
    {
        try
        {
            if (parts.Outbox.WantsScan)
            {
                await Task.Run(() => parts.Scan.Run(cancel), cancel);
            }

            (DialOutcome outcome, string name) = await UplinkDialer.DialAsync(parts.Options, cancel);
            if (outcome.Stream is null)
            {
                return outcome.Problem;
            }

            Topics topics = new(name);
            UplinkLink link = new(
                BrokerClient.Start(parts.Options.Client, outcome.Stream, MqttOptionsOf(name, topics)), topics, parts);
            string? why = await link.RunAsync(cancel);
            if (link.WasUsable)
            {
                backoff.Reset();
            }

            return why;
        }
        catch (JournalDeviceException failure)
        {
            return $"the journal cannot be read ({failure.Message}); run `icrctl verify`";
        }
        finally
        {
            parts.Outbox.ReturnAll();
        }
    }

    private MqttOptions MqttOptionsOf(string name, Topics topics) => new()
    {
        ClientId = name,
        KeepAliveSeconds = (ushort)parts.Options.KeepAliveSeconds,
        Window = Math.Min(parts.Options.WindowBatches + 1, Mqtt.Limits.WindowMax),
        Will = StateMessage.Will(topics),
    };

    private uint Draw()
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        random(bytes);
        return BitConverter.ToUInt32(bytes);
    }
}
