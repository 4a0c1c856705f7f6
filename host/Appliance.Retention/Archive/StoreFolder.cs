using System.Globalization;
using Appliance.Linux;
using Appliance.Wire;

namespace Appliance.Retention.Archive;

/// <summary>
/// Where everything lies in a store's data folder.
/// <code>
/// store.db                                          index, ledger, receipts, alarms
/// archive/DEVICE/YYYY-MM-DD/EPOCH-SEQ.batch         batches as they came, by the day that sealed them
/// archive/DEVICE/YYYY-MM-DD/EPOCH-SEQ.manifest      what is left of a batch whose retention has ended
/// statements/DEVICE/EPOCH-ID8.epoch, .head          epoch statements; the newest checkpoint of each epoch
/// forks/DEVICE/EPOCH-SEQ-ID8.batch                  what contradicts the archive, kept as evidence
/// waiting/DEVICE/EPOCH-SEQ-ID8.batch                came before the statement of its epoch
/// keys/store.json, keys/DEVICE-HASH8.keyset.json    receipt key; day keys
/// log/                                              transparency log and its key
/// requests/ID/                                      papers of each request
/// answers.db                                        which answers relied on which records, as salted digests
/// holds/                                            records of legal holds, sealed to case keys of the warden
/// destroyed/                                        statements of destruction on their way to the log
/// trust.json, people/, rules/                       pinned keys, enrolments, confirmations of rules
/// clock.json                                        what time it is at least: what forgetting goes by
/// notices/                                          how long each notice keeps; which are withdrawn
/// corrections/                                      which records name a wrong line, as both roles signed it
/// asking/                                           questions that are being asked at this moment, locked
/// console/                                          signatures counted by each WebAuthn key; a lab's certificate
/// vouchers/DEVICE-NUMBER.device                     who vouches for a device's key, and its revocation
/// stamps/                                           time-stamp tokens over log and ledger; authority.json
/// </code>
/// The time of modification of a batch or statement is the time at which it was received: with it, the ledger and the
/// index can be made again from the files alone.
/// </summary>
internal sealed class StoreFolder(string root)
{
    public const string BatchEnding = ".batch";
    public const string ManifestEnding = ".manifest";
    public const string EpochEnding = ".epoch";
    public const string HeadEnding = ".head";
    public const string KeySetEnding = ".keyset.json";

    public string Root { get; } = Path.GetFullPath(root);

    public string Database => Path.Combine(Root, "store.db");

    public string Archive => Path.Combine(Root, "archive");

    public string Statements => Path.Combine(Root, "statements");

    public string Forks => Path.Combine(Root, "forks");

    public string Waiting => Path.Combine(Root, "waiting");

    public string Keys => Path.Combine(Root, "keys");

    public string Log => Path.Combine(Root, "log");

    public string Requests => Path.Combine(Root, "requests");

    /// <summary>Locks of the processes that ask a question.</summary>
    public string Asking => Path.Combine(Root, "asking");

    public string Holds => Path.Combine(Root, "holds");

    /// <summary>Pinned keys of operator, custodian and log; not there: the store is not set up for orders.</summary>
    public string TrustFile => Path.Combine(Root, "trust.json");

    public string People => Path.Combine(Root, "people");

    public string Rules => Path.Combine(Root, "rules");

    /// <summary>Orders of operator and custodian about notices.</summary>
    public string Notices => Path.Combine(Root, "notices");

    /// <summary>Corrections of lines, as operator and custodian signed them.</summary>
    public string Corrections => Path.Combine(Root, "corrections");

    public string Console => Path.Combine(Root, "console");

    /// <summary>Vouchers of devices, as operator and custodian signed them.</summary>
    public string Vouchers => Path.Combine(Root, "vouchers");

    /// <summary>Time-stamp tokens, and which authority gives them.</summary>
    public string Stamps => Path.Combine(Root, "stamps");

    /// <summary>File of the store's receipt key.</summary>
    public string StoreKeyFile => Path.Combine(Keys, StoreKey.FileName);

    /// <summary>Path of a batch in the archive.</summary>
    public string BatchOf(Id16 device, int day, uint epoch, uint sequence) =>
        Path.Combine(Archive, device.ToString(), DayName(day), $"{epoch}-{sequence}{BatchEnding}");

    /// <summary>Path of what is left of a batch of the archive when it has expired.</summary>
    public static string ManifestOf(string batchPath) => Path.ChangeExtension(batchPath, ManifestEnding);

    /// <summary>Path of a batch beside the archive, in <see cref="Forks"/> or <see cref="Waiting"/>.</summary>
    public static string AsideOf(string folder, Id16 device, uint epoch, uint sequence, Hash32 id) =>
        Path.Combine(folder, device.ToString(), $"{epoch}-{sequence}-{Short(id)}{BatchEnding}");

    /// <summary>Path of an epoch statement.</summary>
    public string EpochOf(Id16 device, uint epoch, Hash32 statement) =>
        Path.Combine(Statements, device.ToString(), $"{epoch}-{Short(statement)}{EpochEnding}");

    /// <summary>Path of the newest checkpoint of an epoch.</summary>
    public string HeadOf(Id16 device, EpochRef epoch) =>
        Path.Combine(Statements, device.ToString(), $"{epoch.Number}-{epoch.Id.ToString()[..8]}{HeadEnding}");

    /// <summary>Path as it stands in the index: relative, so that the folder can be moved.</summary>
    public string Relative(string path) => Path.GetRelativePath(Root, path);

    /// <summary>Writes a file whole and durable, with its time; returns after both.</summary>
    public void Put(string path, ReadOnlySpan<byte> bytes, ulong receivedUtcUs)
    {
        DurableFile.MakeFolder(Path.GetDirectoryName(path)!);
        DurableFile.Put(path, Path.Combine(Root, "arriving.part"), bytes, TimeOf(receivedUtcUs));
    }

    /// <summary>When a file of the store was received, UTC microseconds since 1970.</summary>
    public static ulong ReceivedAt(string path) =>
        (ulong)((File.GetLastWriteTimeUtc(path) - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond);

    /// <summary>The ISO name of a UTC day since 1970.</summary>
    public static string DayName(int day) =>
        DateTime.UnixEpoch.AddDays(day).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static DateTime TimeOf(ulong utcUs) =>
        DateTime.UnixEpoch.AddTicks((long)utcUs * TimeSpan.TicksPerMicrosecond);

    private static string Short(Hash32 id) => id.ToString()[..8];
}
