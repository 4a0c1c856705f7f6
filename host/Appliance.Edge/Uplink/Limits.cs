namespace Appliance.Edge.Uplink;

/// <summary>Every bound of the uplink, each with its reason.</summary>
internal static class UplinkLimits
{
    /// <summary>
    /// Batches whose places are held in memory, about 200 bytes each: two weeks at one in ten seconds. What is more
    /// stays on flash and is taken up when half of these have gone.
    /// </summary>
    public const int OutboxItemsMax = 128 * 1024;

    /// <summary>Refused batches remembered one by one; more are counted and stay on flash all the same.</summary>
    public const int QuarantineMax = 1024;

    /// <summary>Bytes on their way without a receipt: they are in memory until the broker has them.</summary>
    public const long WindowBytesMax = 8 << 20;

    /// <summary>
    /// Receipts that wait to be copied to flash; more are left out: the store answers a batch that comes again.
    /// </summary>
    public const int ReceiptCopiesMax = 4096;

    /// <summary>Receipts copied with one flush; a commit takes 255 frames.</summary>
    public const int ReceiptCopiesPerCommit = 200;

    /// <summary>Wait for a receipt before a batch is sent again: a store that commits takes under 1 s.</summary>
    public const int ReceiptTimeoutMs = 20_000;

    /// <summary>The longest wait before what has no receipt is sent again, while no store answers at all.</summary>
    public const int ReceiptTimeoutMsMax = 300_000;

    /// <summary>A publish that the broker does not answer in this time ends the connection.</summary>
    public const int PublishTimeoutMs = 30_000;

    /// <summary>Between two publications of the state: as stale as anyone who watches should see it.</summary>
    public const int StateIntervalMs = 30_000;

    /// <summary>Longest sleep of the sending loop: how late a due time may be noticed.</summary>
    public const int TickMs = 500;

    /// <summary>Time that a stop grants to what the last batch needs; a supervisor grants 90 s in all.</summary>
    public const int StopFlushMs = 5_000;

    /// <summary>How often a stop looks whether all is receipted.</summary>
    public const int StopPollMs = 20;

    /// <summary>Largest certificate or key file that is read; real ones have a few KiB.</summary>
    public const int PemBytesMax = 64 * 1024;
}
