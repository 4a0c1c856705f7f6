using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using Appliance.Wire;

namespace Appliance.Tests.Wire;

/// <summary>
/// A WebAuthn authenticator and its browser in software: answers as they do, and can be told to answer wrongly.
/// </summary>
internal sealed class SoftKey(Func<int, byte[]> random) : IDisposable
{
    public const byte Present = 1;
    public const byte Verified = 4;
    public const byte HasKey = 0x40;

    private readonly ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public string Party { get; set; } = "icr.example";

    public string Origin { get; set; } = "https://icr.example";

    public byte Flags { get; set; } = Present | Verified;

    public uint Count { get; set; }

    public string Type { get; set; } = "webauthn.get";

    /// <summary>More members of the client data, beginning with a comma.</summary>
    public string More { get; set; } = "";

    /// <summary>Person that the credential was made for; what the authenticator hands back at a login.</summary>
    public Id16 Person { get; set; }

    public byte[] Credential { get; } = random(16);

    public byte[] Point
    {
        get
        {
            ECPoint q = key.ExportParameters(includePrivateParameters: false).Q;
            return [4, .. q.X!, .. q.Y!];
        }
    }

    public PublicKey Public =>
        PublicKey.TryFromPoint(Point, out PublicKey? made) ? made : throw new CryptographicException();

    /// <summary>Answers a challenge; the signature is DER, as a browser gives it.</summary>
    public (byte[] Data, byte[] Client, byte[] Der) Get(ReadOnlySpan<byte> challenge)
    {
        byte[] data = Data(Flags);
        byte[] client = Client(Type, challenge);
        byte[] der = key.SignData(
            [.. data, .. SHA256.HashData(client)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return (data, client, der);
    }

    public Assertion Answer(Hash32 challenge)
    {
        (byte[] data, byte[] client, byte[] der) = Get(challenge.ToArray());
        return Assertion.TryReadDer(der, out byte[] signature)
            ? new Assertion(data, client, signature)
            : throw new CryptographicException("the signature that was made cannot be read");
    }

    /// <summary>Attestation object of a new credential, format "none".</summary>
    public (byte[] Attestation, byte[] Client) Create(ReadOnlySpan<byte> challenge, int algorithm = -7)
    {
        var length = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)Credential.Length);
        byte[] head = [.. Data((byte)(Flags | HasKey)), .. new byte[16], .. length];
        byte[] data = [.. head, .. Credential, .. CoseKey(algorithm)];
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(3);
        writer.WriteTextString("fmt");
        writer.WriteTextString("none");
        writer.WriteTextString("attStmt");
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteTextString("authData");
        writer.WriteByteString(data);
        writer.WriteEndMap();
        return (writer.Encode(), Client("webauthn.create", challenge));
    }

    public void Dispose() => key.Dispose();

    private byte[] Data(byte flags)
    {
        var count = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(count, Count);
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(Party)), flags, .. count];
    }

    private byte[] Client(string type, ReadOnlySpan<byte> challenge)
    {
        string text = Base64Url.EncodeToString(challenge);
        return Encoding.UTF8.GetBytes(
            $$"""{"type":"{{type}}","challenge":"{{text}}","origin":"{{Origin}}"{{More}}}""");
    }

    private byte[] CoseKey(int algorithm)
    {
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(5);
        foreach ((int name, int value) in new[] { (1, 2), (3, algorithm), (-1, 1) })
        {
            writer.WriteInt32(name);
            writer.WriteInt32(value);
        }

        writer.WriteInt32(-2);
        writer.WriteByteString(Point.AsSpan(1, 32));
        writer.WriteInt32(-3);
        writer.WriteByteString(Point.AsSpan(33, 32));
        writer.WriteEndMap();
        return writer.Encode();
    }
}
