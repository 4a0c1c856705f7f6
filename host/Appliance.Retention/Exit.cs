using System.CommandLine;

namespace Appliance.Retention;

/// <summary>Exit codes of every verb, and the one line that goes with a bad one (CONTRACTS).</summary>
internal static class Exit
{
    public const int Success = 0;

    /// <summary>The answer is no, or a check failed.</summary>
    public const int CheckFailed = 1;

    /// <summary>Bad usage or input.</summary>
    public const int BadInput = 2;

    /// <summary>Says what is wrong, where, and what to do, on standard error.</summary>
    public static int Say(TextWriter errors, int code, string sentence)
    {
        errors.WriteLine($"retention: {sentence}");
        return code;
    }

    /// <summary>Parses and runs; a usage error is one line, not a page.</summary>
    public static int Run(RootCommand root, string[] arguments, TextWriter? output = null, TextWriter? errors = null)
    {
        errors ??= Console.Error;
        ParseResult parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            // Some messages list the allowed words on lines of their own.
            string[] words = parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            string first = string.Join(' ', words).TrimEnd('.');
            return Say(errors, BadInput, $"{first}; see `retention --help`");
        }

        return parsed.Invoke(new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            Output = output ?? Console.Out,
            Error = errors,
        });
    }
}
