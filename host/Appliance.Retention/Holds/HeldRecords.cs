using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Wire;

namespace Appliance.Retention.Holds;

/// <summary>
/// Records apart from their batches, each with the proof that its device signed it: the row and its salt, its path in
/// the tree, the signed manifest, the statement that certifies the manifest's key. JSON; byte strings in base64. It
/// says nothing of any other row.
/// </summary>
/// <param name="Version">1.</param>
/// <param name="Question">The question that found them, as logged.</param>
/// <param name="DeviceKeys">Point of the key of each device, by its name.</param>
/// <param name="Statements">obj("epoch"), each once.</param>
/// <param name="Manifests">obj("batch"), each once.</param>
/// <param name="Proofs">Proof of each record and section, see FORMAT.md.</param>
internal sealed record HeldRecords(
    int Version,
    byte[] Question,
    IReadOnlyDictionary<string, string> DeviceKeys,
    IReadOnlyList<byte[]> Statements,
    IReadOnlyList<byte[]> Manifests,
    IReadOnlyList<byte[]> Proofs)
{
    public const int CurrentVersion = 1;

    // A proof begins with the head of an array of 7, the head of a byte string of 32, and the id of its batch.
    private const int BatchIdAt = 3;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public byte[] Encode() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Reads what <see cref="Encode"/> wrote; null where it is something else.</summary>
    public static HeldRecords? Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize<HeldRecords>(bytes, Json) is { Version: CurrentVersion } read
                ? read
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// Verifies every proof down to the devices' keys. The records are only there where nothing is wrong.
    /// </summary>
    /// <param name="pinned">Key of a device as the store pins it; null: the key in the file is believed.</param>
    /// <param name="records">Proven records, in the order of the file.</param>
    public Refusal TryVerify(Func<Id16, PublicKey?> pinned, out IReadOnlyList<RecordProof> records)
    {
        records = [];
        Refusal refusal = TryManifests(pinned, out Dictionary<Hash32, VerifiedManifest> manifests);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        var proven = new List<RecordProof>();
        foreach (byte[] bytes in Proofs)
        {
            if (bytes.Length < BatchIdAt + Hash32.Size
                || !manifests.TryGetValue(
                    Hash32.FromBytes(bytes.AsSpan(BatchIdAt, Hash32.Size)), out VerifiedManifest? manifest)
                || RecordProof.TryVerify(bytes, manifest, out RecordProof? proof) != Refusal.None)
            {
                return Refusal.Proof;
            }

            proven.Add(proof!);
        }

        records = proven;
        return Refusal.None;
    }

    private Refusal TryManifests(Func<Id16, PublicKey?> pinned, out Dictionary<Hash32, VerifiedManifest> manifests)
    {
        manifests = [];
        var epochs = new Dictionary<KeyId, CertifiedEpoch>();
        foreach ((string name, string point) in DeviceKeys)
        {
            if (!Id16.TryParse(name, out Id16 device)
                || !Retention.Warden.WardenTrust.TryPoint(point, out PublicKey? given)
                || (pinned(device) is { } own && !own.IsSame(given!)))
            {
                return Refusal.ForeignKey;
            }

            foreach (byte[] statement in Statements)
            {
                var rules = new ReaderRules(device, default, int.MaxValue);
                if (CertifiedEpoch.TryVerify(statement, given!, rules, out CertifiedEpoch? epoch) == Refusal.None)
                {
                    epochs[epoch!.Key.Kid] = epoch;
                }
            }
        }

        foreach (byte[] bytes in Manifests)
        {
            Refusal refusal = TryManifest(bytes, epochs, out VerifiedManifest? manifest);
            if (refusal != Refusal.None)
            {
                return refusal;
            }

            manifests[manifest!.Id] = manifest;
        }

        return Refusal.None;
    }

    private static Refusal TryManifest(
        byte[] bytes, Dictionary<KeyId, CertifiedEpoch> epochs, out VerifiedManifest? manifest)
    {
        manifest = null;
        Refusal refusal = BatchClaim.TryReadDevice(bytes, out Id16 device);
        return refusal != Refusal.None
            ? refusal
            : BatchCheck.TryVerifyManifest(
                bytes, epochs.GetValueOrDefault, new ReaderRules(device, default, int.MaxValue), out manifest);
    }
}
