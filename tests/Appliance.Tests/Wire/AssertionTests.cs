using System.Text;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

/// <summary>What an authenticator answers, and everything that it might answer instead.</summary>
public sealed class AssertionTests : IDisposable
{
    private static readonly Hash32 Challenge = Hash32.Of("what is signed"u8);

    private readonly Random random = new(23);
    private readonly SoftKey key;

    public AssertionTests() => key = new SoftKey(Draw);

    public void Dispose() => key.Dispose();

    [Fact]
    public void An_answer_to_this_very_challenge_by_the_enrolled_key_is_good()
    {
        key.Count = 0x01020304;

        Assertion answer = key.Answer(Challenge);

        Assert.Equal((AssertionFault.None, 0x01020304u), (answer.Check(Challenge, Person()), answer.SignCount));
    }

    [Theory]
    [InlineData("party", AssertionFault.RelyingParty)]
    [InlineData("untouched", AssertionFault.NotPresent)]
    [InlineData("unverified", AssertionFault.NotVerified)]
    [InlineData("type", AssertionFault.Type)]
    [InlineData("origin", AssertionFault.Origin)]
    [InlineData("port", AssertionFault.Origin)]
    [InlineData("framed", AssertionFault.Origin)]
    [InlineData("top", AssertionFault.Origin)]
    [InlineData("twice", AssertionFault.Form)]
    [InlineData("challenge", AssertionFault.Challenge)]
    [InlineData("key", AssertionFault.Signature)]
    [InlineData("data", AssertionFault.Signature)]
    [InlineData("client", AssertionFault.Signature)]
    [InlineData("short", AssertionFault.Form)]
    [InlineData("signature", AssertionFault.Signature)]
    public void Each_thing_that_can_be_wrong_is_refused_by_its_name(string wrong, AssertionFault fault)
    {
        key.Party = wrong == "party" ? "icr.example.org" : key.Party;
        key.Flags = wrong switch { "untouched" => SoftKey.Verified, "unverified" => SoftKey.Present, _ => key.Flags };
        key.Type = wrong == "type" ? "webauthn.create" : key.Type;
        key.Origin = wrong switch { "origin" => "http://icr.example", "port" => key.Origin + ":444", _ => key.Origin };
        key.More = wrong switch
        {
            "framed" => ",\"crossOrigin\":true",
            "top" => ",\"crossOrigin\":false,\"topOrigin\":\"https://other.example\"",
            "twice" => ",\"origin\":\"https://icr.example\"",
            _ => "",
        };

        Assertion good = key.Answer(wrong == "challenge" ? Hash32.Of("something else"u8) : Challenge);
        Assertion answer = wrong switch
        {
            "data" => good with { AuthenticatorData = Changed(good.AuthenticatorData, 36) },
            "client" => good with { ClientData = (byte[])[.. good.ClientData.Span, (byte)' '] },
            "short" => good with { AuthenticatorData = good.AuthenticatorData[..36] },
            "signature" => good with { Signature = Changed(good.Signature, 63) },
            _ => good,
        };
        using var other = new SoftKey(Draw);
        Enrolment person = wrong == "key" ? Person() with { Key = other.Public } : Person();

        Assert.Equal(fault, answer.Check(Challenge, person));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"type\":\"webauthn.get\"")]
    [InlineData("{\"type\":\"webauthn.get\"} x")]
    [InlineData("{\"type\":7}")]
    [InlineData("{\"type\":\"webauthn.get\",\"origin\":\"\\ud800\"}")]
    [InlineData("\u00ff")]
    public void Client_data_that_is_not_what_a_browser_writes_is_refused_and_nothing_is_thrown(string text)
    {
        Assertion answer = key.Answer(Challenge) with { ClientData = Encoding.Latin1.GetBytes(text) };

        Assert.Contains(answer.Check(Challenge, Person()), new[] { AssertionFault.Form, AssertionFault.Type });
    }

    [Fact]
    public void A_signature_in_DER_is_read_and_any_other_form_of_it_is_not()
    {
        for (int round = 0; round < 200; round++)
        {
            (byte[] data, byte[] client, byte[] der) = key.Get(Challenge.ToArray());

            Assert.True(Assertion.TryReadDer(der, out byte[] signature));
            Assert.Equal(AssertionFault.None, new Assertion(data, client, signature).Check(Challenge, Person()));
            Assert.False(Assertion.TryReadDer([.. der, 0], out _));
            Assert.False(Assertion.TryReadDer(der.AsSpan(0, der.Length - 1), out _));
        }

        // A zero in front, a negative number, a length in two bytes.
        Assert.False(Assertion.TryReadDer(Convert.FromHexString("30080203000001020101"), out _));
        Assert.False(Assertion.TryReadDer(Convert.FromHexString("3006020181020101"), out _));
        Assert.False(Assertion.TryReadDer(Convert.FromHexString("308106020101020101"), out _));
        Assert.True(Assertion.TryReadDer(Convert.FromHexString("3006020101020101"), out _));
    }

    [Fact]
    public void A_key_made_in_a_browser_is_read_with_its_name_and_count()
    {
        key.Count = 9;
        (byte[] attestation, byte[] client) = key.Create(Challenge.ToArray());

        AssertionFault fault = Registration.TryRead(
            attestation, client, Challenge, key.Party, key.Origin, out Registration? made);

        Assert.Equal((AssertionFault.None, 9u), (fault, made!.SignCount));
        Assert.Equal(key.Point, made.Key.Point.ToArray());
        Assert.Equal(key.Credential, made.Credential.ToArray());
    }

    [Theory]
    [InlineData("algorithm", AssertionFault.Form)]
    [InlineData("assertion", AssertionFault.Type)]
    [InlineData("party", AssertionFault.RelyingParty)]
    [InlineData("unverified", AssertionFault.NotVerified)]
    [InlineData("challenge", AssertionFault.Challenge)]
    [InlineData("origin", AssertionFault.Origin)]
    public void A_key_made_for_something_else_is_refused(string wrong, AssertionFault fault)
    {
        key.Flags = wrong == "unverified" ? SoftKey.Present : key.Flags;
        (byte[] attestation, byte[] client) = key.Create(
            Challenge.ToArray(), wrong == "algorithm" ? -257 : -7);
        byte[] given = wrong == "assertion" ? key.Get(Challenge.ToArray()).Client : client;

        Assert.Equal(fault, Registration.TryRead(
            attestation,
            given,
            wrong == "challenge" ? Hash32.Of("x"u8) : Challenge,
            wrong == "party" ? "example" : key.Party,
            wrong == "origin" ? "https://example" : key.Origin,
            out _));
    }

    [Fact]
    public void Every_cut_and_every_changed_byte_of_an_attestation_is_refused_or_harmless_and_none_throws()
    {
        (byte[] attestation, byte[] client) = key.Create(Challenge.ToArray());
        for (int length = 0; length < attestation.Length; length++)
        {
            Assert.NotEqual(AssertionFault.None, Read(attestation.AsMemory(0, length), client, out _));
        }

        for (int at = 0; at < attestation.Length; at++)
        {
            for (int bit = 0; bit < 8; bit++)
            {
                byte[] changed = [.. attestation];
                changed[at] ^= (byte)(1 << bit);
                AssertionFault fault = Read(changed, client, out Registration? made);

                // Nothing signs an attestation of the form "none": what must hold is that a key is a point or none.
                Assert.Equal(fault == AssertionFault.None, made is not null);
            }
        }
    }

    /// <summary>Made by Chromium 156 with a virtual authenticator: nothing of it is this project's.</summary>
    [Fact]
    public void What_Chromium_made_is_read_and_verified()
    {
        ChromiumVector made = ChromiumVector.Read();

        AssertionFault created = Registration.TryRead(
            made.Attestation, made.CreateClient, made.CreateChallenge, made.Party, made.Origin, out Registration? its);
        Assert.Equal(AssertionFault.None, created);
        Assert.True(Assertion.TryReadDer(made.Der, out byte[] signature));
        var answer = new Assertion(made.Data, made.GetClient, signature);
        Enrolment person = Person() with { Key = its!.Key, RelyingParty = made.Party, Origin = made.Origin };

        Assert.Equal(AssertionFault.None, answer.Check(made.GetChallenge, person));
        Assert.Equal(AssertionFault.Challenge, answer.Check(made.CreateChallenge, person));
        Assert.Equal(made.Credential, Convert.ToHexStringLower(its.Credential.Span));
        Assert.True(answer.SignCount > its.SignCount);
    }

    private AssertionFault Read(ReadOnlyMemory<byte> attestation, byte[] client, out Registration? made) =>
        Registration.TryRead(attestation, client, Challenge, key.Party, key.Origin, out made);

    private byte[] Draw(int count)
    {
        byte[] drawn = new byte[count];
        random.NextBytes(drawn);
        return drawn;
    }

    private static byte[] Changed(ReadOnlyMemory<byte> bytes, int at)
    {
        byte[] changed = bytes.ToArray();
        changed[at] ^= 1;
        return changed;
    }

    private Enrolment Person() => new()
    {
        Number = 1,
        Person = new Id16(1, 2),
        Label = "officer",
        Authority = "County Police",
        Kind = "police",
        Office = "",
        Roles = PersonRoles.Requester,
        Key = key.Public,
        FromUtcUs = 0,
        UntilUtcUs = ulong.MaxValue,
        RelyingParty = "icr.example",
        Origin = "https://icr.example",
    };
}
