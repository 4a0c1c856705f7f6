using System.Buffers.Binary;
using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// A key that a WebAuthn authenticator made (Web Authentication Level 2, sections 6.5 and 7.1): ES256 over P-256 and
/// nothing else. Which make the authenticator is of is not asked for; who enrols the key answers for that.
/// </summary>
/// <param name="Key">The public key.</param>
/// <param name="Credential">Name by which the authenticator finds it again, at most 1023 bytes.</param>
/// <param name="SignCount">Signatures counted so far.</param>
public sealed record Registration(PublicKey Key, ReadOnlyMemory<byte> Credential, uint SignCount)
{
    // Authenticator data: hash of the relying party, flags, count; AAGUID; length of the credential's name; the name.
    private const int CountAt = 33;
    private const int LengthAt = 53;
    private const int CredentialAt = 55;
    private const int CredentialMax = 1023;
    private const byte HasKey = 0x40;

    // COSE key: kty EC2, alg ES256, crv P-256 (RFC 9053 section 7.1.1).
    private const int KeyType = 2;
    private const int Algorithm = -7;
    private const int Curve = 1;

    /// <summary>Reads what the browser gave; never throws on bad input.</summary>
    /// <param name="attestation">The attestation object.</param>
    /// <param name="clientData">clientDataJSON.</param>
    /// <param name="challenge">What the authenticator was given.</param>
    /// <param name="relyingParty">Relying party id, a host name.</param>
    /// <param name="origin">Origin of the page.</param>
    /// <param name="made">The key; only there where the result is None.</param>
    public static AssertionFault TryRead(
        ReadOnlyMemory<byte> attestation,
        ReadOnlyMemory<byte> clientData,
        Hash32 challenge,
        string relyingParty,
        string origin,
        out Registration? made)
    {
        made = null;
        AssertionFault fault = Assertion.CheckClient(clientData, "webauthn.create", challenge, origin);
        if (fault != AssertionFault.None)
        {
            return fault;
        }

        try
        {
            byte[]? data = AuthenticatorDataOf(attestation);
            fault = data is null ? AssertionFault.Form : Assertion.CheckData(data, relyingParty);
            made = fault == AssertionFault.None ? Read(data!) : null;
            return fault != AssertionFault.None ? fault : made is null ? AssertionFault.Form : AssertionFault.None;
        }
        catch (Exception wrong) when (wrong is CborContentException or InvalidOperationException or OverflowException)
        {
            return AssertionFault.Form;
        }
    }

    private static byte[]? AuthenticatorDataOf(ReadOnlyMemory<byte> attestation)
    {
        var reader = new CborReader(attestation, CborConformanceMode.Ctap2Canonical);
        byte[]? data = null;
        for (int left = reader.ReadStartMap() ?? 0; left > 0; left--)
        {
            if (reader.ReadTextString() == "authData")
            {
                data = reader.ReadByteString();
            }
            else
            {
                reader.SkipValue();
            }
        }

        reader.ReadEndMap();
        return reader.BytesRemaining == 0 ? data : null;
    }

    private static Registration? Read(ReadOnlyMemory<byte> data)
    {
        ReadOnlySpan<byte> bytes = data.Span;
        if ((bytes[CountAt - 1] & HasKey) == 0 || bytes.Length < CredentialAt)
        {
            return null;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(bytes[LengthAt..]);
        if (length is 0 or > CredentialMax || bytes.Length < CredentialAt + length)
        {
            return null;
        }

        // Extensions may follow the key, and say nothing that is asked for.
        var reader = new CborReader(
            data[(CredentialAt + length)..], CborConformanceMode.Ctap2Canonical, allowMultipleRootLevelValues: true);
        return ReadKey(reader) is { } key
            ? new Registration(
                key,
                data.Slice(CredentialAt, length),
                BinaryPrimitives.ReadUInt32BigEndian(bytes[CountAt..]))
            : null;
    }

    private static PublicKey? ReadKey(CborReader reader)
    {
        bool good = reader.ReadStartMap() == 5;
        good = good && reader.ReadInt32() == 1 && reader.ReadInt32() == KeyType;
        good = good && reader.ReadInt32() == 3 && reader.ReadInt32() == Algorithm;
        good = good && reader.ReadInt32() == -1 && reader.ReadInt32() == Curve;
        if (!good || reader.ReadInt32() != -2)
        {
            return null;
        }

        byte[] x = reader.ReadByteString();
        if (reader.ReadInt32() != -3)
        {
            return null;
        }

        byte[] y = reader.ReadByteString();
        reader.ReadEndMap();
        return x.Length == P256.ScalarSize && y.Length == P256.ScalarSize
            && PublicKey.TryFromPoint((byte[])[4, .. x, .. y], out PublicKey? key)
                ? key
                : null;
    }
}
