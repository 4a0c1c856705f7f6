using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// A payload that a person signed: obj(T) made on a command line, or the assertion of a WebAuthn authenticator (Web
/// Authentication Level 2, section 6.3.3) whose challenge is the id that obj(T) would have:
/// <c>[kid, payload, authenticator data, client data, signature]</c>. Both sign the same id.
/// </summary>
public sealed class PersonSigned
{
    private const int AssertionParts = 5;

    private readonly SignedObject? signed;

    private PersonSigned(SignedObject signed)
    {
        this.signed = signed;
        Kid = signed.Kid;
        Payload = signed.Payload;
        Id = signed.Id;
    }

    private PersonSigned(SignedType type, Fields parts)
    {
        Kid = parts.Kid();
        Payload = parts.Bytes(0, Limits.SignedObjectBytesMax);
        ReadOnlyMemory<byte> data = parts.Bytes(Wire.Assertion.AuthenticatorDataMin, Limits.WebAuthnBytesMax);
        ReadOnlyMemory<byte> clientData = parts.Bytes(0, Limits.WebAuthnBytesMax);
        Assertion = new Assertion(data, clientData, parts.Bytes(P256.SignatureSize, P256.SignatureSize));
        Id = IdOf(type, Payload.Span, Kid);
    }

    /// <summary>Key that claims to have signed.</summary>
    public KeyId Kid { get; }

    /// <summary>The signed bytes; nothing is known about them before the signature is.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>What was signed: SHA-256 of the Sig_structure.</summary>
    public Hash32 Id { get; }

    /// <summary>The authenticator's answer; null for an object of the command line.</summary>
    public Assertion? Assertion { get; }

    /// <summary>Id of a payload under a key: what an authenticator is given as its challenge.</summary>
    public static Hash32 IdOf(SignedType type, ReadOnlySpan<byte> payload, KeyId kid) => Hash32.Of(
        SignedObject.SigStructure(SignedObject.ProtectedHeader(type, kid), SignedObject.Aad(type), payload));

    /// <summary>Puts an authenticator's answer into the form that is kept.</summary>
    /// <param name="payload">Bytes whose id was the challenge.</param>
    /// <param name="kid">Key of the authenticator.</param>
    /// <param name="authenticatorData">As the browser gave it.</param>
    /// <param name="clientData">clientDataJSON as the browser gave it.</param>
    /// <param name="signature">r and s, 64 bytes; of DER by <see cref="Wire.Assertion.TryReadDer"/>.</param>
    public static byte[] OfAssertion(
        ReadOnlySpan<byte> payload,
        KeyId kid,
        ReadOnlySpan<byte> authenticatorData,
        ReadOnlySpan<byte> clientData,
        ReadOnlySpan<byte> signature)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(AssertionParts);
        writer.Write(kid);
        writer.WriteByteString(payload);
        writer.WriteByteString(authenticatorData);
        writer.WriteByteString(clientData);
        writer.WriteByteString(signature);
        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Reads either form without checking the signature; never throws on bad input.</summary>
    public static Refusal TryRead(SignedType type, ReadOnlyMemory<byte> bytes, out PersonSigned? read)
    {
        read = null;
        Refusal refusal = CborStrict.TryRead(bytes, 2 * Limits.SignedObjectBytesMax, out CborItem? item);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        if (item!.Kind == CborKind.Array)
        {
            Fields parts = Fields.OfArray(item, AssertionParts);
            var assertion = new PersonSigned(type, parts);
            read = parts.Ok ? assertion : null;
            return parts.Ok ? Refusal.None : Refusal.WrongStructure;
        }

        refusal = SignedObject.TryRead(type, item, out SignedObject? signed);
        read = refusal == Refusal.None ? new PersonSigned(signed!) : null;
        return refusal;
    }

    /// <summary>True where the enrolled person's key signed this very object.</summary>
    public bool IsSignedBy(Enrolment person)
    {
        if (person.Key.Kid != Kid)
        {
            return false;
        }

        // A key of the one kind does not sign in the other form.
        return signed is null
            ? person.RelyingParty.Length > 0 && Assertion!.Check(Id, person) == AssertionFault.None
            : person.RelyingParty.Length == 0 && signed.IsSignedBy(person.Key);
    }
}
