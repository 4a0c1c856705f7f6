namespace Appliance.Flow;

/// <summary>What witnesses other than the mirror there are, and how far they are believed.</summary>
public sealed record WitnessOptions
{
    /// <summary>Sessions and bindings that logs told of, remembered at once; 0: there is no log.</summary>
    public int BindingLimit { get; init; }

    /// <summary>Blocks of ports remembered at once.</summary>
    public int BlockLimit { get; init; } = 1 << 15;

    /// <summary>Longest time between an event and the arrival of its message, milliseconds.</summary>
    public int DelayMs { get; init; } = 3000;

    /// <summary>
    /// Largest error of the log's clock, milliseconds: a stamp further from its arrival makes the event doubtful; a
    /// log without arrivals is compared with the flows by it.
    /// </summary>
    public int ClockErrorMs { get; init; } = 1000;

    /// <summary>Inside realm of the lines that logs name.</summary>
    public string Realm { get; init; } = "default";

    /// <summary>
    /// Realms by the number of the VRF or service that an event names; where this is not empty, an event of another
    /// number is not used.
    /// </summary>
    public IReadOnlyDictionary<uint, string> Vrfs { get; init; } = new Dictionary<uint, string>();

    /// <summary>Rules of deterministic NATs, the first that fits decides.</summary>
    public IReadOnlyList<RuleNat> Rules { get; init; } = [];

    /// <summary>True where anything but the mirror can speak.</summary>
    public bool IsUsed => BindingLimit > 0 || Rules.Count > 0;

    internal void Validate(List<string> faults)
    {
        FlowOptions.Range(faults, "Witness." + nameof(BindingLimit), BindingLimit, 0, Limits.BindingsMax);
        FlowOptions.Range(faults, "Witness." + nameof(BlockLimit), BlockLimit, 16, Limits.BindingsMax);
        FlowOptions.Range(faults, "Witness." + nameof(DelayMs), DelayMs, 1, Limits.LogDelayMsMax);
        FlowOptions.Range(faults, "Witness." + nameof(ClockErrorMs), ClockErrorMs, 1, Limits.LogDelayMsMax);
        FlowOptions.Range(faults, "Witness." + nameof(Rules), Rules.Count, 0, Limits.NatRulesMax);
        foreach (RuleNat rule in Rules)
        {
            if (rule.Fault() is { Length: > 0 } fault)
            {
                faults.Add(fault);
            }
        }
    }
}
