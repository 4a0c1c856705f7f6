using System.Text.Json;
using Appliance.Mqtt;

namespace Appliance.Edge.Uplink;

/// <summary>
/// The retained message on the state topic: advisory JSON for people and dashboards, not signed, never evidence.
/// </summary>
internal static class StateMessage
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>What the broker says for the box when the connection ends without a goodbye.</summary>
    public static MqttMessage Will(Topics topics) => Message(topics, new { State = "offline" });

    /// <summary>How the box and its backlog are.</summary>
    public static MqttMessage Of(Topics topics, string word, UplinkParts parts)
    {
        BoxHealth box = parts.Health();
        UplinkStatus uplink = parts.Status();
        return Message(topics, new
        {
            State = word,
            box.Health,
            box.Version,
            parts.Epoch,
            box.Clock,
            uplink.BacklogBatches,
            uplink.BacklogBytes,
            uplink.OldestUnreceiptedSeconds,
            uplink.Refused,
            box.Control,
            Alarms = (string[])[.. box.Alarms, .. uplink.Alarms],
        });
    }

    private static MqttMessage Message<T>(Topics topics, T content) => new()
    {
        Topic = topics.State,
        Payload = JsonSerializer.SerializeToUtf8Bytes(content, Json),
        ContentType = "application/json",
        PayloadIsUtf8 = true,
        Retain = true,
    };
}
