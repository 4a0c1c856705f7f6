using System.Threading.Channels;

namespace Appliance.Mqtt;

/// <summary>
/// One connection to a broker, as its users see it: <see cref="MqttLink"/>, or a client of somebody else's behind the
/// same promises. What they are, one test class says for all of them. Calls may come from any thread.
/// </summary>
public interface IBrokerLink : IAsyncDisposable
{
    /// <summary>The broker's answer, or null when the connection ended before it.</summary>
    Task<ServerAnswer?> Connected { get; }

    /// <summary>How the connection ended; completes after every ticket has its outcome.</summary>
    Task<LinkClosed> Closed { get; }

    /// <summary>Messages from the broker, in order; completes when the connection ends.</summary>
    ChannelReader<InboundMessage> Messages { get; }

    /// <summary>
    /// Waits for room in the window and hands the message in; the task that it returns has the outcome. So a caller
    /// sends in order without waiting for each answer. After the end of the connection the outcome is unknown at once.
    /// </summary>
    ValueTask<Task<PublishOutcome>> SendAsync(MqttMessage message, CancellationToken cancel = default);

    /// <summary>Sends a message and waits for its outcome.</summary>
    Task<PublishOutcome> PublishAsync(MqttMessage message, CancellationToken cancel = default);

    /// <summary>Asks for messages and waits for the answer.</summary>
    Task<RequestOutcome> SubscribeAsync(params IReadOnlyList<Subscription> subscriptions);

    /// <summary>
    /// Acknowledges a message that is safe, or refuses it with a reason; false where nothing waits under that number.
    /// </summary>
    bool Accept(ushort packetId, ReasonCode reason = ReasonCode.Success);

    /// <summary>Says goodbye and waits until the stream is closed.</summary>
    Task<LinkClosed> DisconnectAsync(ReasonCode reason = ReasonCode.Success);
}
