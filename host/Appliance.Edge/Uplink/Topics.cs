namespace Appliance.Edge.Uplink;

/// <summary>The topics of one box (CONTRACTS, "MQTT 5").</summary>
internal sealed class Topics(string name)
{
    public string Batch { get; } = $"icr/v1/{name}/batch";

    public string Epoch { get; } = $"icr/v1/{name}/epoch";

    public string State { get; } = $"icr/v1/{name}/state";

    public string Receipt { get; } = $"icr/v1/{name}/receipt";

    public string Control { get; } = $"icr/v1/{name}/control";
}
