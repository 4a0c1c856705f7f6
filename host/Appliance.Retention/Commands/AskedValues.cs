using System.Globalization;
using Appliance.Retention.Questions;
using Appliance.Wire;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Retention.Commands;

/// <summary>Reads the values of questions from the command line; what is wrong is one sentence.</summary>
internal static class AskedValues
{
    /// <summary>
    /// The interval of --at, or of --from and --to, the end's minute or second included. There are several where a
    /// local time came twice: one for each reading, the earliest first.
    /// </summary>
    public static IReadOnlyList<AskedInterval> Intervals(string? at, string? from, string? to, long microsecondsMax)
    {
        if (at is not null ? from is not null || to is not null : from is null || to is null)
        {
            throw Bad("give either --at TIME or both --from TIME and --to TIME");
        }

        if (at is not null)
        {
            return [.. Times(at).Select(time => Checked($"at {time.Text}", time.Meaning, microsecondsMax))];
        }

        IReadOnlyList<AskedTime> ends = Times(to!);
        var all = new List<AskedInterval>();
        foreach (AskedTime begin in Times(from!))
        {
            all.AddRange(ends
                .Select(end => (end.Text, Window: new Window(begin.Meaning.From, end.Meaning.To)))
                .Where(end => end.Window.From <= end.Window.To)
                .Select(end => Checked($"from {begin.Text} to {end.Text}", end.Window, microsecondsMax)));
        }

        return all.Count > 0
            ? all
            : throw Bad($"--from {from} is later than --to {to}; exchange them, and check their zones");
    }

    public static Ip Address(string option, string text) =>
        Ip.TryParse(text, out Ip address) && !address.IsNone
            ? address
            : throw Bad($"{option} {text} is not an IPv4 or IPv6 address");

    public static ushort Port(string option, string text) =>
        ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            ? port
            : throw Bad($"{option} {text} is not a port; give 0 to 65535");

    /// <summary>IP, IP:PORT or [IPv6]:PORT.</summary>
    public static (Ip Address, ushort? Port) Endpoint(string option, string text)
    {
        if (Ip.TryParse(text, out Ip address) && !address.IsNone)
        {
            return (address, null);
        }

        int colon = text.LastIndexOf(':');
        if (colon < 0)
        {
            throw Bad($"{option} {text} is not IP or IP:PORT");
        }

        return (Address(option, text[..colon].Trim('[', ']')), Port(option, text[(colon + 1)..]));
    }

    /// <summary>A host name as names are compared: lower case, no dot at the end.</summary>
    public static string Service(string option, string text) => TryService(text, out string name)
        ? name
        : throw Bad($"{option} {text} is not a host name such as mail.example.org");

    /// <summary>The same; false for anything but a host name.</summary>
    public static bool TryService(string text, out string name)
    {
        name = text.Trim().TrimEnd('.').ToLowerInvariant();
        return name.Length > 0 && name.IndexOfAny([' ', '/', ':', '*', '@']) < 0;
    }

    /// <summary>Seconds, fractions allowed.</summary>
    public static long SourceError(string text)
    {
        bool isNumber = decimal.TryParse(
            text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out decimal seconds);
        return isNumber && seconds * 1_000_000 <= Limits.SourceErrorUs
            ? (long)decimal.Ceiling(seconds * 1_000_000)
            : throw Bad(
                $"--source-error {text} is not a number of seconds from 0 to {Limits.SourceErrorUs / 1_000_000}");
    }

    public static AskException Bad(string sentence) => new(Exit.BadInput, sentence);

    private static AskedInterval Checked(string text, Window window, long microsecondsMax) =>
        window.LengthUs <= microsecondsMax
            ? new AskedInterval(text, window)
            : throw Bad(
                $"the interval is {UtcText.Length(window.LengthUs)} long and may be {UtcText.Length(microsecondsMax)}; "
                + "ask for a shorter one");

    private static IReadOnlyList<AskedTime> Times(string text) =>
        AskedTime.TryReadings(text, out IReadOnlyList<AskedTime> readings, out string problem)
            ? readings
            : throw Bad(problem);
}
