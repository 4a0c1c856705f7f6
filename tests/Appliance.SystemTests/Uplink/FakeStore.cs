using Appliance.Mqtt;
using Appliance.SystemTests.Mqtt;
using Appliance.Wire;

namespace Appliance.SystemTests.Uplink;

/// <summary>
/// A store that keeps nothing but a list of what came, and answers with signed receipts. It connects again for as long
/// as it is open, as a real one does.
/// </summary>
internal sealed class FakeStore : IAsyncDisposable
{
    private readonly MosquittoBroker broker;
    private readonly SigningKey key;
    private readonly Func<int, BatchClaim, Refusal?> answer;
    private readonly CancellationTokenSource stop = new();
    private readonly TaskCompletionSource ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<string> arrivals = [];
    private readonly Task running;

    /// <summary>Opens a store.</summary>
    /// <param name="broker">Where.</param>
    /// <param name="key">Signs the receipts.</param>
    /// <param name="answer">
    /// By the number of batches so far and the batch: the verdict of the receipt, or null for no answer.
    /// </param>
    public FakeStore(MosquittoBroker broker, SigningKey key, Func<int, BatchClaim, Refusal?> answer)
    {
        this.broker = broker;
        this.key = key;
        this.answer = answer;
        running = RunAsync();
    }

    /// <summary>Completes once it is subscribed.</summary>
    public Task Ready => ready.Task;

    /// <summary>What came, in order: "statement 1", "head 1", "batch 1/0".</summary>
    public IReadOnlyList<string> Arrivals
    {
        get
        {
            lock (arrivals)
            {
                return [.. arrivals];
            }
        }
    }

    /// <summary>Batches that came, in order, again when they came again.</summary>
    public List<(uint Epoch, uint Sequence)> Batches() => [.. Arrivals
        .Where(text => text.StartsWith("batch ", StringComparison.Ordinal))
        .Select(text => text["batch ".Length..].Split('/'))
        .Select(parts => (uint.Parse(parts[0]), uint.Parse(parts[1])))];

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await running;
        stop.Dispose();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await using MqttLink link = await broker.OpenAsync("store-1");
                await ServeAsync(link);
            }
            catch (OperationCanceledException)
            {
            }
            catch (Exception failure) when (
                failure is IOException or System.Net.Sockets.SocketException
                or System.Security.Authentication.AuthenticationException)
            {
                // The broker is away: again, until it is back or the test ends.
                await Task.WhenAny(Task.Delay(10, stop.Token));
            }
        }
    }

    private async Task ServeAsync(MqttLink link)
    {
        if (await link.Connected.WaitAsync(stop.Token) is null)
        {
            return;
        }

        RequestOutcome granted = await link.SubscribeAsync(
            new Subscription("icr/v1/+/epoch"), new Subscription("$share/stores/icr/v1/+/batch"));
        if (!granted.IsGranted)
        {
            return;
        }

        ready.TrySetResult();
        await foreach (InboundMessage inbound in link.Messages.ReadAllAsync(stop.Token))
        {
            if (inbound.Message.Topic.EndsWith("/epoch", StringComparison.Ordinal))
            {
                Note(StatementClaim.TryRead(inbound.Message.Payload, out StatementClaim claim) == Refusal.None
                    ? $"{(claim.Type == SignedType.Epoch ? "statement" : "head")} {claim.Epoch.Number}"
                    : "unreadable");
            }
            else
            {
                await AnswerAsync(link, inbound.Message);
            }

            link.Accept(inbound.PacketId);
        }
    }

    private async Task AnswerAsync(MqttLink link, MqttMessage message)
    {
        Refusal readable = BatchClaim.TryRead(message.Payload, out BatchClaim claim);
        string named = $"{message.UserProperty("epoch")}/{message.UserProperty("seq")}";
        int count = Note(readable == Refusal.None && named == $"{claim.Epoch.Number}/{claim.Sequence}"
            ? $"batch {named}"
            : $"unreadable {named}");
        if (answer(count, claim) is { } verdict)
        {
            await link.SendAsync(new MqttMessage
            {
                Topic = message.Topic.Replace("/batch", "/receipt", StringComparison.Ordinal),
                Payload = ReceiptOf(claim, verdict).Sign(key).Bytes,
            });
        }
    }

    private static Receipt ReceiptOf(BatchClaim claim, Refusal verdict) => new()
    {
        Device = claim.Device,
        Epoch = claim.Epoch,
        Sequence = claim.Sequence,
        Id = claim.Id,
        Reason = verdict,
        Store = default,
        Copies = 1,
        ReceivedUtcUs = 1,
        LedgerIndex = 0,
        ContiguousEpoch = claim.Epoch,
        ContiguousSequence = claim.Sequence,
    };

    /// <summary>Notes an arrival; returns how many batches have come.</summary>
    private int Note(string arrival)
    {
        lock (arrivals)
        {
            arrivals.Add(arrival);
            return arrivals.Count(text => text.StartsWith("batch ", StringComparison.Ordinal));
        }
    }
}
