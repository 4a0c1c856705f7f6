using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Appliance.Wire;

namespace Appliance.Icrctl;

/// <summary>What a check of an acceptance protocol found.</summary>
/// <param name="IsWhole">The hash is that of the protocol's bytes.</param>
/// <param name="Signature">`good`, `none`, or why it does not count.</param>
/// <param name="SignedUtc">When the box signed, by its own clock; null where that was unset.</param>
/// <param name="BoundMs">Half width of that.</param>
/// <param name="Device">Device of the protocol; empty where it does not read.</param>
/// <param name="Epoch">Run of the protocol.</param>
/// <param name="Utc">When it was written, by the clock of whoever wrote it.</param>
/// <param name="Accepted">What it says: no check failed, and every step by hand was passed.</param>
internal sealed record AcceptanceVerdict(
    bool IsWhole, string Signature, string? SignedUtc, ulong? BoundMs, string Device, uint Epoch, string Utc,
    bool Accepted)
{
    public bool IsGood => IsWhole && Signature == AcceptanceFile.Good;

    public string ToText()
    {
        string when = SignedUtc is null ? "with its clock unset"
            : $"at {SignedUtc} by its own clock, within {BoundMs} ms";
        string signed = IsGood ? $"yes, by the device's key {when}" : $"NO: {Signature}";
        string whole = IsWhole ? "yes" : "NO: it was changed after it was written";
        string accepted = !IsGood ? "not to be told"
            : Accepted ? "yes"
            : "no: a check failed, or a step is not passed";
        string head = Device.Length == 0 ? "no protocol that can be read"
            : string.Create(CultureInfo.InvariantCulture, $"acceptance of device {Device} in epoch {Epoch}, {Utc}");
        return $"{head}\nwhole     {whole}\nsigned    {signed}\naccepted  {accepted}\n"
            + "Proven: the box that holds this key was given exactly these lines then, while it recorded; its next "
            + "manifest has\ntheir hash. Not proven: the steps by hand, and the checks, which are as icrctl wrote them "
            + "from the box's status.";
    }
}

/// <summary>
/// The file of an acceptance: hash, signature of the box, and the protocol. `sha256` is over the UTF-8 bytes of
/// `protocol` as it stands there, from brace to brace; `signature` is obj("acceptance") of FORMAT.md, or null.
/// </summary>
internal static class AcceptanceFile
{
    public const string Good = "good";
    private const string Begin = "{\n\"sha256\": \"";
    private const string BeforeSignature = "\",\n\"signature\": ";
    private const string BeforeProtocol = ",\n\"protocol\": ";
    private const string End = "\n}\n";

    /// <summary>A protocol is a page; what is larger is something else.</summary>
    public const int BytesMax = 1 << 20;

    /// <summary>Whether a file begins as an acceptance does.</summary>
    public static bool IsOne(ReadOnlySpan<byte> bytes) => bytes.StartsWith(Encoding.UTF8.GetBytes(Begin));

    /// <summary>SHA-256 of a protocol in hexadecimal: what the box is asked to sign.</summary>
    public static string HashOf(string protocol) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(protocol)));

    /// <summary>Whether a text is a signed object of this kind; whose, is not looked at.</summary>
    public static bool IsSignature(string hex) => TryBytes(hex, out byte[] bytes)
        && SignedObject.TryRead(SignedType.Acceptance, bytes, out _) == Refusal.None;

    /// <summary>The whole file.</summary>
    /// <param name="protocol">From brace to brace.</param>
    /// <param name="signature">What the box answered; null where it did not sign.</param>
    public static string Make(string protocol, string? signature) =>
        Begin + HashOf(protocol) + BeforeSignature + (signature is null ? "null" : $"\"{signature}\"")
        + BeforeProtocol + protocol + End;

    /// <summary>Judges a file against the device that is meant; never throws on bad input.</summary>
    public static AcceptanceVerdict Check(string text, KeySet keys)
    {
        string[] parts = text.Split(BeforeProtocol, 2);
        string[] head = parts[0].Split(BeforeSignature, 2);
        if (parts.Length != 2 || head.Length != 2 || !head[0].StartsWith(Begin, StringComparison.Ordinal)
            || !parts[1].EndsWith(End, StringComparison.Ordinal))
        {
            return new AcceptanceVerdict(false, "it is not in the form of a protocol", null, null, "", 0, "", false);
        }

        string protocol = parts[1][..^End.Length];
        string hash = HashOf(protocol);
        string fault = Judge(head[1], hash, keys, out AcceptanceStatement? statement);
        AcceptanceVerdict said = Read(protocol);
        fault = fault != Good ? fault
            : said.Device != keys.Device.ToString() ? "the protocol names another device"
            : said.Epoch != statement!.Epoch.Number ? "the protocol names another epoch than the box was in"
            : Good;
        KnownTime? time = statement?.Time;
        return said with
        {
            IsWhole = head[0].AsSpan(Begin.Length).SequenceEqual(hash),
            Signature = fault,
            SignedUtc = time is { } at ? Text(at.UtcUs) : null,
            BoundMs = time?.BoundUs / 1000,
        };
    }

    private static string Judge(string quoted, string hash, KeySet keys, out AcceptanceStatement? statement)
    {
        statement = null;
        if (quoted == "null")
        {
            return "none: the box did not sign it";
        }

        if (quoted.Length < 2 || quoted[0] != '"' || quoted[^1] != '"' || !TryBytes(quoted[1..^1], out byte[] bytes))
        {
            return "it is no signed object";
        }

        Refusal refusal = AcceptanceStatement.TryVerify(bytes, keys.DeviceKey, out statement);
        return refusal != Refusal.None ? refusal.Name()
            : statement!.Device != keys.Device ? "it is of another device"
            : statement.Protocol.ToString() != hash ? "it is of another protocol"
            : Good;
    }

    private static bool TryBytes(string hex, out byte[] bytes)
    {
        bytes = new byte[hex.Length / 2];
        return hex.Length % 2 == 0
            && Convert.FromHexString(hex, bytes, out _, out _) == System.Buffers.OperationStatus.Done;
    }

    private static AcceptanceVerdict Read(string protocol)
    {
        AcceptanceVerdict none = new(false, "", null, null, "", 0, "", false);
        try
        {
            using JsonDocument read = JsonDocument.Parse(protocol);
            JsonElement root = read.RootElement;
            return none with
            {
                Device = root.GetProperty("device").GetString() ?? "",
                Epoch = root.GetProperty("epoch").GetUInt32(),
                Utc = root.GetProperty("utc").GetString() ?? "",
                Accepted = root.GetProperty("accepted").GetBoolean(),
            };
        }
        catch (Exception fault) when (fault is JsonException or KeyNotFoundException or InvalidOperationException
            or FormatException)
        {
            return none;
        }
    }

    private static string Text(ulong utcUs) => DateTimeOffset.UnixEpoch
        .AddSeconds(Math.Min(utcUs / 1_000_000, 253_402_300_799))
        .ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
