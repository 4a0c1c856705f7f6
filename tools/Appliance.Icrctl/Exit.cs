using System.CommandLine;

namespace Appliance.Icrctl;

/// <summary>Exit codes of every verb, and the one line that goes with a bad one (CONTRACTS).</summary>
internal static class Exit
{
    public const int Success = 0;

    /// <summary>The answer is no, or a check failed.</summary>
    public const int CheckFailed = 1;

    /// <summary>Bad usage or input.</summary>
    public const int BadInput = 2;

    /// <summary>Says what is wrong, where, and what to do, on standard error.</summary>
    public static int Refuse(string sentence)
    {
        Console.Error.WriteLine($"icrctl: {sentence}");
        return BadInput;
    }

    /// <summary>Parses and runs; a usage error is one line, not a page.</summary>
    public static int Run(RootCommand root, string[] arguments)
    {
        ParseResult parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            // Some messages list the allowed words on lines of their own.
            string[] words = parsed.Errors[0].Message.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            return Refuse($"{string.Join(' ', words).TrimEnd('.')}; see `icrctl --help`");
        }

        return parsed.Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
    }
}
