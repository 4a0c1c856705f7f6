namespace Appliance.Lab.Demo;

/// <summary>What was shown of the lawful way of a question.</summary>
internal sealed record DemoLawful
{
    /// <summary>What two people and the warden did, in order.</summary>
    public required IReadOnlyList<string> Steps { get; init; }

    /// <summary>The same question without a request: what the store said.</summary>
    public required string Refused { get; init; }

    /// <summary>The answer under the request.</summary>
    public required string Answer { get; init; }

    /// <summary>What it must be by the kernel's connections.</summary>
    public required string Expected { get; init; }

    /// <summary>The entries of the transparency log, in plain words.</summary>
    public required IReadOnlyList<string> Log { get; init; }

    public bool IsRight => Answer == Expected && Refused.Length > 0;
}
