using System.Text.RegularExpressions;
using Appliance.Evidence;
using Appliance.Retention.Archive;

namespace Appliance.Retention.Evidence;

/// <summary>Zone whose local time a statement shows: the one that is asked for, else the one of the question.</summary>
internal static partial class StatementZone
{
    /// <exception cref="ArchiveException">This machine knows no such zone.</exception>
    public static TimeZoneInfo? Of(string? asked, ReadOnlyMemory<byte> answer)
    {
        string? name = asked ?? AnswerClaims.Parse(answer)?.AskedTimes.Select(time => Named().Match(time))
            .FirstOrDefault(match => match.Success)?.Value;
        return name is null ? null
            : TimeZoneInfo.TryFindSystemTimeZoneById(name, out TimeZoneInfo? zone) ? zone
            : throw new ArchiveException($"--zone '{name}' is not in the time zone database of this machine");
    }

    [GeneratedRegex("[A-Z][A-Za-z_]+(/[A-Za-z_+-]+)+")]
    private static partial Regex Named();
}
