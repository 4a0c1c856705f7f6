using System.Security.Cryptography;
using System.Text;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

/// <summary>Requests, approvals, enrolments, log objects and releases: what was signed is what is read.</summary>
public sealed class SafeguardsTests : IDisposable
{
    private const string Party = "icr.example";
    private const string Origin = "https://icr.example";

    private readonly Random random = new(11);
    private readonly SigningKey key;
    private readonly SigningKey second;
    private readonly SigningKey third;

    public SafeguardsTests()
    {
        key = SigningKey.New(random.NextBytes);
        second = SigningKey.New(random.NextBytes);
        third = SigningKey.New(random.NextBytes);
    }

    public void Dispose()
    {
        key.Dispose();
        second.Dispose();
        third.Dispose();
    }

    [Fact]
    public void A_request_is_read_as_it_was_written()
    {
        Request request = NewRequest();
        byte[] payload = request.Encode();

        Assert.Equal(Refusal.None, Request.TryDecode(payload, out Request? read));

        Assert.Equal(payload, read!.Encode());
        Assert.Equal(
            (request.Case, request.Scope.Addresses[1], request.Statements[1].Text, request.Offence!.SentenceYears),
            (read.Case, read.Scope.Addresses[1], read.Statements[1].Text, read.Offence!.SentenceYears));
    }

    [Fact]
    public void Statements_out_of_order_or_twice_are_refused()
    {
        RequestStatement[] twice = [new("necessity", "a"), new("necessity", "b")];
        RequestStatement[] turned = [new("proportionality", "a"), new("necessity", "b")];

        Assert.Equal(Refusal.WrongStructure, Decode(NewRequest() with { Statements = twice }));
        Assert.Equal(Refusal.WrongStructure, Decode(NewRequest() with { Statements = turned }));
        Assert.Equal(Refusal.WrongStructure, Decode(NewRequest() with { FromUtcUs = 3, ToUtcUs = 2 }));
        Assert.Equal(Refusal.WrongStructure, Decode(NewRequest() with { Purpose = 0 }));
    }

    [Fact]
    public void Every_cut_of_a_request_is_refused_and_none_throws()
    {
        byte[] payload = NewRequest().Encode();
        for (int length = 0; length < payload.Length; length++)
        {
            Assert.NotEqual(Refusal.None, Request.TryDecode(payload.AsMemory(0, length), out _));
        }
    }

    [Fact]
    public void An_enrolment_needs_both_roles_and_no_other_key()
    {
        var trust = new ControlTrust(key.Public, second.Public);
        byte[] good = NewEnrolment("", "").Sign(key, second);
        byte[] alone = TwoSigned.Sign(SignedType.Enrolment, PayloadOf(good), key, null);

        Assert.Equal(Refusal.None, Enrolment.TryVerify(good, trust, out Enrolment? read));
        Assert.Equal(third.Public.Kid, read!.Key.Kid);
        Assert.Equal(Refusal.ControlSigners, Enrolment.TryVerify(alone, trust, out _));
        Assert.Equal(Refusal.ForeignKey, Enrolment.TryVerify(NewEnrolment("", "").Sign(key, third), trust, out _));
        Assert.Equal(Refusal.ControlSigners, Enrolment.TryVerify(NewEnrolment("", "").Sign(key, key), trust, out _));
    }

    [Fact]
    public void Rules_are_confirmed_by_both_roles()
    {
        var trust = new ControlTrust(key.Public, second.Public);
        var confirmation = new RulesConfirmation("GB", Hash32.Of([1]), 5, "counsel");

        Assert.Equal(
            Refusal.None, RulesConfirmation.TryVerify(confirmation.Sign(key, second), trust, out var read));
        Assert.Equal(confirmation, read);
        Assert.NotEqual(
            Refusal.None, RulesConfirmation.TryVerify(confirmation.Sign(third, second), trust, out _));
    }

    [Fact]
    public void Log_entries_and_checkpoints_are_read_as_they_were_written()
    {
        var entry = new LogEntry
        {
            Kind = LogKind.Release, UtcUs = 7, Request = Id16.New(random.NextBytes), Actor = LogActor.Warden,
            Commitment = LogEntry.CommitmentOf(new byte[32], [1]), Purpose = 2, Batches = 3, Records = 4, RefersTo = 5,
        };
        var checkpoint = new LogCheckpoint(Id16.New(random.NextBytes), 9, Hash32.Of([2]), 8);

        Assert.Equal(Refusal.None, LogEntry.TryDecode(entry.Encode(), out LogEntry? read));
        Assert.Equal(entry, read);
        Assert.Equal(
            Refusal.None, LogCheckpoint.TryVerify(checkpoint.Sign(key).Bytes, key.Public, out LogCheckpoint? seen));
        Assert.Equal(checkpoint, seen);
        Assert.Equal(
            Refusal.ForeignKey, LogCheckpoint.TryVerify(checkpoint.Sign(second).Bytes, key.Public, out _));
    }

    [Fact]
    public void A_commitment_opens_with_its_nonce_and_content_alone()
    {
        Hash32 made = LogEntry.CommitmentOf(Enumerable.Repeat((byte)1, 32).ToArray(), [1, 2]);

        Assert.NotEqual(made, LogEntry.CommitmentOf(Enumerable.Repeat((byte)2, 32).ToArray(), [1, 2]));
        Assert.NotEqual(made, LogEntry.CommitmentOf(Enumerable.Repeat((byte)1, 32).ToArray(), [1, 3]));
    }

    [Fact]
    public void A_content_key_opens_in_its_place_and_for_its_process_alone()
    {
        var own = RecipientKey.New(1, 0, KeyRole.WardenA, random.NextBytes);
        var other = RecipientKey.New(1, 0, KeyRole.WardenA, random.NextBytes);
        Id16 request = Id16.New(random.NextBytes);
        var place = new ReleasedSection(Hash32.Of([3]), 1);
        byte[] content = new byte[ContentKeys.Size];
        random.NextBytes(content);
        byte[] made = ContentKeys.Seal(content, request, place, own.Public, random.NextBytes);
        byte[] read = new byte[ContentKeys.Size];

        Assert.True(ContentKeys.TryOpen(made, request, place, own, read));
        Assert.Equal(content, read);
        Assert.False(ContentKeys.TryOpen(made, request, place, other, read));
        Assert.False(ContentKeys.TryOpen(made, Id16.New(random.NextBytes), place, own, read));
        Assert.False(ContentKeys.TryOpen(made, request, place with { Section = 2 }, own, read));
    }

    [Fact]
    public void An_authenticator_signs_what_a_command_line_would()
    {
        byte[] payload = NewRequest().Encode();

        Assert.True(IsSigned(Assertion(payload), NewEnrolment(Party, Origin)));
    }

    [Theory]
    [InlineData("challenge")]
    [InlineData("origin")]
    [InlineData("party")]
    [InlineData("type")]
    [InlineData("unverified")]
    [InlineData("payload")]
    [InlineData("signature")]
    public void An_assertion_that_is_not_for_this_very_payload_person_and_place_is_none(string wrong)
    {
        byte[] payload = NewRequest().Encode();

        Assert.False(IsSigned(Assertion(payload, wrong), NewEnrolment(Party, Origin)));
    }

    [Fact]
    public void A_key_of_one_kind_does_not_sign_in_the_form_of_the_other()
    {
        byte[] payload = NewRequest().Encode();
        byte[] signed = SignedObject.Sign(SignedType.Request, payload, third).Bytes;

        Assert.True(IsSigned(signed, NewEnrolment("", "")));
        Assert.False(IsSigned(signed, NewEnrolment(Party, Origin)));
        Assert.False(IsSigned(Assertion(payload), NewEnrolment("", "")));
    }

    private static Refusal Decode(Request request) => Request.TryDecode(request.Encode(), out _);

    private static bool IsSigned(byte[] bytes, Enrolment person) =>
        PersonSigned.TryRead(SignedType.Request, bytes, out PersonSigned? signed) == Refusal.None
        && signed!.IsSignedBy(person);

    private static ReadOnlySpan<byte> PayloadOf(byte[] twoSigned)
    {
        CborStrict.TryRead(twoSigned, 1 << 20, out CborItem? list);
        SignedObject.TryRead(SignedType.Enrolment, list!.Items[0], out SignedObject? signed);
        return signed!.Payload.Span;
    }

    private byte[] Assertion(byte[] payload, string wrong = "")
    {
        Hash32 id = PersonSigned.IdOf(SignedType.Request, payload, third.Public.Kid);
        byte[] challenge = wrong == "challenge" ? new byte[32] : id.ToArray();
        string client = "{\"type\":\"" + (wrong == "type" ? "webauthn.create" : "webauthn.get")
            + "\",\"challenge\":\"" + System.Buffers.Text.Base64Url.EncodeToString(challenge)
            + "\",\"origin\":\"" + (wrong == "origin" ? "https://other.example" : Origin) + "\"}";
        byte[] clientData = Encoding.UTF8.GetBytes(client);
        byte[] party = SHA256.HashData(Encoding.UTF8.GetBytes(wrong == "party" ? "other.example" : Party));
        byte[] data = [.. party, wrong == "unverified" ? (byte)1 : (byte)5, 0, 0, 0, 1];
        byte[] signature = new byte[64];
        third.Sign(SHA256.HashData([.. data, .. SHA256.HashData(clientData)]), signature);
        signature[5] ^= wrong == "signature" ? (byte)1 : (byte)0;
        byte[] kept = wrong == "payload" ? (NewRequest() with { Questions = 99 }).Encode() : payload;
        return PersonSigned.OfAssertion(kept, third.Public.Kid, data, clientData, signature);
    }

    private Enrolment NewEnrolment(string party, string origin) => new()
    {
        Number = 1,
        Person = new Id16(1, 2),
        Label = "officer",
        Authority = "County Police",
        Kind = "police",
        Office = "",
        Roles = PersonRoles.Requester,
        Key = third.Public,
        FromUtcUs = 1,
        UntilUtcUs = 2,
        RelyingParty = party,
        Origin = origin,
    };

    private static Request NewRequest() => new()
    {
        Id = new Id16(3, 4),
        Notice = new Id16(5, 6),
        Jurisdiction = "GB",
        Authority = "County Police",
        LegalBasis = "the Act",
        Purpose = 1,
        Case = "case 1",
        Statements = [new("necessity", "why"), new("proportionality", "how far")],
        Offence = new RequestOffence("threats", true, 10, ["listed_crime"]),
        IsSensitiveProfession = false,
        Scope = new Scope
        {
            Addresses = [new(Ip.FromV4(0xC0000201), 0, 0), new(new Ip(0x20010DB8_00000000, 1), 443, 6)],
            Lines = ["line-1"],
            Services = ["example.org"],
            Remotes = [Ip.FromV4(0xC6336407)],
        },
        FromUtcUs = 1,
        ToUtcUs = 2,
        Urgency = RequestUrgency.Written,
        MadeUtcUs = 3,
        ExpiresUtcUs = 4,
        NotifyUtcUs = 5,
        Requester = new Id16(1, 2),
        Questions = 6,
        Candidates = 7,
        SealTo = null,
    };
}
