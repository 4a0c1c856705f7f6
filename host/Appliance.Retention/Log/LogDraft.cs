using Appliance.Wire;

namespace Appliance.Retention.Log;

/// <summary>What is to be logged; nonce, time and place are the log's own.</summary>
internal sealed record LogDraft
{
    public required LogKind Kind { get; init; }

    public required LogActor Actor { get; init; }

    /// <summary>What the entry commits to: request, question or statement, as signed or as it stands.</summary>
    public required ReadOnlyMemory<byte> Content { get; init; }

    public Id16 Request { get; init; }

    public byte Purpose { get; init; }

    public ulong Batches { get; init; }

    public ulong Records { get; init; }

    public ulong? RefersTo { get; init; }
}

/// <summary>An entry in its place.</summary>
/// <param name="Index">From 0.</param>
/// <param name="Bytes">As hashed into the tree.</param>
/// <param name="Entry">What it says.</param>
internal sealed record LoggedEntry(ulong Index, byte[] Bytes, LogEntry Entry);

/// <summary>What opens a commitment.</summary>
internal sealed record LogContent(byte[] Nonce, byte[] Content);

/// <summary>A size of the log, signed by the log and, where it is there already, by a witness.</summary>
/// <param name="Checkpoint">What was signed.</param>
/// <param name="Bytes">The signed object of the log.</param>
internal sealed record SignedCheckpoint(LogCheckpoint Checkpoint, byte[] Bytes);
