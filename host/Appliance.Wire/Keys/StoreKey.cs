using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Wire;

/// <summary>
/// Who a store is and the key that signs its receipts, as one JSON text. Devices pin the public half. Text in and out;
/// whoever owns the file protects it.
/// </summary>
public sealed class StoreKey
{
    /// <summary>Name of the file in a store's folder of keys.</summary>
    public const string FileName = "store.json";

    private const int Version = 1;
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    private readonly byte[] scalar;

    private StoreKey(Id16 store, PublicKey key, byte[] scalar)
    {
        Store = store;
        Public = key;
        this.scalar = scalar;
    }

    public Id16 Store { get; }

    /// <summary>What a device pins to know a receipt.</summary>
    public PublicKey Public { get; }

    /// <summary>The private scalar.</summary>
    internal ReadOnlySpan<byte> Private => scalar;

    /// <summary>Copies the private scalar, 32 bytes, to be sealed for somebody; the caller clears it.</summary>
    public void CopyPrivate(Span<byte> to) => scalar.CopyTo(to);

    /// <summary>Draws a new identity and key.</summary>
    public static StoreKey New(RandomSource random)
    {
        var store = Id16.New(random);
        byte[] scalar = new byte[P256.ScalarSize];
        SigningKey.NewPrivate(random, scalar);
        using var key = SigningKey.FromPrivate(scalar);
        return new StoreKey(store, key.Public, scalar);
    }

    /// <summary>The signing key; the caller disposes it.</summary>
    public SigningKey Open() => SigningKey.FromPrivate(scalar);

    /// <summary>The JSON text with the private half: a secret.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new File(
            Version,
            Store.ToString(),
            Convert.ToHexStringLower(Public.Point.Span),
            Convert.ToHexStringLower(scalar)),
        Options) + "\n";

    /// <summary>Reads the JSON text; where it is not one, false and one sentence that says what is wrong.</summary>
    public static bool TryParse(string json, [NotNullWhen(true)] out StoreKey? key, out string error)
    {
        key = null;
        error = "";
        File? file;
        try
        {
            file = JsonSerializer.Deserialize<File>(json, Options);
        }
        catch (JsonException wrong)
        {
            error = $"the store key is not the JSON that it should be: {wrong.Message}";
            return false;
        }

        byte[] scalar = new byte[P256.ScalarSize];
        if (file is not { Version: Version } || !Id16.TryParse(file.Store, out Id16 store)
            || !TryHex(file.Private, scalar) || !P256.IsScalar(scalar)
            || file.Public != Convert.ToHexStringLower(P256.PointOf(scalar))
            || !PublicKey.TryFromPoint(P256.PointOf(scalar), out PublicKey? point))
        {
            CryptographicOperations.ZeroMemory(scalar);
            error = "the store key must have version 1, a store id of 32 hexadecimal digits and both halves of one key";
            return false;
        }

        key = new StoreKey(store, point, scalar);
        return true;
    }

    private static bool TryHex(string text, Span<byte> bytes) =>
        text.Length == 2 * bytes.Length
        && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;

    private sealed record File(int Version, string Store, string Public, string Private);
}
