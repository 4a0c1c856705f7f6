namespace Appliance.Evidence;

/// <summary>Names of the files of an evidence pack (EVIDENCE.md).</summary>
public static class PackNames
{
    public const string Answer = "answer.json";
    public const string Statement = "statement.html";
    public const string Heads = "device/heads";
    public const string Manifests = "device/manifests";
    public const string Statements = "device/statements";
    public const string Vouchers = "device/vouchers";
    public const string LedgerHead = "ledger/head";
    public const string LedgerProofs = "ledger/proofs";
    public const string Checkpoint = "log/checkpoint";
    public const string Cosignatures = "log/cosignatures";
    public const string Entries = "log/entries";
    public const string Seen = "log/seen";
    public const string Approvals = "order/approvals";
    public const string People = "order/people";
    public const string Request = "order/request";

    /// <summary>Corrections of lines that the answer goes by.</summary>
    public const string Corrections = "order/corrections";
    public const string Records = "records";
    public const string Seal = "seal";

    /// <summary>Token over log/checkpoint.</summary>
    public const string CheckpointStamp = "stamps/checkpoint.tst";

    /// <summary>Token over ledger/head.</summary>
    public const string LedgerStamp = "stamps/ledger.tst";

    /// <summary>Files that every pack has.</summary>
    public static IReadOnlyList<string> Required { get; } =
    [
        Answer, Heads, Manifests, Statements, Vouchers, Checkpoint, Cosignatures, Entries, Seen, Approvals, People,
        Request, Records, Seal, Statement,
    ];

    /// <summary>Files that a pack may have besides.</summary>
    public static IReadOnlyList<string> Optional { get; } =
        [Corrections, LedgerHead, LedgerProofs, CheckpointStamp, LedgerStamp];
}
