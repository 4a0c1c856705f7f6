namespace Appliance.Lab.Demo;

/// <summary>One question: who asks with what in hand, what the store says and why, and whether it is right.</summary>
internal sealed record DemoAnswer
{
    /// <summary>What a newcomer must know before this question; empty for most.</summary>
    public string Preface { get; init; } = "";

    /// <summary>1 who sent it, 2 which services a known line used, 3 whether it used a named one.</summary>
    public required int Purpose { get; init; }

    /// <summary>Who asks, and what is known.</summary>
    public required string Known { get; init; }

    /// <summary>What the operational case says of it, word for word; empty where it says nothing.</summary>
    public string Paper { get; init; } = "";

    public required string Question { get; init; }

    public required string Command { get; init; }

    public required string Answer { get; init; }

    /// <summary>The store's own reason.</summary>
    public required string Why { get; init; }

    /// <summary>What the answer names: lines with their rank, records, services; the first few.</summary>
    public IReadOnlyList<string> Shown { get; init; } = [];

    /// <summary>What the answer must be by the kernel's connections.</summary>
    public required string Expected { get; init; }

    public bool IsRight => Answer == Expected;
}
