using System.Text;
using System.Text.Unicode;

namespace Appliance.Mqtt;

/// <summary>
/// UTF-8 strings as MQTT 5 wants them (1.5.4): well formed, no surrogates, no U+0000. What we send also has no control
/// characters, because brokers may refuse them (1.5.4) and mosquitto does.
/// </summary>
internal static class Utf8Text
{
    /// <summary>Whether received bytes are a string of MQTT.</summary>
    public static bool IsValid(ReadOnlySpan<byte> utf8) => Utf8.IsValid(utf8) && !utf8.Contains((byte)0);

    /// <summary>Whether a string may be sent: well formed, no control characters, at most 65,535 bytes.</summary>
    public static bool IsSendable(string text)
    {
        int bytes = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            // A lone surrogate is enumerated as U+FFFD, which nobody means to send.
            if (Rune.IsControl(rune) || rune == Rune.ReplacementChar)
            {
                return false;
            }

            bytes += rune.Utf8SequenceLength;
        }

        return bytes <= Limits.FieldBytesMax;
    }
}
