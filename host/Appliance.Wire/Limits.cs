namespace Appliance.Wire;

/// <summary>
/// Every bound of this project, with its reason. A reader refuses what is above; a writer never makes it.
/// </summary>
public static class Limits
{
    /// <summary>
    /// Bytes of one batch. 64 Ki rows take about 3 MiB; a broker or a flash page with more is not ours.
    /// </summary>
    public const int BatchBytesMax = 32 << 20;

    /// <summary>
    /// Rows of one batch: four times the largest that the pipeline cuts; 16 B of salt and 32 B of leaf each.
    /// </summary>
    public const int BatchRowsMax = 1 << 18;

    /// <summary>
    /// Canonical bytes of one row: two names of 255 bytes, addresses and numbers, and room for a later schema.
    /// </summary>
    public const int CanonBytesMax = 2048;

    /// <summary>Bytes of a signed object: a manifest with every gap and event that fits below stays under it.</summary>
    public const int SignedObjectBytesMax = 1 << 20;

    /// <summary>CBOR nesting: a batch needs 5.</summary>
    public const int CborDepthMax = 8;

    /// <summary>
    /// CBOR items of one object: a manifest at its limits has about 20,000. Bounds the reader's memory.
    /// </summary>
    public const int CborItemsMax = 1 << 16;

    /// <summary>Recipients of one batch: 2 sections, 3 roles, and room for a change-over of all of them.</summary>
    public const int RecipientsMax = 16;

    /// <summary>Sections of one batch: attribution and contact.</summary>
    public const int SectionsMax = 2;

    /// <summary>Counters of a manifest: six times what is counted today.</summary>
    public const int CountersMax = 256;

    /// <summary>Gaps of a manifest: the pipeline joins neighbours before it comes near.</summary>
    public const int GapsMax = 4096;

    /// <summary>
    /// Events of a manifest: an administrative action each; more in one batch is an attack on the log.
    /// </summary>
    public const int EventsMax = 256;

    /// <summary>UTF-8 bytes of one text in a signed object.</summary>
    public const int TextBytesMax = 256;

    /// <summary>
    /// How far apart the earliest and the latest begin of a session that a correction names may lie, microseconds: a
    /// minute, as finely as the least careful accounting tells it. No address changes hands twice in one.
    /// </summary>
    public const long CorrectedBeginUsMax = 60_000_000;

    /// <summary>Records that one correction names: the sessions of a faulty half hour; more is a stretch.</summary>
    public const int CorrectedRecordsMax = 64;

    /// <summary>UTF-8 bytes of a statement in a request, such as its necessity: about a page.</summary>
    public const int StatementBytesMax = 4096;

    /// <summary>Statements of a request: twice what the rules of all States ask for together.</summary>
    public const int StatementsMax = 128;

    /// <summary>Addresses, lines or services that one request names: a referral of thousands of addresses.</summary>
    public const int ScopeItemsMax = 8192;

    /// <summary>Sections that one release names: a month of one line, a batch a minute and some.</summary>
    public const int ReleasedBatchesMax = 16_384;

    /// <summary>
    /// Plain bytes of a sealed answer or hold: some 20,000 records with their proofs, read whole into memory.
    /// </summary>
    public const int SealedFileBytesMax = 64 << 20;

    /// <summary>Bytes of a WebAuthn authenticator's data or client data: both are below 1 KiB in practice.</summary>
    public const int WebAuthnBytesMax = 4096;

    /// <summary>
    /// Bytes of an opaque part of a signed object: a TPM quote or a control body with a key schedule.
    /// </summary>
    public const int OpaqueBytesMax = 256 << 10;

    /// <summary>Notices that one control message withdraws: a device has one in force, and few before it.</summary>
    public const int WithdrawnNoticesMax = 64;

    /// <summary>
    /// Batches of one epoch that a chain check remembers (about 100 B each): 45 days at one a second.
    /// </summary>
    public const int ChainBatchesMax = 4_000_000;

    /// <summary>Epochs that a chain check remembers: a restart every ten minutes for a year.</summary>
    public const int ChainEpochsMax = 65_536;

    /// <summary>Keys of a key set: 40 days, 2 sections, 3 roles, ten times over.</summary>
    public const int KeySetKeysMax = 4096;

    /// <summary>
    /// Bytes of one file of an evidence pack: the manifests of a month, a batch a minute, take about 40 MiB.
    /// </summary>
    public const int PackFileBytesMax = 64 << 20;

    /// <summary>Files of an evidence pack: three times what there are today.</summary>
    public const int PackFilesMax = 64;

    /// <summary>Siblings of a proof: the height of a tree of 2^63 leaves.</summary>
    public const int ProofNodesMax = 64;
}
