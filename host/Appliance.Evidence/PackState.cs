using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>What the checks of one pack have found so far; each check relies on those before it.</summary>
internal sealed class PackState(IReadOnlyDictionary<string, byte[]> files, Pins pins)
{
    private readonly List<CheckLine> checks = [];
    private readonly Lazy<AnswerClaims?> answer = new(() => AnswerClaims.Parse(files[PackNames.Answer]));

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

    /// <summary>What the answer says; null where it cannot be read.</summary>
    public AnswerClaims? Answer => answer.Value;

    /// <summary>Keys of devices that a voucher or a pin stands for, with the voucher where there is one.</summary>
    public Dictionary<Id16, (PublicKey Key, DeviceVoucher? Voucher)> Devices { get; } = [];

    public Dictionary<KeyId, (CertifiedEpoch Epoch, Id16 Device)> Epochs { get; } = [];

    public Dictionary<Hash32, VerifiedManifest> Manifests { get; } = [];

    public List<DisclosedRow> Rows { get; } = [];

    /// <summary>Makes a check, unless one that it rests on did not pass, and keeps how it came out.</summary>
    /// <param name="check">The check.</param>
    /// <param name="problem">Why there is nothing to check at all; else empty.</param>
    public void Check(PackCheck check, string problem)
    {
        string? missing = check.RestsOn.FirstOrDefault(
            id => checks.Find(line => line.Id == id)!.Result != CheckResult.Pass);
        Outcome outcome = problem.Length > 0 ? Outcome.Fail($"{problem}")
            : missing is null ? check.Make(this)
            : Outcome.Open($"it rests on {missing}, which did not pass");
        checks.Add(new CheckLine(check.Id, check.Claim, check.Word, outcome.Result, outcome.Detail));
    }

    /// <summary>Objects of a file that is a list; null where it is none.</summary>
    public ReadOnlyMemory<byte>[]? List(string name) =>
        ByteList.TryDecode(files[name], out ReadOnlyMemory<byte>[] items) == Refusal.None ? items : null;
}
