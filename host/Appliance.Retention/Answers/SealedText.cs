using System.Text;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Answers;

/// <summary>A sealed file as text, which goes wherever an answer goes: a line, base64, a line.</summary>
internal static class SealedText
{
    private const string Begin = "-----BEGIN SEALED ANSWER-----";
    private const string End = "-----END SEALED ANSWER-----";
    private const int LineLength = 76;

    public static string Of(ReadOnlySpan<byte> sealedBytes)
    {
        string base64 = Convert.ToBase64String(sealedBytes);
        var text = new StringBuilder(Begin).Append('\n');
        for (int at = 0; at < base64.Length; at += LineLength)
        {
            text.Append(base64, at, Math.Min(LineLength, base64.Length - at)).Append('\n');
        }

        return text.Append(End).Append('\n').ToString();
    }

    /// <summary>Whether a text is one.</summary>
    public static bool Is(string text) => text.StartsWith(Begin, StringComparison.Ordinal);

    /// <summary>The bytes between the two lines; whatever stands around them is passed over.</summary>
    /// <exception cref="ArchiveException">There is no sealed answer in the text.</exception>
    public static byte[] Read(string text, string file)
    {
        int begin = text.IndexOf(Begin, StringComparison.Ordinal);
        int end = text.IndexOf(End, StringComparison.Ordinal);
        byte[] bytes = new byte[text.Length];
        return begin >= 0 && end > begin
            && Convert.TryFromBase64String(
                text[(begin + Begin.Length)..end].ReplaceLineEndings(""), bytes, out int length)
                    ? bytes[..length]
                    : throw new ArchiveException($"{file} holds no sealed answer: it begins with {Begin}");
    }
}
