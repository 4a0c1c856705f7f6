namespace Appliance.Evidence;

/// <summary>One check of a pack, and what it rests on: it is made where all of that passed.</summary>
/// <param name="Id">Fixed name, for programs.</param>
/// <param name="Word">proven, attested or reported: what a pass is worth (SECURITY.md).</param>
/// <param name="RestsOn">Checks before it that must have passed; every one rests on the first besides.</param>
/// <param name="Claim">What holds where it passes: one sentence.</param>
/// <param name="Make">Makes it.</param>
internal sealed record PackCheck(
    string Id, string Word, string[] RestsOn, string Claim, Func<PackState, Outcome> Make)
{
    private const string Proven = "proven";
    private const string Attested = "attested";
    private const string Reported = "reported";
    private const string NoAnchors =
        "the anchor log is not part of packs yet: only the manifests' summary of the clock is here";

    /// <summary>All, in the order in which they are made.</summary>
    public static IReadOnlyList<PackCheck> All { get; } = [.. Order(), .. Devices(), .. Records(), .. Times()];

    private static PackCheck[] Order() =>
    [
        new("archive", Proven, [], "the archive is whole and in its one form", state =>
            PackChecker.Complete(state.Files)),
        new("seal", Attested, [], "the store put these parts together, and none was exchanged", PackChecker.Seal),
        new("people", Proven, [], "operator and custodian enrolled who signed", OrderChecks.People),
        new("request", Proven, ["people"], "an enrolled requester signed the request", OrderChecks.Request),
        new("approval", Proven, ["request"], "another person approved these very words", OrderChecks.Approval),
        new("log", Proven, [], "the log signed its size and root", LogChecks.Checkpoint),
        new("log.witness", Proven, ["log"], "a witness signed the same size and root", LogChecks.Witness),
        new("log.entries", Proven, ["log"], "every step stands in the log", LogChecks.Entries),
        new(
            "log.order", Proven, ["seal", "approval", "log.entries"],
            "request, approval, question and delivery follow each other", LogChecks.Order),
        new("log.history", Proven, ["log"], "the log only grew since witnesses saw it", LogChecks.History),
        new("scope", Proven, ["log.order"], "the question lies within the order", OrderChecks.Scope),
        new("release", Proven, ["log.order"], "a warden released the keys for this question", LogChecks.Releases),
    ];

    private static PackCheck[] Devices() =>
    [
        new("device", Proven, [], "the devices are known", DeviceChecks.Devices),
        new("epochs", Proven, ["device"], "each run was begun by its device", DeviceChecks.Epochs),
        new("manifests", Proven, ["epochs"], "each batch is as its device signed it", DeviceChecks.Manifests),
        new(
            "heads", Proven, ["manifests"], "the batches are those that the device signed as last",
            DeviceChecks.Heads),
        new("revocation", Proven, ["manifests"], "no batch is of a revoked device", DeviceChecks.Revocation),
    ];

    private static PackCheck[] Records() =>
    [
        new("records", Proven, ["manifests"], "each record is in its batch", RecordChecks.Proofs),
        new(
            "sections", Proven, ["records", "release"], "only what was released is disclosed", RecordChecks.Sections),
        new("answer", Proven, ["log.entries"], "the answer is the one that was delivered", RecordChecks.Answer),
        new("search", Attested, ["log.order"], "the store signed what it searched", RecordChecks.Search),
        new("claims", Proven, ["log.order", "records"], "the records say what the answer says", RecordChecks.Claims),
        new(
            "period", Attested, ["log.order", "manifests"], "what the answer says of gaps is what the batches show",
            DeviceChecks.Period),
    ];

    private static PackCheck[] Times() =>
    [
        new("clock", Reported, ["records"], "the times are right within their bounds", RecordChecks.Clock),
        new("anchors", Reported, [], "the device's clock was held against public anchors", _ =>
            Outcome.Open(NoAnchors)),
        new("stamp.log", Proven, ["log"], "an authority outside saw the log's state", StampChecks.Checkpoint),
        new(
            "stamp.ledger", Proven, ["records"], "an authority outside saw the ledger with these batches",
            StampChecks.Ledger),
    ];
}
