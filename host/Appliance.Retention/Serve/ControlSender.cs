using System.Text.Json;
using Appliance.Mqtt;

namespace Appliance.Retention.Serve;

/// <summary>What became of a message that was sent.</summary>
/// <param name="IsTaken">The box says that it has taken it.</param>
/// <param name="Words">For people.</param>
internal sealed record ControlAnswer(bool IsTaken, string Words);

/// <summary>
/// Sends a control message to a box and watches the box's state, which names the number that it took last. The broker
/// keeps nothing: while the box is away the message is sent again, and the box takes it once.
/// </summary>
/// <param name="options">The broker, and a certificate that may write the topic and read the state.</param>
/// <param name="box">Name of the box in topics.</param>
/// <param name="message">Signed by both.</param>
/// <param name="number">Its number.</param>
internal sealed class ControlSender(BrokerOptions options, string box, byte[] message, ulong number)
{
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private string last = "the box has not said how it is";
    private long? refusedBefore;
    private bool wasSent;

    /// <summary>What is wrong, in one sentence; null where nothing is.</summary>
    public string? Problem() => box.Length == 0 || box.AsSpan().IndexOfAny("/+#") >= 0
        ? "--name must be a name without '/', '+' and '#'"
        : options.Problem();

    /// <summary>Sends until the box has answered or the time is over.</summary>
    public async Task<ControlAnswer> SendAsync(TimeSpan patience)
    {
        using CancellationTokenSource over = new(patience);
        try
        {
            while (true)
            {
                if (await TryOnceAsync(over.Token) is { } answer)
                {
                    return answer;
                }

                await Task.Delay(Pause, over.Token);
            }
        }
        catch (OperationCanceledException)
        {
            return new ControlAnswer(
                false, $"not answered in {patience.TotalSeconds:F0} s: {last}; send it again while the box is there");
        }
    }

    /// <summary>One connection; null where it ended without an answer.</summary>
    private async Task<ControlAnswer?> TryOnceAsync(CancellationToken cancel)
    {
        DialOutcome dialled = await BrokerDial.DialAsync(options, cancel);
        if (dialled.Stream is null)
        {
            last = dialled.Problem!;
            return null;
        }

        MqttOptions mqtt = new() { ClientId = $"control-{Guid.NewGuid():N}"[..23] };
        await using MqttLink link = MqttLink.Start(dialled.Stream, mqtt, TimeProvider.System);
        if (await link.Connected.WaitAsync(cancel) is null)
        {
            last = LinkWords.Of(await link.Closed);
            return null;
        }

        RequestOutcome subscribed = await link.SubscribeAsync(new Subscription($"icr/v1/{box}/state"));
        if (!subscribed.IsGranted)
        {
            last = "the broker does not let this certificate read the state of the box; check its access list";
            return null;
        }

        return await ConverseAsync(link, cancel);
    }

    private async Task<ControlAnswer?> ConverseAsync(MqttLink link, CancellationToken cancel)
    {
        // What it says before the message comes tells its refusals apart from earlier ones.
        Task<bool> heard = link.Messages.WaitToReadAsync(cancel).AsTask();
        await Task.WhenAny(heard, Task.Delay(Pause, cancel));
        Task resend = Task.CompletedTask;
        while (!link.Closed.IsCompleted)
        {
            while (link.Messages.TryRead(out InboundMessage? inbound))
            {
                link.Accept(inbound.PacketId);
                if (Read(inbound.Message.Payload) is { } answer)
                {
                    return answer;
                }
            }

            cancel.ThrowIfCancellationRequested();
            if (resend.IsCompleted)
            {
                resend = Task.Delay(Again, cancel);
                if (await PublishAsync(link, cancel) is { } refused)
                {
                    return refused;
                }
            }

            heard = heard.IsCompleted ? link.Messages.WaitToReadAsync(cancel).AsTask() : heard;
            await Task.WhenAny(heard, resend);
        }

        last = LinkWords.Of(await link.Closed);
        return null;
    }

    private async Task<ControlAnswer?> PublishAsync(MqttLink link, CancellationToken cancel)
    {
        PublishOutcome outcome = await link.PublishAsync(
            new MqttMessage
            {
                Topic = $"icr/v1/{box}/control", Payload = message, ContentType = "application/cose",
            },
            cancel);
        wasSent |= outcome.State == PublishState.Acknowledged;
        return outcome.State != PublishState.Refused ? null : new ControlAnswer(
            false, $"the broker refuses it ({outcome.Reason}); use a certificate that may write control messages");
    }

    /// <summary>What the box says of itself; null where that is no answer.</summary>
    private ControlAnswer? Read(ReadOnlyMemory<byte> state)
    {
        if (!TryRead(state, out string word, out BoxWord? said))
        {
            return null;
        }

        last = $"the box is {word}";
        if (said is null)
        {
            return null;
        }

        if (said.LastNumber == number)
        {
            return new ControlAnswer(true, $"taken by {box}: it says {said.State}");
        }

        if (wasSent && refusedBefore is { } before && said.Refused > before)
        {
            return new ControlAnswer(false, $"refused by {box}: {said.LastRefused}");
        }

        refusedBefore = said.Refused;
        return null;
    }

    private static bool TryRead(ReadOnlyMemory<byte> state, out string word, out BoxWord? said)
    {
        (word, said) = ("", null);
        try
        {
            using JsonDocument read = JsonDocument.Parse(state);
            JsonElement all = read.RootElement;
            word = all.GetProperty("state").GetString() ?? "";
            if (all.TryGetProperty("control", out JsonElement control) && control.ValueKind == JsonValueKind.Object)
            {
                said = new BoxWord(
                    control.GetProperty("state").GetString() ?? "",
                    control.GetProperty("last_number").GetUInt64(),
                    control.GetProperty("refused").GetInt64(),
                    control.GetProperty("last_refused").GetString() ?? "");
            }

            return true;
        }
        catch (Exception wrong) when (wrong is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return false;
        }
    }

    private sealed record BoxWord(string State, ulong LastNumber, long Refused, string LastRefused);
}
