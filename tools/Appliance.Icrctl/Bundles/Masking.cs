using System.Text.RegularExpressions;

namespace Appliance.Icrctl.Bundles;

/// <summary>
/// Takes out of any text what must not leave the box: whole addresses and what looks like a key. It is applied to
/// everything that goes into a bundle, also to what should hold neither.
/// </summary>
internal static partial class Masking
{
    /// <summary>The text with each address cut to its first half or less, and long numbers to their start.</summary>
    public static string Of(string text)
    {
        string masked = Pem().Replace(text, "(a key or certificate was here)");
        masked = LongNumber().Replace(masked, found => $"{found.Value[..8]}(shortened)");
        masked = Mac().Replace(masked, found => $"{found.Value[..8].Replace(':', '-')}-x-x-x");
        masked = SixthVersion().Replace(masked, found => Sixth(found.Value));
        return FourthVersion().Replace(masked, "$1.$2.x.x");
    }

    // Two groups are 32 bits, what a registry gives a provider. Nothing before the double colon: loopback and the like.
    private static string Sixth(string address)
    {
        string[] groups = address.Split(':');
        bool isTime = groups.Length == 3 && groups.All(group => group.Length == 2 && group.All(char.IsAsciiDigit));
        return isTime || address == "::" ? address : $"{groups[0]}:{groups[1]}:x";
    }

    [GeneratedRegex(@"-----BEGIN [^-]+-----.*?(-----END [^-]+-----|\z)", RegexOptions.Singleline)]
    private static partial Regex Pem();

    // 128 bits name a device or an epoch and are no secret; 160 and more may be a key, a hash or a point.
    [GeneratedRegex(@"(?<![0-9A-Za-z+/])([0-9A-Fa-f]{40,}|[0-9A-Za-z+/]{43,}={0,2})(?![0-9A-Za-z+/=])")]
    private static partial Regex LongNumber();

    [GeneratedRegex(@"(?<![0-9A-Fa-f:])([0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![0-9A-Fa-f:])")]
    private static partial Regex Mac();

    [GeneratedRegex(@"(?<![0-9A-Za-z:.])(?=[0-9A-Fa-f:.]*:[0-9A-Fa-f]*:)[0-9A-Fa-f]{0,4}(:[0-9A-Fa-f]{0,4}){2,7}"
        + @"(\d{0,3}(\.\d{1,3}){3})?(?![0-9A-Za-z])")]
    private static partial Regex SixthVersion();

    [GeneratedRegex(@"(?<![0-9.])(\d{1,3})\.(\d{1,3})\.\d{1,3}\.\d{1,3}(?![0-9.]*\d)")]
    private static partial Regex FourthVersion();
}
