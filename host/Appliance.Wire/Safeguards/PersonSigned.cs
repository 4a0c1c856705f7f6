using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Appliance.Wire;

/// <summary>
/// A payload that a person signed: obj(T) made on a command line, or the assertion of a WebAuthn authenticator (Web
/// Authentication Level 2, section 6.3.3) whose challenge is the id that obj(T) would have:
/// <c>[kid, payload, authenticator data, client data, signature]</c>. Both sign the same id.
/// </summary>
public sealed class PersonSigned
{
    private const int AssertionParts = 5;
    private const int AuthenticatorDataMin = 37;

    // Flags of the authenticator data: the person was there, and was verified (section 6.1).
    private const byte PresentAndVerified = 0x05;

    private readonly SignedObject? signed;
    private readonly ReadOnlyMemory<byte> authenticatorData;
    private readonly ReadOnlyMemory<byte> clientData;
    private readonly ReadOnlyMemory<byte> signature;

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
        authenticatorData = parts.Bytes(AuthenticatorDataMin, Limits.WebAuthnBytesMax);
        clientData = parts.Bytes(0, Limits.WebAuthnBytesMax);
        signature = parts.Bytes(P256.SignatureSize, P256.SignatureSize);
        Id = IdOf(type, Payload.Span, Kid);
    }

    /// <summary>Key that claims to have signed.</summary>
    public KeyId Kid { get; }

    /// <summary>The signed bytes; nothing is known about them before the signature is.</summary>
    public ReadOnlyMemory<byte> Payload { get; }

    /// <summary>What was signed: SHA-256 of the Sig_structure.</summary>
    public Hash32 Id { get; }

    /// <summary>Id of a payload under a key: what an authenticator is given as its challenge.</summary>
    public static Hash32 IdOf(SignedType type, ReadOnlySpan<byte> payload, KeyId kid) => Hash32.Of(
        SignedObject.SigStructure(SignedObject.ProtectedHeader(type, kid), SignedObject.Aad(type), payload));

    /// <summary>Puts an authenticator's answer into the form that is kept.</summary>
    /// <param name="payload">Bytes whose id was the challenge.</param>
    /// <param name="kid">Key of the authenticator.</param>
    /// <param name="authenticatorData">As the browser gave it.</param>
    /// <param name="clientData">clientDataJSON as the browser gave it.</param>
    /// <param name="signature">r and s, 64 bytes; a browser gives DER, which the caller has converted.</param>
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
            ? person.RelyingParty.Length > 0 && IsAsserted(person)
            : person.RelyingParty.Length == 0 && signed.IsSignedBy(person.Key);
    }

    private bool IsAsserted(Enrolment person)
    {
        Span<byte> party = stackalloc byte[Hash32.Size];
        SHA256.HashData(Encoding.UTF8.GetBytes(person.RelyingParty), party);
        ReadOnlySpan<byte> data = authenticatorData.Span;
        if (!data[..Hash32.Size].SequenceEqual(party)
            || (data[Hash32.Size] & PresentAndVerified) != PresentAndVerified
            || !IsClientData(person.Origin))
        {
            return false;
        }

        byte[] message = [.. data, .. SHA256.HashData(clientData.Span)];
        return person.Key.Verify(SHA256.HashData(message), signature.Span);
    }

    private bool IsClientData(string origin)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(clientData);
            JsonElement root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && Is(root, "type", "webauthn.get")
                && Is(root, "origin", origin)
                && Is(root, "challenge", Challenge());
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private string Challenge()
    {
        Span<byte> id = stackalloc byte[Hash32.Size];
        Id.Write(id);
        return Base64Url.EncodeToString(id);
    }

    private static bool Is(JsonElement root, string name, string wanted) =>
        root.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() == wanted;
}
