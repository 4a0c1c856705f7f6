using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>What the signed vectors say: every field is set, to a value of its own.</summary>
internal static class SignedContents
{
    private const ulong Now = VectorWorld.NowUs;
    private static readonly Id16 Order = new(3, 4);
    private static readonly Hash32 Question = Hash32.Of("question"u8);

    public static Enrolment Enrolment(VectorWorld world) => new()
    {
        Number = 1,
        Person = new Id16(1, 2),
        Label = "officer 7",
        Authority = "County Police",
        Kind = "police",
        Office = "single_point_of_contact",
        Roles = PersonRoles.Requester,
        Key = world.StrangerKey.Public,
        FromUtcUs = Now,
        UntilUtcUs = Now + 1_000_000,
        RelyingParty = "icr.example",
        Origin = "https://icr.example",
    };

    public static KeepingOrder Keeping(VectorWorld world, KeepingKind kind, uint days, ulong from) =>
        new(kind, world.Notice, Now, days, "ordered", from);

    public static LineCorrection Correction(VectorWorld world) => new()
    {
        Device = world.Device,
        From = new TaiTime(1_800_000_000_000_000),
        To = new TaiTime(1_800_001_800_000_000),
        Records = [new FlowId(3, 17, 2), new FlowId(3, 18, 0)],
        Subscriber = "line-8",
        Reason = "a wrong user name in the accounting server",
        UtcUs = Now,
    };

    public static CorrectedSession Session => new(
        "cgn", new IpPrefix(Ip.FromV4(0x64400001), 32), new TaiTime(1_799_999_700_000_000),
        new TaiTime(1_799_999_759_999_999));

    public static AcceptanceStatement Acceptance(VectorWorld world, KnownTime? time) => new(
        world.Device, new EpochRef(3, new Id16(5, 6)), time, Hash32.Of("protocol"u8));

    public static Request Request(VectorWorld world) => new()
    {
        Id = Order,
        Notice = world.Notice,
        Jurisdiction = "GB",
        Authority = "County Police",
        LegalBasis = "the Act",
        Purpose = 1,
        Case = "case 1",
        Statements = [new("necessity", "why"), new("proportionality", "how far")],
        Offence = new RequestOffence("threats", true, 10, ["listed_crime"]),
        IsSensitiveProfession = true,
        Scope = new Scope
        {
            Addresses = [new(Ip.FromV4(0xC0000201), 0, 0), new(new Ip(0x20010DB8_00000000, 1), 443, 6)],
            Lines = ["line-1"],
            Services = ["example.org"],
            Remotes = [Ip.FromV4(0xC6336407)],
        },
        FromUtcUs = Now - 60_000_000,
        ToUtcUs = Now,
        Urgency = RequestUrgency.Written,
        MadeUtcUs = Now + 1,
        ExpiresUtcUs = Now + 2_000_000,
        NotifyUtcUs = Now + 3_000_000,
        Requester = new Id16(1, 2),
        Questions = 6,
        Candidates = 7,
        SealTo = world.StoreKey.Public,
    };

    public static Approval Approval(Request request, byte[] payload) => new()
    {
        Request = request.Id,
        Digest = Wire.Request.DigestOf(payload),
        Approver = new Id16(5, 6),
        IsApproved = true,
        UtcUs = Now + 2,
        IsOral = false,
        Remarks = "as asked",
    };

    public static ReleaseStatement Release(VectorWorld world) => new()
    {
        Warden = new Id16(7, 8),
        Request = Order,
        Question = Question,
        QuestionIndex = 3,
        SealTo = world.StoreKey.Public,
        UtcUs = Now + 3,
        Sections = [new(Hash32.Of("batch"u8), 1), new(Hash32.Of("batch"u8), 2)],
    };

    public static SearchStatement Search(VectorWorld world) => new()
    {
        Store = new Id16(9, 10),
        Request = Order,
        Question = Question,
        QuestionIndex = 3,
        UtcUs = Now + 4,
        FromUtcUs = Now - 60_000_000,
        ToUtcUs = Now,
        Touching = 5,
        Opened = 2,
        Releases = [4, 6],
        Missing = [new(world.Device, Now - 9, Now - 5, "restart")],
        Records = 1,
        Answer = Hash32.Of("answer"u8),
    };

    public static DestroyStatement Destroy(VectorWorld world) => new(
        new Id16(7, 8),
        Now + 5,
        [
            .. world.Recipients.Where(key => key.Role == KeyRole.WardenA).Select(key => new DestroyedKey(
                world.Device, world.Notice, key.Section, key.Day, key.Role, key.Kid)),
        ]);

    public static HoldStatement Hold(VectorWorld world, HoldEnd? end) => new()
    {
        Warden = new Id16(7, 8),
        Hold = new Id16(11, 12),
        Request = Order,
        Question = Question,
        QuestionIndex = 3,
        CaseKey = world.StrangerKey.Public,
        MadeUtcUs = Now + 4,
        UntilUtcUs = Now + 90_000_000,
        End = end,
    };

    public static LogEntry Entry() => new()
    {
        Kind = LogKind.Delivery,
        UtcUs = Now + 6,
        Request = Order,
        Actor = LogActor.Store,
        Commitment = LogEntry.CommitmentOf(new byte[LogEntry.NonceSize], [1, 2, 3]),
        Purpose = 1,
        Batches = 2,
        Records = 1,
        RefersTo = 3,
    };
}
