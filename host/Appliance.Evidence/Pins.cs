using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Wire;
using PublicKey = Appliance.Wire.PublicKey;

namespace Appliance.Evidence;

/// <summary>
/// The keys that whoever checks a pack brings along, from a source that is not the pack: nothing in a pack replaces
/// them.
/// </summary>
/// <param name="Control">Operator and custodian.</param>
/// <param name="Log">Identity of the log.</param>
/// <param name="LogKey">Key of its checkpoints and of the pack's seal.</param>
/// <param name="Witnesses">Keys of wardens, who cosign checkpoints and state releases; empty: not checked.</param>
/// <param name="Store">Identity of the store's ledger; the default where it is not pinned.</param>
/// <param name="StoreKey">Key of its receipts and ledger heads; null: not checked.</param>
/// <param name="Devices">Keys of devices; empty where vouchers have to do.</param>
/// <param name="StampRoots">Certificates that time-stamp authorities must lead to; empty: not checked.</param>
public sealed record Pins(
    ControlTrust Control,
    Id16 Log,
    PublicKey LogKey,
    IReadOnlyList<PublicKey> Witnesses,
    Id16 Store,
    PublicKey? StoreKey,
    IReadOnlyDictionary<Id16, PublicKey> Devices,
    IReadOnlyList<X509Certificate2> StampRoots)
{
    /// <summary>Lists of certificates that were revoked; empty: not looked at.</summary>
    public IReadOnlyList<StampCrl> StampCrls { get; init; } = [];

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    /// <summary>Reads the JSON text; where it is not one, null and one sentence that says what is wrong.</summary>
    public static Pins? Parse(string json, out string problem)
    {
        problem = "";
        try
        {
            if (JsonSerializer.Deserialize<File>(json, Options) is { } file && Of(file) is { } pins)
            {
                return pins;
            }

            problem = "it must name operator, custodian and log_key as points of 130 hexadecimal digits, the first two "
                + "different, and log as 32 digits";
        }
        catch (Exception wrong) when (wrong is JsonException or CryptographicException)
        {
            problem = $"it is not the JSON that it should be: {wrong.Message.ReplaceLineEndings(" ")}";
        }

        return null;
    }

    /// <summary>The JSON text.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new File(
            Hex(Control.Operator),
            Hex(Control.Custodian),
            Log.ToString(),
            Hex(LogKey),
            [.. Witnesses.Select(Hex)],
            Store == default ? null : Store.ToString(),
            StoreKey is null ? null : Hex(StoreKey),
            Devices.ToDictionary(pair => pair.Key.ToString(), pair => Hex(pair.Value)),
            [.. StampRoots.Select(root => root.ExportCertificatePem())],
            [.. StampCrls.Select(list => list.ToPem())]),
        Options) + "\n";

    private static Pins? Of(File file)
    {
        PublicKey? storeKey = null;
        Id16 store = default;
        bool good = (file.StoreKey is null) == (file.Store is null)
            && (file.StoreKey is null
                || (TryPoint(file.StoreKey, out storeKey) && Id16.TryParse(file.Store, out store)));
        var devices = new Dictionary<Id16, PublicKey>();
        foreach ((string name, string point) in file.Devices ?? [])
        {
            good &= Id16.TryParse(name, out Id16 device) & TryPoint(point, out PublicKey? key);
            devices[device] = key!;
        }

        var witnesses = new List<PublicKey>();
        foreach (string point in file.Witnesses ?? [])
        {
            good &= TryPoint(point, out PublicKey? key);
            witnesses.Add(key!);
        }

        return good
            && TryPoint(file.Operator, out PublicKey? operatorKey)
            && TryPoint(file.Custodian, out PublicKey? custodian)
            && !operatorKey!.IsSame(custodian!)
            && TryPoint(file.LogKey, out PublicKey? logKey)
            && Id16.TryParse(file.Log, out Id16 log)
                ? new Pins(
                    new ControlTrust(operatorKey, custodian!), log, logKey!, witnesses, store, storeKey, devices,
                    [.. (file.StampRoots ?? []).Select(pem => X509Certificate2.CreateFromPem(pem))])
                {
                    StampCrls = [.. (file.StampCrls ?? []).Select(StampCrl.FromPem)],
                }
                : null;
    }

    private static bool TryPoint(string? text, out PublicKey? key)
    {
        key = null;
        Span<byte> point = stackalloc byte[65];
        return text?.Length == 2 * point.Length
            && Convert.FromHexString(text, point, out _, out _) == System.Buffers.OperationStatus.Done
            && PublicKey.TryFromPoint(point, out key);
    }

    private static string Hex(PublicKey key) => Convert.ToHexStringLower(key.Point.Span);

    private sealed record File(
        string Operator,
        string Custodian,
        string Log,
        string LogKey,
        string[]? Witnesses,
        string? Store,
        string? StoreKey,
        Dictionary<string, string>? Devices,
        string[]? StampRoots,
        string[]? StampCrls);
}
