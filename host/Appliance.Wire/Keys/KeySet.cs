using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Appliance.Wire;

/// <summary>
/// All keys of one device as one JSON text: who it is, its device key, and the day keys of its recipients. Private
/// halves are optional: a box has only its own, a store only its role's, a lab all of them. Text in and out; whoever
/// owns the file protects it.
/// </summary>
public sealed class KeySet
{
    /// <summary>Name of the file in a folder of keys (<c>--keys DIR</c>).</summary>
    public const string FileName = "keyset.json";

    private const int Version = 1;
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    private readonly byte[]? deviceScalar;
    private volatile bool isForgotten;

    private KeySet(
        Id16 device, Id16 notice, PublicKey deviceKey, byte[]? deviceScalar, IReadOnlyList<RecipientKey> recipients)
    {
        Device = device;
        Notice = notice;
        DeviceKey = deviceKey;
        this.deviceScalar = deviceScalar;
        Recipients = recipients;
    }

    public Id16 Device { get; }

    public Id16 Notice { get; }

    public PublicKey DeviceKey { get; }

    /// <summary>Day keys, with or without their private halves.</summary>
    public IReadOnlyList<RecipientKey> Recipients { get; }

    /// <summary>True where the device's private key is here.</summary>
    public bool CanSign => deviceScalar is not null && !isForgotten;

    /// <summary>
    /// Makes a whole set with all private halves, for the lab: device, notice, device key, and for each section, day
    /// and role a day key.
    /// </summary>
    /// <param name="random">Source of all of them: equal bytes give equal keys.</param>
    /// <param name="firstDay">First UTC day since 1970.</param>
    /// <param name="days">Number of days, 1 or more.</param>
    public static KeySet MakeLab(RandomSource random, int firstDay, int days)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        Id16 device = Id16.New(random);
        Id16 notice = Id16.New(random);
        byte[] scalar = new byte[P256.ScalarSize];
        SigningKey.NewPrivate(random, scalar);
        using SigningKey key = SigningKey.FromPrivate(scalar);
        var recipients = new List<RecipientKey>();
        for (int day = firstDay; day < firstDay + days; day++)
        {
            for (byte section = 1; section <= Limits.SectionsMax; section++)
            {
                for (KeyRole role = KeyRole.Ingest; role <= KeyRole.WardenB; role++)
                {
                    recipients.Add(RecipientKey.New(section, day, role, random));
                }
            }
        }

        return new KeySet(device, notice, key.Public, scalar, recipients);
    }

    /// <summary>The device's signing key; the caller disposes it.</summary>
    /// <exception cref="InvalidOperationException">The private key is not here: ask <see cref="CanSign"/>.</exception>
    public SigningKey OpenDeviceKey() => SigningKey.FromPrivate(Scalar);

    /// <summary>
    /// Clears the device's private key from memory: after this the set can sign and open nothing more. For a box whose
    /// case was opened.
    /// </summary>
    public void Forget()
    {
        CryptographicOperations.ZeroMemory(deviceScalar);
        isForgotten = true;
    }

    /// <summary>Seals what the box keeps for itself; the caller disposes it.</summary>
    /// <param name="purpose">What is sealed, in ASCII: each purpose has its own key.</param>
    /// <exception cref="InvalidOperationException">The private key is not here: ask <see cref="CanSign"/>.</exception>
    public LocalSeal OpenLocalSeal(string purpose) => new(Scalar, Device, purpose);

    private byte[] Scalar => CanSign
        ? deviceScalar!
        : throw new InvalidOperationException("the key set has no private device key");

    /// <summary>Public day keys to seal for.</summary>
    /// <exception cref="ArgumentException">A section has no key.</exception>
    public KeySchedule Schedule() => new(Recipients);

    /// <summary>What a box may hold: its own private key and only public day keys.</summary>
    public KeySet ForDevice()
    {
        var halves = new List<RecipientKey>();
        foreach (RecipientKey key in Recipients)
        {
            halves.Add(key.PublicOnly());
        }

        return new KeySet(Device, Notice, DeviceKey, deviceScalar, halves);
    }

    /// <summary>What the holder of a role may have: no device key, and the private halves of that role alone.</summary>
    public KeySet ForRole(KeyRole role)
    {
        var halves = new List<RecipientKey>();
        foreach (RecipientKey key in Recipients)
        {
            halves.Add(key.Role == role ? key : key.PublicOnly());
        }

        return new KeySet(Device, Notice, DeviceKey, null, halves);
    }

    /// <summary>
    /// What a store has where custody is not split, as in a lab: no device key, every private day key.
    /// </summary>
    public KeySet ForStore() => new(Device, Notice, DeviceKey, null, Recipients);

    /// <summary>The set without some of its private halves.</summary>
    /// <param name="goes">True for a key whose private half is to go; asked only where it is here.</param>
    /// <param name="destroyed">How many private halves are gone.</param>
    public KeySet Without(Func<RecipientKey, bool> goes, out int destroyed)
    {
        var halves = new List<RecipientKey>();
        destroyed = 0;
        foreach (RecipientKey key in Recipients)
        {
            bool isGone = key.HasPrivate && goes(key);
            halves.Add(isGone ? key.PublicOnly() : key);
            destroyed += isGone ? 1 : 0;
        }

        return new KeySet(Device, Notice, DeviceKey, deviceScalar, halves);
    }

    /// <summary>The JSON text, with every private half that is here: a secret.</summary>
    public string ToJson()
    {
        var entries = new List<KeyEntry>();
        foreach (RecipientKey key in Recipients)
        {
            string? secret = key.HasPrivate ? Convert.ToHexStringLower(key.Private) : null;
            entries.Add(new KeyEntry(key.Section, key.Day, NameOf(key.Role), Hex(key.Public), secret));
        }

        string? deviceSecret = deviceScalar is null ? null : Convert.ToHexStringLower(deviceScalar);
        var file = new KeyFile(
            Version, Device.ToString(), Notice.ToString(), new KeyPair(Hex(DeviceKey), deviceSecret), entries);
        return JsonSerializer.Serialize(file, Options) + "\n";
    }

    /// <summary>Reads the JSON text; where it is not one, false and one sentence that says what is wrong.</summary>
    public static bool TryParse(string json, out KeySet? set, out string error)
    {
        set = null;
        KeyFile? file;
        try
        {
            file = JsonSerializer.Deserialize<KeyFile>(json, Options);
        }
        catch (JsonException wrong)
        {
            error = $"the key set is not the JSON that it should be: {wrong.Message}";
            return false;
        }

        error = file is null ? "the key set is empty" : Take(file, out set);
        return error.Length == 0;
    }

    private static string Take(KeyFile file, out KeySet? set)
    {
        set = null;
        if (file.Version != Version)
        {
            return $"the key set has version {file.Version}; this program knows version {Version}";
        }

        if (!Id16.TryParse(file.Device, out Id16 device) || !Id16.TryParse(file.Notice, out Id16 notice))
        {
            return "device and notice of the key set must be 32 hexadecimal digits each";
        }

        if (file.Recipients.Count > Limits.KeySetKeysMax)
        {
            return $"the key set has more than {Limits.KeySetKeysMax} recipients";
        }

        if (!TryPair(file.DeviceKey.Public, file.DeviceKey.Private, out PublicKey? deviceKey, out byte[]? scalar))
        {
            return "the device key of the key set is no key of P-256, or its halves do not belong together";
        }

        var recipients = new List<RecipientKey>();
        for (int i = 0; i < file.Recipients.Count; i++)
        {
            if (!TryTake(file.Recipients[i], out RecipientKey? key))
            {
                return $"recipient {i} of the key set is not a day key (section, day, role, public, private)";
            }

            recipients.Add(key!);
        }

        set = new KeySet(device, notice, deviceKey!, scalar, recipients);
        return "";
    }

    private static bool TryTake(KeyEntry entry, out RecipientKey? key)
    {
        key = null;
        if (entry.Section is not (1 or 2) || entry.Day < 0 || !TryRole(entry.Role, out KeyRole role)
            || !TryPair(entry.Public, entry.Private, out PublicKey? publicKey, out byte[]? scalar))
        {
            return false;
        }

        key = scalar is null
            ? new RecipientKey((byte)entry.Section, entry.Day, role, publicKey!)
            : RecipientKey.FromPrivate((byte)entry.Section, entry.Day, role, scalar);
        return true;
    }

    private static bool TryPair(string publicHex, string? privateHex, out PublicKey? publicKey, out byte[]? scalar)
    {
        scalar = null;
        Span<byte> point = stackalloc byte[P256.PointSize];
        publicKey = null;
        if (!TryHex(publicHex, point) || !PublicKey.TryFromPoint(point, out publicKey))
        {
            return false;
        }

        if (privateHex is null)
        {
            return true;
        }

        scalar = new byte[P256.ScalarSize];
        return TryHex(privateHex, scalar)
            && P256.IsScalar(scalar)
            && CryptographicOperations.FixedTimeEquals(P256.PointOf(scalar), point);
    }

    private static bool TryHex(string? text, Span<byte> bytes) =>
        text?.Length == 2 * bytes.Length
        && Convert.FromHexString(text, bytes, out _, out _) == System.Buffers.OperationStatus.Done;

    private static string Hex(PublicKey key) => Convert.ToHexStringLower(key.Point.Span);

    private static string NameOf(KeyRole role) => role switch
    {
        KeyRole.Ingest => "ingest",
        KeyRole.WardenA => "warden-a",
        _ => "warden-b",
    };

    private static bool TryRole(string name, out KeyRole role)
    {
        for (role = KeyRole.Ingest; role <= KeyRole.WardenB; role++)
        {
            if (NameOf(role) == name)
            {
                return true;
            }
        }

        return false;
    }

    private sealed record KeyPair(string Public, string? Private = null);

    private sealed record KeyEntry(int Section, int Day, string Role, string Public, string? Private = null);

    private sealed record KeyFile(
        int Version, string Device, string Notice, KeyPair DeviceKey, IReadOnlyList<KeyEntry> Recipients);
}
