using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>
/// Checks an evidence pack with the keys that its reader brings along, and nothing else: no network, no clock, no
/// store. Each check says what it is worth and how it came out; the order is that of EVIDENCE.md.
/// </summary>
public static class PackChecker
{
    private const string Proven = "proven";
    private const string Attested = "attested";
    private const string Reported = "reported";

    /// <summary>What no pack shows, whatever holds.</summary>
    public static IReadOnlyList<string> NotShown { get; } =
    [
        "a line is not a person: who sat behind it is for other evidence",
        "devices that shared the line: a phone's tethering, a home router with its own address translation, open Wi-Fi",
        "a relay in between: with a VPN, a proxy or an infected computer the line is the last hop, not the author",
        "that nothing was withheld: the store attests what it searched, and the batches' numbers show what is missing",
        "what was said: no content is recorded",
    ];

    /// <summary>Checks the bytes of a pack.</summary>
    public static PackReport Run(ReadOnlyMemory<byte> archive, Pins pins) => Run(archive, pins, out _);

    /// <summary>The same, with what was read of it.</summary>
    internal static PackReport Run(ReadOnlyMemory<byte> archive, Pins pins, out PackState state)
    {
        bool isRead = PackArchive.TryRead(archive, out SortedDictionary<string, byte[]> files, out string problem);
        state = new PackState(files, pins);
        state.Check("archive", Proven, "the archive is whole and in its one form", () => isRead
            ? Complete(files) : Outcome.Fail($"{problem}"));
        if (state.Checks[0].Result == CheckResult.Pass)
        {
            CheckParts(state);
        }

        return new PackReport(state.Checks, state.Rows, NotShown);
    }

    private static void CheckParts(PackState state)
    {
        state.Check("seal", Attested, "the store put these parts together, and none was exchanged", () => Seal(state));
        state.Check(
            "people", Proven, "operator and custodian enrolled who signed", () => OrderChecks.People(state));
        state.Check("request", Proven, "an enrolled requester signed the request", () => OrderChecks.Request(state));
        state.Check(
            "approval", Proven, "another person approved these very words", () => OrderChecks.Approval(state));
        state.Check("log", Proven, "the log signed its size and root", () => LogChecks.Checkpoint(state));
        state.Check("log.witness", Proven, "a witness signed the same size and root", () => LogChecks.Witness(state));
        state.Check("log.entries", Proven, "every step stands in the log", () => LogChecks.Entries(state));
        state.Check(
            "log.order", Proven, "request, approval, question and delivery follow each other",
            () => LogChecks.Order(state));
        state.Check("log.history", Proven, "the log only grew since witnesses saw it", () => LogChecks.History(state));
        state.Check("scope", Proven, "the question lies within the order", () => OrderChecks.Scope(state));
        state.Check("release", Proven, "a warden released the keys for this question", () => LogChecks.Releases(state));
        state.Check("device", Proven, "the devices are known", () => DeviceChecks.Devices(state));
        state.Check("epochs", Proven, "each run was begun by its device", () => DeviceChecks.Epochs(state));
        state.Check("manifests", Proven, "each batch is as its device signed it", () => DeviceChecks.Manifests(state));
        state.Check("heads", Proven, "the batches are those that the device signed as last", () =>
            DeviceChecks.Heads(state));
        state.Check("revocation", Proven, "no batch is of a revoked device", () => DeviceChecks.Revocation(state));
        state.Check("records", Proven, "each record is in its batch", () => RecordChecks.Proofs(state));
        state.Check("sections", Proven, "only what was released is disclosed", () => RecordChecks.Sections(state));
        state.Check("answer", Proven, "the answer is the one that was delivered", () => RecordChecks.Answer(state));
        state.Check("search", Attested, "the store signed what it searched", () => RecordChecks.Search(state));
        state.Check("claims", Proven, "the records say what the answer says", () => RecordChecks.Claims(state));
        state.Check("period", Attested, "what the answer says of gaps is what the batches show", () =>
            DeviceChecks.Period(state));
        state.Check("clock", Reported, "the times are right within their bounds", () => RecordChecks.Clock(state));
        state.Check("anchors", Reported, "the device's clock was held against public anchors", () =>
            Outcome.Open("the anchor log is not part of packs yet: only the manifests' summary of the clock is here"));
        state.Check("stamp.log", Proven, "an authority outside saw the log's state", () =>
            StampChecks.Checkpoint(state));
        state.Check("stamp.ledger", Proven, "an authority outside saw the ledger with these batches", () =>
            StampChecks.Ledger(state));
    }

    private static Outcome Complete(SortedDictionary<string, byte[]> files)
    {
        foreach (string name in PackNames.Required)
        {
            if (!files.ContainsKey(name))
            {
                return Outcome.Fail($"{name} is missing");
            }
        }

        foreach (string name in files.Keys)
        {
            if (!PackNames.Required.Contains(name) && !PackNames.Optional.Contains(name))
            {
                return Outcome.Fail($"{name} is no part of a pack");
            }
        }

        return Outcome.Pass($"{files.Count} files");
    }

    private static Outcome Seal(PackState state)
    {
        Refusal refusal = PackSeal.TryVerify(state.Files[PackNames.Seal], state.Pins.LogKey, out PackSeal? seal);
        if (refusal != Refusal.None || seal!.Log != state.Pins.Log)
        {
            return Outcome.Fail($"the seal is not of the pinned log: {refusal.Sentence()}");
        }

        if (seal.Files.Count != state.Files.Count - 1)
        {
            return Outcome.Fail($"the seal names {seal.Files.Count} files and there are {state.Files.Count - 1}");
        }

        foreach (PackedFile file in seal.Files)
        {
            if (!state.Files.TryGetValue(file.Name, out byte[]? bytes) || Hash32.Of(bytes) != file.Digest)
            {
                return Outcome.Fail($"{file.Name} is not the one that was sealed");
            }
        }

        state.Seal = seal;
        return Outcome.Pass($"request {seal.Request}, question {seal.Question}, made {Times.Utc(seal.UtcUs)}");
    }
}
