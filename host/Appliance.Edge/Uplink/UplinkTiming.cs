namespace Appliance.Edge.Uplink;

/// <summary>The times of the uplink; a test has less patience than a box.</summary>
internal sealed record UplinkTiming
{
    public int BackoffFirstMs { get; init; } = Mqtt.Limits.BackoffMsMin;

    public int BackoffLastMs { get; init; } = Mqtt.Limits.BackoffMsMax;

    public int ReceiptTimeoutMs { get; init; } = UplinkLimits.ReceiptTimeoutMs;

    public int StateIntervalMs { get; init; } = UplinkLimits.StateIntervalMs;

    public int StopFlushMs { get; init; } = UplinkLimits.StopFlushMs;
}
