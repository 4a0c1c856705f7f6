namespace Appliance.Retention.Reports;

/// <summary>What verifying a store found. The JSON of <c>verify --json</c>.</summary>
internal sealed class VerifyReport
{
    public long Batches { get; set; }

    public long Records { get; set; }

    public long Statements { get; set; }

    public long LedgerEntries { get; set; }

    /// <summary>Batches whose day keys are not here: their chain was checked, their rows could not be.</summary>
    public long Unopened { get; set; }

    /// <summary>
    /// Batches that the index was made without, because ingest's keys were gone and no index before had read them.
    /// </summary>
    public long Unread { get; set; }

    /// <summary>Batches of which only the manifest is left, because their retention has ended.</summary>
    public long Expired { get; set; }

    /// <summary>Batches that devices say exist and that never came: not a fault of this store.</summary>
    public long Missing { get; set; }

    public long FaultsTotal { get; set; }

    /// <summary>One line each, a bounded number.</summary>
    public List<string> Faults { get; } = [];

    public bool IsGood => FaultsTotal == 0;
}
