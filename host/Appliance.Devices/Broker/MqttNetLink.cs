using System.Collections.Concurrent;
using System.Threading.Channels;
using Appliance.Mqtt;
using MQTTnet;
using MQTTnet.Diagnostics.Logger;
using MQTTnet.Protocol;

namespace Appliance.Devices.Broker;

/// <summary>
/// MQTTnet behind the promises of <see cref="IBrokerLink"/>. What it does not promise by itself is added here: a window
/// that holds back the sender, an outcome for every ticket before the end, bounds on what nobody has accepted, a dead
/// path noticed by what is not heard (MQTTnet pings only while nothing is sent, and not after the broker's own
/// keep-alive), and a goodbye that the broker reads.
/// </summary>
public sealed class MqttNetLink : IBrokerLink
{
    private readonly Lock gate = new();
    private readonly MqttOptions options;
    private readonly StreamChannel channel;
    private readonly StreamAdapters adapters;
    private readonly IMqttClient client;
    private readonly SemaphoreSlim room = new(0);
    private readonly CancellationTokenSource ended = new();
    private readonly Channel<InboundMessage> messages;
    private readonly Dictionary<ushort, MqttApplicationMessageReceivedEventArgs> unaccepted = [];
    private readonly ConcurrentDictionary<long, Task> tickets = [];
    private readonly TaskCompletionSource<ServerAnswer?> connected = NewSource<ServerAnswer?>();
    private readonly TaskCompletionSource<LinkClosed> closed = NewSource<LinkClosed>();
    private long unacceptedBytes;
    private long ticket;
    private uint packetBytesMax = uint.MaxValue;
    private LinkClosed? end;

    private MqttNetLink(Stream stream, MqttOptions options)
    {
        this.options = options;
        channel = new StreamChannel(stream);
        adapters = new StreamAdapters(channel);
        client = new MqttClientFactory(MqttNetNullLogger.Instance, adapters).CreateMqttClient();
        messages = Channel.CreateBounded<InboundMessage>(Mqtt.Limits.UnacceptedMax + Mqtt.Limits.QosZeroWaitingMax);
        client.ApplicationMessageReceivedAsync += TakeAsync;
        client.DisconnectedAsync += over =>
        {
            if (over.ClientWasConnected)
            {
                End(MqttNetWords.Of(over));
            }

            return Task.CompletedTask;
        };
    }

    /// <inheritdoc/>
    public Task<ServerAnswer?> Connected => connected.Task;

    /// <inheritdoc/>
    public Task<LinkClosed> Closed => closed.Task;

    /// <inheritdoc/>
    public ChannelReader<InboundMessage> Messages => messages.Reader;

    /// <summary>Starts a connection on a stream that is connected (and, with TLS, authenticated).</summary>
    /// <exception cref="ArgumentException">The options are not valid.</exception>
    public static MqttNetLink Start(Stream stream, MqttOptions options)
    {
        if (options.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        MqttNetLink link = new(stream, options);
        _ = Task.Run(link.ConnectAsync);
        return link;
    }

    /// <inheritdoc/>
    public async ValueTask<Task<PublishOutcome>> SendAsync(MqttMessage message, CancellationToken cancel = default)
    {
        await room.WaitAsync(cancel);
        lock (gate)
        {
            if (end is null)
            {
                // MQTTnet takes packets in the order of the calls; the gate makes that the order of the callers.
                long number = ticket++;
                Task<PublishOutcome> outcome = PublishOneAsync(message, number);
                tickets.TryAdd(number, outcome);
                if (outcome.IsCompleted)
                {
                    tickets.TryRemove(number, out _);
                }

                return outcome;
            }
        }

        // Let the next waiter through to see the same.
        room.Release();
        return Task.FromResult(Unknown);
    }

    /// <inheritdoc/>
    public async Task<PublishOutcome> PublishAsync(MqttMessage message, CancellationToken cancel = default) =>
        await (await SendAsync(message, cancel)).WaitAsync(cancel);

    /// <inheritdoc/>
    public async Task<RequestOutcome> SubscribeAsync(params IReadOnlyList<Subscription> subscriptions)
    {
        MqttClientSubscribeOptions wanted = new();
        foreach (Subscription one in subscriptions)
        {
            wanted.TopicFilters.Add(MqttNetWords.Of(one));
        }

        try
        {
            MqttClientSubscribeResult granted = await client.SubscribeAsync(wanted, ended.Token);
            return new RequestOutcome(true, [.. granted.Items.Select(item => (ReasonCode)(byte)item.ResultCode)]);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return new RequestOutcome(false, []);
        }
    }

    /// <inheritdoc/>
    public bool Accept(ushort packetId, ReasonCode reason = ReasonCode.Success)
    {
        MqttApplicationMessageReceivedEventArgs? waiting;
        lock (gate)
        {
            if (end is not null || !unaccepted.Remove(packetId, out waiting))
            {
                return false;
            }

            unacceptedBytes -= waiting.ApplicationMessage.Payload.Length;
        }

        waiting.ReasonCode = (MqttApplicationMessageReceivedReasonCode)(int)reason;
        _ = AcknowledgeAsync(waiting);
        return true;
    }

    /// <inheritdoc/>
    public async Task<LinkClosed> DisconnectAsync(ReasonCode reason = ReasonCode.Success)
    {
        bool isFirst = TryEnd(new LinkClosed(CloseCause.Local, reason));
        if (isFirst)
        {
            try
            {
                await client.DisconnectAsync(
                    new MqttClientDisconnectOptions { Reason = (MqttClientDisconnectOptionsReason)(int)reason });
            }
            catch (Exception failure) when (failure is not OutOfMemoryException)
            {
                // Not connected yet, or no more: there is nobody to say goodbye to.
            }

            await FinishAsync();
        }

        return await closed.Task;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await DisconnectAsync();

    private static PublishOutcome Unknown => new(PublishState.Unknown, ReasonCode.Success, null);

    private static TaskCompletionSource<T> NewSource<T>() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private async Task ConnectAsync()
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(ended.Token);
        patience.CancelAfter(options.ConnectTimeoutMs);
        try
        {
            MqttClientConnectResult result =
                await client.ConnectAsync(MqttNetWords.Of(options, adapters), patience.Token);
            if (result.ResultCode != MqttClientConnectResultCode.Success)
            {
                ReasonCode reason = (ReasonCode)(byte)result.ResultCode;
                End(new LinkClosed(CloseCause.Refused, reason, result.ReasonString, result.ServerReference));
                return;
            }

            ServerAnswer answer = MqttNetWords.Of(result, options);
            packetBytesMax = answer.MaximumPacketBytes;
            connected.TrySetResult(answer);
            room.Release(answer.Window);
            if (!client.IsConnected)
            {
                End(new LinkClosed(CloseCause.Transport, ReasonCode.Success, "the broker closed the stream"));
            }

            await WatchAsync(1000L * answer.KeepAliveSeconds);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            End(patience.IsCancellationRequested && !ended.IsCancellationRequested
                ? new LinkClosed(CloseCause.ConnectTimeout, ReasonCode.Success)
                : new LinkClosed(CloseCause.Transport, ReasonCode.Success, failure.Message));
        }
    }

    /// <summary>Asks for a sign of life after a keep-alive without one, and ends after one and a half.</summary>
    private async Task WatchAsync(long keepAliveMs)
    {
        long askedMs = 0;
        while (!ended.IsCancellationRequested)
        {
            await Task.Delay((int)Math.Max(1, keepAliveMs / Limits.LooksPerKeepAlive), ended.Token)
                .ContinueWith(static _ => { }, TaskScheduler.Default);
            long silentMs = Environment.TickCount64 - channel.HeardMs;
            if (silentMs >= keepAliveMs * 3 / 2)
            {
                End(new LinkClosed(CloseCause.KeepAliveTimeout, ReasonCode.KeepAliveTimeout));
            }
            else if (silentMs >= keepAliveMs * 3 / 4 && askedMs < channel.HeardMs)
            {
                askedMs = Environment.TickCount64;
                _ = PingAsync();
            }
        }
    }

    private async Task PingAsync()
    {
        try
        {
            await client.PingAsync(ended.Token);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // What is not heard is noticed by the watch.
        }
    }

    private async Task<PublishOutcome> PublishOneAsync(MqttMessage message, long number)
    {
        try
        {
            if (MqttNetWords.PacketBytesMax(message) > packetBytesMax)
            {
                return new PublishOutcome(PublishState.Refused, ReasonCode.PacketTooLarge, null);
            }

            MqttClientPublishResult result = await client.PublishAsync(MqttNetWords.Of(message), ended.Token);
            ReasonCode reason = (ReasonCode)(byte)result.ReasonCode;
            return new PublishOutcome(
                reason < ReasonCode.UnspecifiedError ? PublishState.Acknowledged : PublishState.Refused,
                reason, result.ReasonString);
        }
        catch (MQTTnet.Exceptions.MqttProtocolViolationException bad)
        {
            return new PublishOutcome(PublishState.Refused, ReasonCode.TopicNameInvalid, bad.Message);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            return Unknown;
        }
        finally
        {
            tickets.TryRemove(number, out _);
            room.Release();
        }
    }

    private Task TakeAsync(MqttApplicationMessageReceivedEventArgs received)
    {
        received.AutoAcknowledge = false;
        MqttMessage message = MqttNetWords.Of(received.ApplicationMessage);
        bool isKept = message.Qos != Qos.AtMostOnce;
        lock (gate)
        {
            if (end is not null || (!isKept && messages.Reader.Count >= Mqtt.Limits.QosZeroWaitingMax))
            {
                return Task.CompletedTask;
            }

            unacceptedBytes += isKept ? message.Payload.Length : 0;
            bool isTooMuch = unaccepted.Count >= Mqtt.Limits.UnacceptedMax
                || unacceptedBytes > Mqtt.Limits.UnacceptedBytesMax;
            if (!isTooMuch)
            {
                if (isKept)
                {
                    unaccepted[received.PacketIdentifier] = received;
                }

                InboundMessage inbound = new(
                    isKept ? received.PacketIdentifier : (ushort)0, received.ApplicationMessage.Dup, message);
                messages.Writer.TryWrite(inbound);
                return Task.CompletedTask;
            }
        }

        End(new LinkClosed(CloseCause.BadPacket, ReasonCode.ReceiveMaximumExceeded));
        return Task.CompletedTask;
    }

    private async Task AcknowledgeAsync(MqttApplicationMessageReceivedEventArgs waiting)
    {
        try
        {
            await waiting.AcknowledgeAsync(ended.Token);
        }
        catch (Exception failure) when (failure is not OutOfMemoryException)
        {
            // The connection ended first: the broker sends the message again.
        }
    }

    private bool TryEnd(LinkClosed cause)
    {
        lock (gate)
        {
            bool isFirst = end is null;
            end ??= cause;
            return isFirst;
        }
    }

    private void End(LinkClosed cause)
    {
        if (TryEnd(cause))
        {
            _ = Task.Run(FinishAsync);
        }
    }

    /// <summary>Once: every ticket gets its outcome, then everybody who waits hears of the end.</summary>
    private async Task FinishAsync()
    {
        await ended.CancelAsync();
        channel.Dispose();
        await Task.WhenAll(tickets.Values);
        client.Dispose();
        connected.TrySetResult(null);
        messages.Writer.TryComplete();
        room.Release();
        closed.TrySetResult(end!);
    }
}
