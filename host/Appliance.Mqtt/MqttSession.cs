using System.Diagnostics.CodeAnalysis;

namespace Appliance.Mqtt;

/// <summary>
/// One MQTT 5 connection as a state machine: bytes and the monotonic time go in, packets and events come out. It does
/// no
/// I/O, reads no clock and never throws for what the broker sends. A session is used once; it resends nothing: what had
/// no acknowledgement when the connection ended is reported as unknown, and its owner sends it on a new connection.
/// </summary>
/// <remarks>Not thread-safe. Times are monotonic milliseconds of any origin.</remarks>
public sealed partial class MqttSession
{
    private enum State
    {
        Connecting,
        Open,
        Closed,
    }

    private readonly MqttOptions options;
    private readonly PacketFramer framer;
    private readonly Queue<OutputPacket> output = new();
    private readonly Queue<MqttEvent> events = new();
    private readonly Dictionary<ushort, int> unaccepted = []; // payload bytes by identifier
    private readonly InFlight inFlight = new();
    private readonly KeepAlive keepAlive;
    private readonly long connectDeadlineMs;
    private State state = State.Connecting;
    private ServerAnswer server = new();
    private long unacceptedBytes;
    private int pubacksWaiting;
    private int messagesWaiting;
    private bool isPingWaiting;

    /// <summary>Starts a connection: CONNECT is the first output.</summary>
    /// <exception cref="ArgumentException">
    /// The options are not valid; see <see cref="MqttOptions.Problem"/>.
    /// </exception>
    public MqttSession(MqttOptions options, long nowMs)
    {
        if (options.Problem() is { } problem)
        {
            throw new ArgumentException(problem, nameof(options));
        }

        this.options = options;
        framer = new PacketFramer(options.MaximumPacketBytes);
        keepAlive = new KeepAlive(options.KeepAliveSeconds, nowMs);
        connectDeadlineMs = nowMs + options.ConnectTimeoutMs;
        output.Enqueue(PacketEncoder.Connect(options));
    }

    /// <summary>True between CONNACK and the end.</summary>
    public bool IsOpen => state == State.Open;

    /// <summary>True after the end; remaining output (a last DISCONNECT) should still be written.</summary>
    public bool IsClosed => state == State.Closed;

    /// <summary>
    /// Publishes that may be handed in now: 0 before CONNACK, when the window is full and after the end.
    /// </summary>
    public int Room => IsOpen ? server.Window - inFlight.Publishes : 0;

    /// <summary>Received messages that wait for <see cref="Accept"/>.</summary>
    public int Unaccepted => unaccepted.Count;

    /// <summary>When <see cref="Tick"/> is to be called next, unless something happens before.</summary>
    public long NextTickMs => IsOpen ? keepAlive.NextMs : IsClosed ? long.MaxValue : connectDeadlineMs;

    /// <summary>What was counted on this connection.</summary>
    public MqttCounters Counters { get; } = new();

    /// <summary>Takes bytes that the broker sent, in any chunks.</summary>
    public void Receive(ReadOnlySpan<byte> bytes, long nowMs)
    {
        if (bytes.IsEmpty || IsClosed)
        {
            return;
        }

        Counters.BytesReceived += bytes.Length;
        keepAlive.Received(nowMs);
        while (!IsClosed)
        {
            if (!framer.TryRead(ref bytes, out Frame frame, out ReasonCode error))
            {
                if (error != ReasonCode.Success)
                {
                    CloseForBadPacket(error);
                }

                return;
            }

            Counters.PacketsReceived++;
            error = Handle(frame, nowMs);
            if (error != ReasonCode.Success)
            {
                CloseForBadPacket(error);
            }
        }
    }

    /// <summary>Lets time pass: connect timeout, ping, and the end of a path that is dead without saying so.</summary>
    public void Tick(long nowMs)
    {
        if (state == State.Connecting && nowMs >= connectDeadlineMs)
        {
            output.Clear();
            Close(new LinkClosed(CloseCause.ConnectTimeout, ReasonCode.Success));
        }
        else if (IsOpen)
        {
            switch (keepAlive.Check(nowMs))
            {
                case KeepAlive.Verdict.Ping when !isPingWaiting: // one that was not written yet asks as well
                    Send(PacketEncoder.Ping, nowMs);
                    isPingWaiting = true;
                    break;
                case KeepAlive.Verdict.Dead:
                    output.Clear();
                    Close(new LinkClosed(CloseCause.KeepAliveTimeout, ReasonCode.KeepAliveTimeout));
                    break;
            }
        }
    }

    /// <summary>The stream ended or failed.</summary>
    public void TransportEnded(string? text)
    {
        output.Clear();
        Close(new LinkClosed(CloseCause.Transport, ReasonCode.Success, text));
    }

    /// <summary>
    /// Hands in a message. False when there is no room or no connection; otherwise the ticket ends with exactly one
    /// <see cref="MqttEvent.PublishEnded"/>, at once when the message may not be sent at all.
    /// </summary>
    public bool TryPublish(MqttMessage message, long nowMs, out long ticket)
    {
        ticket = 0;
        if (Room <= 0)
        {
            return false;
        }

        ticket = inFlight.NextTicket();
        ReasonCode refusal = RefusalOf(message);
        OutputPacket packet = default;
        if (refusal == ReasonCode.Success)
        {
            ushort packetId = message.Qos == Qos.AtLeastOnce ? inFlight.AddPublish(ticket) : (ushort)0;
            packet = PacketEncoder.Publish(message, packetId);
            if (packet.Length > Math.Min(server.MaximumPacketBytes, Limits.PacketBytesMax))
            {
                inFlight.Remove(packetId, out _);
                refusal = ReasonCode.PacketTooLarge;
            }
        }

        if (refusal != ReasonCode.Success)
        {
            EndPublish(ticket, new PublishOutcome(PublishState.Refused, refusal, "not sent"));
            return true;
        }

        Send(packet, nowMs);
        Counters.PublishesSent++;
        if (message.Qos == Qos.AtMostOnce)
        {
            EndPublish(ticket, new PublishOutcome(PublishState.Acknowledged, ReasonCode.Success, null));
        }

        return true;
    }

    /// <summary>Asks for messages; the ticket ends with one <see cref="MqttEvent.RequestEnded"/>.</summary>
    public bool TrySubscribe(IReadOnlyList<Subscription> subscriptions, long nowMs, out long ticket)
    {
        ticket = 0;
        if (!IsOpen || inFlight.Requests >= Limits.RequestsMax)
        {
            return false;
        }

        ticket = inFlight.NextTicket();
        ReasonCode refusal = RefusalOf(subscriptions);
        if (refusal != ReasonCode.Success)
        {
            return Refuse(ticket, refusal, subscriptions.Count);
        }

        ushort packetId = inFlight.AddRequest(ticket, PacketType.Suback, subscriptions.Count);
        return SendRequest(PacketEncoder.Subscribe(packetId, subscriptions), packetId, subscriptions.Count, nowMs);
    }

    /// <summary>Ends subscriptions; the ticket ends with one <see cref="MqttEvent.RequestEnded"/>.</summary>
    public bool TryUnsubscribe(IReadOnlyList<string> filters, long nowMs, out long ticket)
    {
        ticket = 0;
        if (!IsOpen || inFlight.Requests >= Limits.RequestsMax)
        {
            return false;
        }

        ticket = inFlight.NextTicket();
        bool isRight = filters.Count is > 0 and <= Limits.FiltersMax;
        for (int i = 0; i < filters.Count && isRight; i++)
        {
            isRight = MessageRules.IsTopicFilter(filters[i]);
        }

        if (!isRight)
        {
            return Refuse(ticket, ReasonCode.TopicFilterInvalid, filters.Count);
        }

        ushort packetId = inFlight.AddRequest(ticket, PacketType.Unsuback, filters.Count);
        return SendRequest(PacketEncoder.Unsubscribe(packetId, filters), packetId, filters.Count, nowMs);
    }

    /// <summary>
    /// The message is safe: acknowledges it to the broker, or refuses it with a reason of PUBACK. False when it is not
    /// waiting (accepted before, QoS 0, or the connection is over): the broker will send it again.
    /// </summary>
    public bool Accept(ushort packetId, long nowMs, ReasonCode reason = ReasonCode.Success)
    {
        if (!IsOpen || !unaccepted.Remove(packetId, out int bytes))
        {
            return false;
        }

        unacceptedBytes -= bytes;

        // An unknown reason would break the protocol on our side; the nearest one that is allowed says the same.
        bool isKnown = ServerReasons.Allow(PacketType.Puback, (byte)reason);
        ReasonCode allowed = isKnown ? reason : ReasonCode.UnspecifiedError;
        Send(PacketEncoder.Puback(packetId, allowed), nowMs);
        pubacksWaiting++;
        return true;
    }

    /// <summary>Says goodbye; <see cref="ReasonCode.DisconnectWithWill"/> lets the broker publish the will.</summary>
    public void Disconnect(ReasonCode reason = ReasonCode.Success)
    {
        if (!IsClosed)
        {
            output.Enqueue(PacketEncoder.Disconnect(reason));
            Close(new LinkClosed(CloseCause.Local, reason));
        }
    }

    /// <summary>The next packet to write, whole, before any other.</summary>
    public bool TryTakeOutput(out OutputPacket packet)
    {
        if (!output.TryDequeue(out packet))
        {
            return false;
        }

        Counters.BytesSent += packet.Length;
        PacketType type = (PacketType)(packet.Header.Span[0] >> 4);
        pubacksWaiting -= type == PacketType.Puback ? 1 : 0;
        isPingWaiting &= type != PacketType.Pingreq;

        return true;
    }

    /// <summary>The next event, in order.</summary>
    public bool TryTakeEvent([NotNullWhen(true)] out MqttEvent? next)
    {
        if (!events.TryDequeue(out next))
        {
            return false;
        }

        messagesWaiting -= next is MqttEvent.Received ? 1 : 0;
        return true;
    }
}
