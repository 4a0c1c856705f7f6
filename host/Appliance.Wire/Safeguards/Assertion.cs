using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Appliance.Wire;

/// <summary>What is wrong with an authenticator's answer; the first check that fails.</summary>
public enum AssertionFault : byte
{
    None,

    /// <summary>Authenticator data or client data have not the form that they must have.</summary>
    Form,

    /// <summary>It was made for another relying party.</summary>
    RelyingParty,

    /// <summary>Nobody touched the authenticator.</summary>
    NotPresent,

    /// <summary>The authenticator did not verify the person by PIN or biometry.</summary>
    NotVerified,

    /// <summary>It answers another ceremony, for example a registration.</summary>
    Type,

    /// <summary>Another page asked for it, or a page within another one.</summary>
    Origin,

    /// <summary>It is over another challenge: another digest, or an earlier login.</summary>
    Challenge,

    /// <summary>The key that is enrolled did not sign it.</summary>
    Signature,
}

/// <summary>
/// The answer of a WebAuthn authenticator to one challenge (Web Authentication Level 2, sections 6.1, 6.3.3 and 7.2),
/// over P-256 with SHA-256 alone. Immutable.
/// </summary>
/// <param name="AuthenticatorData">As the browser gave it, at least 37 bytes.</param>
/// <param name="ClientData">clientDataJSON as the browser gave it.</param>
/// <param name="Signature">r and s, 64 bytes.</param>
public sealed record Assertion(
    ReadOnlyMemory<byte> AuthenticatorData, ReadOnlyMemory<byte> ClientData, ReadOnlyMemory<byte> Signature)
{
    internal const int AuthenticatorDataMin = 37;
    internal const byte Present = 0x01;
    internal const byte Verified = 0x04;
    private const int FlagsAt = Hash32.Size;
    private const int CountAt = FlagsAt + 1;

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>
    /// Signatures that the authenticator counted so far; 0 always for one that does not count. One that does not grow
    /// tells of a copied key (section 6.1.1). Believe it after <see cref="Check"/> alone.
    /// </summary>
    public uint SignCount => BinaryPrimitives.ReadUInt32BigEndian(AuthenticatorData.Span[CountAt..]);

    /// <summary>Reads a signature in DER, as browsers give it (ASN.1 of RFC 3279 section 2.2.3), as r and s.</summary>
    public static bool TryReadDer(ReadOnlySpan<byte> der, out byte[] signature)
    {
        // SEQUENCE of two INTEGERs of at most 33 bytes each: every length fits one byte.
        signature = new byte[P256.SignatureSize];
        if (der.Length < 8 || der[0] != 0x30 || der[1] != der.Length - 2)
        {
            return false;
        }

        ReadOnlySpan<byte> rest = der[2..];
        return TryInteger(ref rest, signature.AsSpan(0, P256.ScalarSize))
            && TryInteger(ref rest, signature.AsSpan(P256.ScalarSize))
            && rest.Length == 0;
    }

    /// <summary>Whether the person's enrolled key answered this very challenge, and the person was verified.</summary>
    /// <param name="challenge">What the authenticator was given.</param>
    /// <param name="person">Whose key, relying party and origin count.</param>
    public AssertionFault Check(Hash32 challenge, Enrolment person)
    {
        ReadOnlySpan<byte> data = AuthenticatorData.Span;
        AssertionFault fault = CheckData(data, person.RelyingParty);
        fault = fault == AssertionFault.None
            ? CheckClient(ClientData, "webauthn.get", challenge, person.Origin)
            : fault;
        if (fault != AssertionFault.None)
        {
            return fault;
        }

        byte[] message = [.. data, .. SHA256.HashData(ClientData.Span)];
        return person.Key.Verify(SHA256.HashData(message), Signature.Span)
            ? AssertionFault.None
            : AssertionFault.Signature;
    }

    internal static AssertionFault CheckData(ReadOnlySpan<byte> data, string relyingParty)
    {
        if (data.Length < AuthenticatorDataMin)
        {
            return AssertionFault.Form;
        }

        Span<byte> party = stackalloc byte[Hash32.Size];
        SHA256.HashData(Encoding.UTF8.GetBytes(relyingParty), party);
        return !data[..FlagsAt].SequenceEqual(party) ? AssertionFault.RelyingParty
            : (data[FlagsAt] & Present) == 0 ? AssertionFault.NotPresent
            : (data[FlagsAt] & Verified) == 0 ? AssertionFault.NotVerified
            : AssertionFault.None;
    }

    internal static AssertionFault CheckClient(
        ReadOnlyMemory<byte> clientData, string type, Hash32 challenge, string origin)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(clientData, Strict);
            JsonElement root = document.RootElement;
            return root.ValueKind != JsonValueKind.Object ? AssertionFault.Form
                : !Is(root, "type", type) ? AssertionFault.Type
                : !Is(root, "origin", origin) || IsFramed(root) ? AssertionFault.Origin
                : !Is(root, "challenge", Base64Url.EncodeToString(challenge.ToArray())) ? AssertionFault.Challenge
                : AssertionFault.None;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException)
        {
            // The latter for texts that are no UTF-16, such as half of a surrogate pair.
            return AssertionFault.Form;
        }
    }

    // A page within another one could be laid over with something else than what is signed.
    private static bool IsFramed(JsonElement root) =>
        root.TryGetProperty("topOrigin", out _)
        || (root.TryGetProperty("crossOrigin", out JsonElement cross) && cross.ValueKind != JsonValueKind.False);

    private static bool Is(JsonElement root, string name, string wanted) =>
        root.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
        && value.GetString() == wanted;

    private static bool TryInteger(ref ReadOnlySpan<byte> rest, Span<byte> destination)
    {
        if (rest.Length < 3 || rest[0] != 0x02 || rest[1] == 0 || rest[1] > rest.Length - 2)
        {
            return false;
        }

        ReadOnlySpan<byte> integer = rest.Slice(2, rest[1]);
        rest = rest[(2 + integer.Length)..];
        bool isPadded = integer.Length > 1 && integer[0] == 0;
        bool isCanonical = integer[0] < 0x80 && (!isPadded || integer[1] >= 0x80);
        integer = isPadded ? integer[1..] : integer;
        if (!isCanonical || integer.Length > destination.Length)
        {
            return false;
        }

        integer.CopyTo(destination[(destination.Length - integer.Length)..]);
        return true;
    }
}
