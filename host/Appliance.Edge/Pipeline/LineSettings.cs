using Appliance.Edge.Configuration;
using Appliance.Flow.Lines;

namespace Appliance.Edge.Pipeline;

/// <summary>From the configuration to the options of the session table.</summary>
public static class LineSettings
{
    /// <summary>Makes the options of a checked configuration.</summary>
    public static LineOptions Of(ApplianceOptions options) => new()
    {
        Naming = options.Notice.Reference switch
        {
            "imsi" => LineNaming.Imsi,
            "msisdn" => LineNaming.Msisdn,
            "user" => LineNaming.User,
            _ => LineNaming.Line,
        },
        Realms = [.. options.Sessions.Realms.Select(rule => new RealmRule(rule.Server, rule.Instance, rule.Realm))],
        SessionLimit = options.Sessions.Limit,
    };

    /// <summary>Reads the file of prefixes; false with the sentence to print.</summary>
    public static bool TryReadStatic(
        ApplianceOptions options, out IReadOnlyList<StaticLine> lines, out string problem)
    {
        (lines, problem) = ([], "");
        if (options.Sessions.StaticFile is not { } path)
        {
            return true;
        }

        try
        {
            bool isGood = StaticLines.TryParse(File.ReadAllText(path), out lines, out problem);
            problem = isGood ? "" : $"{path}: {problem}";
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = $"cannot read sessions.staticFile {path}; give the path of a file that can be read";
        }

        return problem.Length == 0;
    }
}
