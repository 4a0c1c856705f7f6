using System.Text.Json;
using System.Text.Json.Serialization;
using Appliance.Retention.Archive;
using Appliance.Retention.Warden;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>
/// A WebAuthn key that a person made in a browser, on its way to operator and custodian, who enrol it. The file holds
/// nothing secret; that it is this person's key is told by the fingerprint, which the person reads out to them.
/// </summary>
/// <param name="Person">Number of the person, which the authenticator remembers.</param>
/// <param name="Key">Public key.</param>
/// <param name="RelyingParty">Host name that the key is bound to.</param>
/// <param name="Origin">Origin that it signs for.</param>
internal sealed record BrowserKey(Id16 Person, PublicKey Key, string RelyingParty, string Origin)
{
    private const int DigitsShown = 32;
    private const int DigitsTogether = 4;

    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        WriteIndented = true,
    };

    /// <summary>Reads the file that the console made.</summary>
    /// <exception cref="ArchiveException">It cannot be read, or is none.</exception>
    public static BrowserKey Read(string file)
    {
        if (!File.Exists(file))
        {
            throw new ArchiveException($"{file} is not there; the person makes it on the console's page /register");
        }

        try
        {
            Parts parts = JsonSerializer.Deserialize<Parts>(File.ReadAllText(file), Json)!;
            if (Id16.TryParse(parts.Person, out Id16 person)
                && WardenTrust.TryPoint(parts.Public, out PublicKey? key)
                && Uri.TryCreate(parts.Origin, UriKind.Absolute, out Uri? origin)
                && origin.Scheme == Uri.UriSchemeHttps && origin.Host == parts.RelyingParty)
            {
                return new BrowserKey(person, key!, parts.RelyingParty, parts.Origin);
            }
        }
        catch (JsonException)
        {
            // Told below.
        }

        throw new ArchiveException(
            $"{file} is no key of a browser; it must name person, public, relying_party and origin");
    }

    /// <summary>The file's content.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new Parts(Person.ToString(), Convert.ToHexStringLower(Key.Point.Span), RelyingParty, Origin), Json) + "\n";

    /// <summary>Half of SHA-256 over the point, in groups that can be read out.</summary>
    public static string Fingerprint(PublicKey key)
    {
        string digits = Hash32.Of(key.Point.Span).ToString()[..DigitsShown];
        return string.Join(' ', digits.Chunk(DigitsTogether).Select(group => new string(group)));
    }

    private sealed record Parts(string Person, string Public, string RelyingParty, string Origin);
}
