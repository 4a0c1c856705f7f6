using Appliance.Wire;

namespace Appliance.Retention.Ingest;

/// <summary>What became of something that arrived.</summary>
internal enum OutcomeKind
{
    /// <summary>A batch is durable, indexed and in the ledger.</summary>
    Stored,

    /// <summary>A batch that is stored already; its receipt goes out again.</summary>
    Duplicate,

    /// <summary>A batch was refused; the signed refusal says why.</summary>
    Refused,

    /// <summary>A batch is kept until the statement of its epoch comes; there is no receipt yet.</summary>
    Waiting,

    /// <summary>A statement or checkpoint was taken, or was known.</summary>
    Noted,

    /// <summary>A statement or checkpoint was refused; there is no receipt for these.</summary>
    StatementRefused,

    /// <summary>It is no object of this format at all: nothing can be said about it but that.</summary>
    Unreadable,
}

/// <summary>What became of one thing that arrived; valid only once the writer has committed.</summary>
/// <param name="Kind">What became of it.</param>
/// <param name="Reason">Why, where it was not taken.</param>
/// <param name="Device">Device that it names; the default where it is unreadable.</param>
/// <param name="Receipt">Signed receipt or refusal to send, or null.</param>
/// <param name="Topic">Where it came from, as it was handed in: the answer goes back there.</param>
/// <param name="Rows">Records that were stored with it.</param>
internal sealed record Outcome(
    OutcomeKind Kind, Refusal Reason, Id16 Device, byte[]? Receipt, string Topic, int Rows = 0);

/// <summary>Steps after which something has reached the medium; tests end the world after each of them.</summary>
internal enum DurableStep
{
    BatchFile,
    StatementFile,
    AsideFile,
    Commit,
    FileRemoved,
}
