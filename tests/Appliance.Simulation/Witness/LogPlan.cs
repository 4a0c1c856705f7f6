namespace Appliance.Simulation.Witness;

/// <summary>What a NAT's log says of its sessions.</summary>
public enum LogShape
{
    /// <summary>Each session with its remote (NAT44 session events).</summary>
    Sessions,

    /// <summary>Each public port, without remotes (BIB events).</summary>
    Bindings,

    /// <summary>A block of ports for each line, when it first needs one.</summary>
    Blocks,
}

/// <summary>How the log comes.</summary>
public enum LogForm
{
    /// <summary>IPFIX in numbered datagrams.</summary>
    Ipfix,

    /// <summary>Syslog in datagrams: a loss is not noticed.</summary>
    Syslog,

    /// <summary>A file of lines: times of the NAT's own clock, no arrivals.</summary>
    File,
}

/// <summary>A log of the simulated NAT, and what goes wrong with it.</summary>
public sealed record LogPlan
{
    public LogShape Shape { get; init; }

    public LogForm Form { get; init; }

    /// <summary>Share of messages that do not arrive.</summary>
    public double Loss { get; init; }

    /// <summary>What the NAT's clock is ahead.</summary>
    public double ClockAheadSeconds { get; init; }

    /// <summary>From this share of the log on the clock is ahead; 0: from its beginning.</summary>
    public double ClockStepsAt { get; init; }

    /// <summary>The template comes only with this message.</summary>
    public int TemplateAt { get; init; }

    /// <summary>Share of sessions for which the log names another line.</summary>
    public double Lies { get; init; }

    /// <summary>Events of one message.</summary>
    public int Batch { get; init; } = 16;

    /// <summary>Longest time that an event waits for its message to fill.</summary>
    public int BatchMs { get; init; } = 200;

    /// <summary>Way of a message from the NAT to the box.</summary>
    public int WayMs { get; init; } = 20;

    public ulong Seed { get; init; } = 1;
}
