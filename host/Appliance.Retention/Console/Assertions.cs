using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>Reads what a browser's key answered, and says in words what is wrong with it.</summary>
internal static class Assertions
{
    /// <summary>The answer in a form, or null where its fields are no bytes.</summary>
    public static Assertion? Read(Visit visit) =>
        visit.Bytes("data", Limits.WebAuthnBytesMax) is { Length: > 36 } data
        && visit.Bytes("client", Limits.WebAuthnBytesMax) is { } client
        && visit.Bytes("signature", Limits.WebAuthnBytesMax) is { } der
        && Assertion.TryReadDer(der, out byte[] signature)
            ? new Assertion(data, client, signature)
            : null;

    /// <summary>Whether the person's key answered this challenge, and counted on; null where all is well.</summary>
    public static OrderRefusal? Check(Visit visit, Assertion? answer, Hash32 challenge, Enrolment person)
    {
        AssertionFault fault = answer?.Check(challenge, person) ?? AssertionFault.Form;
        return fault == AssertionFault.None
            ? visit.Parts.Counts.Advance(person.Key.Kid, answer!.SignCount)
            : Refusal(fault);
    }

    public static OrderRefusal Refusal(AssertionFault fault) => fault switch
    {
        AssertionFault.RelyingParty => new("webauthn.party", "the key answered for another host than this one"),
        AssertionFault.NotPresent => new("webauthn.present", "nobody touched the key; try again and touch it"),
        AssertionFault.NotVerified => new(
            "webauthn.verified", "the key did not verify you; set a PIN or a fingerprint on it and try again"),
        AssertionFault.Type => new("webauthn.type", "the key answered another ceremony than this one"),
        AssertionFault.Origin => new("webauthn.origin", "another page asked the key, not this one"),
        AssertionFault.Challenge => new(
            "webauthn.challenge", "the key signed something else than what is shown here; nothing was done"),
        AssertionFault.Signature => new("webauthn.signature", "the signature is not of the key that is enrolled"),
        _ => new("webauthn.form", "the browser did not hand over a key's answer; try again with script allowed"),
    };
}
