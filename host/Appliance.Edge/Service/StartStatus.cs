namespace Appliance.Edge.Service;

/// <summary>How this run of the daemon began.</summary>
public sealed record StartStatus
{
    /// <summary>hand-over, where it took over from a running process; start otherwise.</summary>
    public required string Kind { get; init; }

    /// <summary>
    /// Stretch between the last durable record and the first packet that could be received, milliseconds; null where
    /// nothing was recorded before, or nobody knows.
    /// </summary>
    public required double? GapMs { get; init; }

    /// <summary>Why that stretch is not known, where the clock does not bear it out.</summary>
    public string? GapDoubt { get; init; }

    /// <summary>From the start of the process until all rings received, milliseconds.</summary>
    public required double ReceivingMs { get; init; }

    /// <summary>From the start of the process until packets were recorded, milliseconds.</summary>
    public required double RecordingMs { get; init; }

    /// <summary>Processor time of all threads in that stretch: the part that a busy machine does not change.</summary>
    public required double RecordingCpuMs { get; init; }
}
