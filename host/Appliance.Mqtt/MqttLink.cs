using System.Threading.Channels;

namespace Appliance.Mqtt;

/// <summary>
/// Drives one <see cref="MqttSession"/> over one connected stream: the only asynchronous code of the project. One link
/// is one connection: connect, send until acknowledged or unknown, closed. The stream is the link's from the start; it
/// is closed with it. Its maker should set TCP_NODELAY, since acknowledgements are small.
/// </summary>
public sealed partial class MqttLink : IBrokerLink
{
    private readonly Lock gate = new();
    private readonly Stream stream;
    private readonly TimeProvider time;
    private readonly MqttSession session;
    private readonly ITimer timer;
    private readonly SemaphoreSlim room = new(0);
    private readonly SemaphoreSlim work = new(0, 1);
    private readonly CancellationTokenSource ended = new();
    private readonly Channel<InboundMessage> messages;
    private readonly Dictionary<long, TaskCompletionSource<PublishOutcome>> publishes = [];
    private readonly Dictionary<long, TaskCompletionSource<RequestOutcome>> requests = [];
    private readonly TaskCompletionSource<ServerAnswer?> connected = NewSource<ServerAnswer?>();
    private readonly TaskCompletionSource<LinkClosed> closed = NewSource<LinkClosed>();
    private LinkClosed? end;
    private readonly Task running;

    private MqttLink(Stream stream, MqttOptions options, TimeProvider time)
    {
        this.stream = stream;
        this.time = time;
        session = new MqttSession(options, NowMs);

        // The session bounds QoS 1 and QoS 0 is dropped here when full: a write never waits and never fails.
        messages = Channel.CreateBounded<InboundMessage>(Limits.UnacceptedMax + Limits.QosZeroWaitingMax);
        timer = time.CreateTimer(static link => ((MqttLink)link!).OnTimer(), this, Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
        running = RunAsync();
    }

    /// <inheritdoc/>
    public Task<ServerAnswer?> Connected => connected.Task;

    /// <inheritdoc/>
    public Task<LinkClosed> Closed => closed.Task;

    /// <inheritdoc/>
    public ChannelReader<InboundMessage> Messages => messages.Reader;

    /// <summary>What was counted on this connection.</summary>
    public MqttCounters Counters => session.Counters;

    private long NowMs => time.GetTimestamp() / (time.TimestampFrequency / 1000);

    /// <summary>Starts a connection on a stream that is connected (and, with TLS, authenticated).</summary>
    /// <exception cref="ArgumentException">
    /// The options are not valid; see <see cref="MqttOptions.Problem"/>.
    /// </exception>
    public static MqttLink Start(Stream stream, MqttOptions options, TimeProvider time) => new(stream, options, time);

    /// <inheritdoc/>
    public async ValueTask<Task<PublishOutcome>> SendAsync(MqttMessage message, CancellationToken cancel = default)
    {
        if (await WaitForRoomAsync(cancel))
        {
            lock (gate)
            {
                if (session.TryPublish(message, NowMs, out long ticket))
                {
                    TaskCompletionSource<PublishOutcome> source = NewSource<PublishOutcome>();
                    publishes.Add(ticket, source);
                    Step();
                    return source.Task;
                }
            }

            room.Release();
        }

        return Task.FromResult(new PublishOutcome(PublishState.Unknown, ReasonCode.Success, null));
    }

    /// <inheritdoc/>
    public async Task<PublishOutcome> PublishAsync(MqttMessage message, CancellationToken cancel = default) =>
        await (await SendAsync(message, cancel)).WaitAsync(cancel);

    /// <inheritdoc/>
    public Task<RequestOutcome> SubscribeAsync(params IReadOnlyList<Subscription> subscriptions)
    {
        lock (gate)
        {
            return session.TrySubscribe(subscriptions, NowMs, out long ticket) ? AddRequest(ticket) : NotAsked();
        }
    }

    /// <summary>Ends subscriptions and waits for the answer.</summary>
    public Task<RequestOutcome> UnsubscribeAsync(params IReadOnlyList<string> filters)
    {
        lock (gate)
        {
            return session.TryUnsubscribe(filters, NowMs, out long ticket) ? AddRequest(ticket) : NotAsked();
        }
    }

    /// <inheritdoc/>
    public bool Accept(ushort packetId, ReasonCode reason = ReasonCode.Success)
    {
        lock (gate)
        {
            bool isAccepted = session.Accept(packetId, NowMs, reason);
            Step();
            return isAccepted;
        }
    }

    /// <inheritdoc/>
    public async Task<LinkClosed> DisconnectAsync(ReasonCode reason = ReasonCode.Success)
    {
        lock (gate)
        {
            session.Disconnect(reason);
            Step();
        }

        await running;
        return await closed.Task;
    }

    /// <summary>Ends the connection, with a goodbye if it is still open, and frees what it holds.</summary>
    public async ValueTask DisposeAsync()
    {
        await DisconnectAsync();
        ended.Dispose();
        await timer.DisposeAsync();
    }

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static Task<RequestOutcome> NotAsked() => Task.FromResult(new RequestOutcome(false, []));

    private Task<RequestOutcome> AddRequest(long ticket)
    {
        TaskCompletionSource<RequestOutcome> source = NewSource<RequestOutcome>();
        requests.Add(ticket, source);
        Step();
        return source.Task;
    }

    /// <summary>Takes one place in the window; false when the connection is over.</summary>
    private async ValueTask<bool> WaitForRoomAsync(CancellationToken cancel)
    {
        await room.WaitAsync(cancel);
        lock (gate)
        {
            if (session.IsOpen)
            {
                return true;
            }
        }

        // Let the next waiter through to see the same.
        room.Release();
        return false;
    }
}
