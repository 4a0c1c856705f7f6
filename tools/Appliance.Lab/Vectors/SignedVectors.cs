using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>What people, stores, wardens and witnesses sign, as vectors: fixed keys, RFC 6979 nonces.</summary>
internal static class SignedVectors
{
    /// <summary>Writes each vector as a file of its name; returns how many.</summary>
    public static int Write(string folder)
    {
        Directory.CreateDirectory(folder);
        List<SignedVector> all = All();
        foreach (SignedVector vector in all)
        {
            System.IO.File.WriteAllText(Path.Combine(folder, vector.Name + ".json"), vector.ToJson());
        }

        return all.Count;
    }

    public static List<SignedVector> All() =>
        [.. OfBoth(), .. OfCorrections(), .. OfPeople(), .. OfMachines(), .. Refused()];

    private static VectorWorld World() => new("signed objects");

    private static IEnumerable<SignedVector> OfBoth()
    {
        VectorWorld world = World();
        (SigningKey one, SigningKey two) = (world.OperatorKey, world.CustodianKey);
        PublicKey[] both = [one.Public, two.Public];
        yield return File("enrolment", "A requester of the police is enrolled.", "enrolment", both,
            SignedContents.Enrolment(world).Sign(one, two));
        yield return File("rules", "The rules of a State were confirmed.", "rules", both,
            new RulesConfirmation("GB", Hash32.Of("rules"u8), VectorWorld.NowUs, "counsel").Sign(one, two));
        yield return File("keeping-term", "Records of a notice are kept for 90 days.", "keeping", both,
            SignedContents.Keeping(world, KeepingKind.Term, 90, 0).Sign(one, two));
        yield return File("keeping-withdrawn", "A notice is withdrawn from a time on.", "keeping", both,
            SignedContents.Keeping(world, KeepingKind.Withdrawn, 0, VectorWorld.NowUs + 1).Sign(one, two));
        yield return File("keeping-hold-ended", "A legal hold is ended before its time.", "keeping", both,
            SignedContents.Keeping(world, KeepingKind.HoldEnded, 0, 0).Sign(one, two));
        yield return File("keeping-clock", "It was this time: the clock of whoever takes it in is right.", "keeping",
            both, (SignedContents.Keeping(world, KeepingKind.ClockConfirmed, 0, 0) with { Subject = default })
                .Sign(one, two));
    }

    private static IEnumerable<SignedVector> OfCorrections()
    {
        VectorWorld world = World();
        (SigningKey one, SigningKey two) = (world.OperatorKey, world.CustodianKey);
        PublicKey[] both = [one.Public, two.Public];
        LineCorrection line = SignedContents.Correction(world);
        yield return File("correction-line", "Two records name a line that it was not; the right one is told.",
            "correction", both, line.Sign(one, two));
        yield return File("correction-withdrawn", "The lines of half an hour of a device are withdrawn.",
            "correction", both, (line with { Records = [], Subscriber = "" }).Sign(one, two));
        CorrectedSession session = SignedContents.Session;
        LineCorrection ofSession = line with { Records = [], Session = session };
        yield return File("correction-session", "A session names a line that it was not.", "correction", both,
            ofSession.Sign(one, two));
        yield return File("correction-session-and-flows", "Flows are named beside a session.", "correction", both,
            (line with { Session = session }).Sign(one, two), Refusal.WrongStructure);
        session = session with { BeginTo = new TaiTime(session.BeginFrom.Microseconds + 60_000_001) };
        yield return File("correction-session-of-two-minutes", "The begin of its session is not known to a minute.",
            "correction", both, (ofSession with { Session = session }).Sign(one, two), Refusal.WrongStructure);
        yield return File("correction-of-all", "A line is given to all that a device recorded.", "correction", both,
            (line with { Records = [] }).Sign(one, two), Refusal.WrongStructure);
        yield return File("correction-falling", "Its records do not rise.", "correction", both,
            (line with { Records = [.. line.Records.Reverse()] }).Sign(one, two), Refusal.WrongStructure);
    }

    private static IEnumerable<SignedVector> OfPeople()
    {
        VectorWorld world = World();
        Request request = SignedContents.Request(world);
        byte[] payload = request.Encode();
        yield return File("request", "A request for the line behind an address.", "request",
            [world.StrangerKey.Public],
            SignedObject.Sign(SignedType.Request, payload, world.StrangerKey).Bytes);
        yield return File("approval", "Another person approves it.", "approval", [world.CustodianKey.Public],
            SignedObject.Sign(
                SignedType.Approval, SignedContents.Approval(request, payload).Encode(), world.CustodianKey).Bytes);
    }

    private static IEnumerable<SignedVector> OfMachines()
    {
        VectorWorld world = World();
        SigningKey store = world.StoreKey;
        SigningKey warden = world.DeviceKey;
        LogCheckpoint head = new(world.Device, 9, Hash32.Of("root"u8), VectorWorld.NowUs);
        yield return File("checkpoint", "The log as it stands, signed by the log.", "checkpoint", [store.Public],
            head.Sign(store).Bytes);
        yield return File("witness", "The same, cosigned by a witness.", "checkpoint", [warden.Public],
            head.Sign(warden).Bytes);
        yield return File("release", "A warden states which content keys it will release.", "release", [warden.Public],
            SignedContents.Release(world).Sign(warden).Bytes);
        yield return File("search", "A store states what it searched for an answer.", "search", [store.Public],
            SignedContents.Search(world).Sign(store).Bytes);
        yield return File("destroy", "A warden states which day keys it destroyed.", "destroy", [warden.Public],
            SignedContents.Destroy(world).Sign(warden).Bytes);
        yield return File("hold", "A warden states that it keeps a case key, and until when.", "hold", [warden.Public],
            SignedContents.Hold(world, null).Sign(warden).Bytes);
        yield return File("hold-ended", "The case key of that hold is destroyed, as ordered.", "hold", [warden.Public],
            SignedContents.Hold(world, new HoldEnd(VectorWorld.NowUs + 5, HoldEndCause.Ordered)).Sign(warden).Bytes);
        yield return File("acceptance", "A device was given a protocol of its acceptance.", "acceptance",
            [warden.Public],
            SignedContents.Acceptance(world, new KnownTime(VectorWorld.NowUs, 1_500)).Sign(warden).Bytes);
        yield return File("acceptance-without-time", "The same of a box whose clock is unset.", "acceptance",
            [warden.Public], SignedContents.Acceptance(world, null).Sign(warden).Bytes);
        yield return File("entry", "An entry of the log: a delivery that answers question 3.", "entry", [],
            SignedContents.Entry().Encode());
    }

    private static IEnumerable<SignedVector> Refused()
    {
        VectorWorld world = World();
        (SigningKey one, SigningKey two) = (world.OperatorKey, world.CustodianKey);
        PublicKey[] both = [one.Public, two.Public];
        KeepingOrder order = SignedContents.Keeping(world, KeepingKind.Withdrawn, 0, 0);
        yield return File("keeping-one-signer", "A withdrawal that one alone signed.", "keeping", both,
            TwoSigned.Sign(SignedType.Keeping, order.Encode(), one, null), Refusal.ControlSigners);
        yield return File("keeping-foreign-signer", "A withdrawal that a stranger signed too.", "keeping", both,
            order.Sign(one, world.StrangerKey), Refusal.ForeignKey);
        yield return File("keeping-days-of-withdrawal", "A withdrawal that also gives a term.", "keeping", both,
            (order with { Days = 5 }).Sign(one, two), Refusal.WrongStructure);
        yield return File("keeping-clock-of-a-notice", "A clock that is said of a notice.", "keeping", both,
            (order with { Kind = KeepingKind.ClockConfirmed }).Sign(one, two), Refusal.WrongStructure);
        yield return File("keeping-clock-from", "A clock that is right from a time on.", "keeping", both,
            (order with { Kind = KeepingKind.ClockConfirmed, Subject = default, FromUtcUs = 5 }).Sign(one, two),
            Refusal.WrongStructure);
        byte[] hold = SignedContents.Hold(world, null).Sign(world.DeviceKey).Bytes;
        hold[^1] ^= 1;
        yield return File("hold-flipped-signature", "One bit of its signature is flipped.", "hold",
            [world.DeviceKey.Public], hold, Refusal.Signature);
        yield return File("release-as-destroy", "A release where a statement of destruction is wanted.", "destroy",
            [world.DeviceKey.Public], SignedContents.Release(world).Sign(world.DeviceKey).Bytes, Refusal.WrongType);
        yield return File("acceptance-foreign-key", "A protocol signed with a key that is not the device's.",
            "acceptance", [world.DeviceKey.Public],
            SignedContents.Acceptance(world, null).Sign(world.StrangerKey).Bytes, Refusal.ForeignKey);
        yield return File("search-foreign-key", "A search statement of a key that is not the store's.", "search",
            [world.StoreKey.Public], SignedContents.Search(world).Sign(world.StrangerKey).Bytes, Refusal.ForeignKey);
    }

    private static SignedVector File(
        string name,
        string about,
        string type,
        PublicKey[] keys,
        byte[] bytes,
        Refusal expect = Refusal.None) => new(
        name,
        about,
        expect.Verdict(),
        type,
        [.. keys.Select(key => Convert.ToHexStringLower(key.Point.Span))],
        Convert.ToHexStringLower(bytes));
}
