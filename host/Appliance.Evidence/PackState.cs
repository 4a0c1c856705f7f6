using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>What the checks of one pack have found so far; each check relies on those before it.</summary>
internal sealed class PackState(IReadOnlyDictionary<string, byte[]> files, Pins pins)
{
    private readonly List<CheckLine> checks = [];

    public IReadOnlyDictionary<string, byte[]> Files => files;

    public Pins Pins => pins;

    public IReadOnlyList<CheckLine> Checks => checks;

    public PackSeal? Seal { get; set; }

    public Dictionary<Id16, Enrolment> People { get; } = [];

    public Request? Request { get; set; }

    public Hash32 RequestDigest { get; set; }

    public List<Approval> Approvals { get; } = [];

    public LogCheckpoint? Checkpoint { get; set; }

    /// <summary>Entries whose inclusion and commitment hold, by index.</summary>
    public SortedDictionary<ulong, (LogEntry Entry, EntryProof Proof)> Entries { get; } = [];

    public PackQuestion? Question { get; set; }

    public HashSet<ReleasedSection> Released { get; } = [];

    public AnswerClaims? Answer { get; set; }

    /// <summary>Keys of devices that a voucher or a pin stands for, with the voucher where there is one.</summary>
    public Dictionary<Id16, (PublicKey Key, DeviceVoucher? Voucher)> Devices { get; } = [];

    public Dictionary<KeyId, (CertifiedEpoch Epoch, Id16 Device)> Epochs { get; } = [];

    public Dictionary<Hash32, VerifiedManifest> Manifests { get; } = [];

    public List<DisclosedRow> Rows { get; } = [];

    /// <summary>Makes a check and keeps how it came out.</summary>
    public void Check(string id, string word, string claim, Func<Outcome> make)
    {
        Outcome outcome = make();
        checks.Add(new CheckLine(id, claim, word, outcome.Result, outcome.Detail));
    }

    /// <summary>Objects of a file that is a list; null where it is none.</summary>
    public ReadOnlyMemory<byte>[]? List(string name) =>
        ByteList.TryDecode(files[name], out ReadOnlyMemory<byte>[] items) == Refusal.None ? items : null;
}
