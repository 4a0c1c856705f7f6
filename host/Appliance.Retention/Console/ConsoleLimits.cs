namespace Appliance.Retention.WebConsole;

/// <summary>Bounds of the console, each with its reason.</summary>
internal static class ConsoleLimits
{
    /// <summary>Bytes of one form: a request with every statement at its longest, and some.</summary>
    public const int FormBytesMax = 1 << 20;

    /// <summary>Connections at once: a browser opens six, and dozens of people work here, not thousands.</summary>
    public const int ConnectionsMax = 256;

    /// <summary>People logged in at once.</summary>
    public const int SessionsMax = 256;

    /// <summary>Papers of one session that wait for a signature: a few tabs.</summary>
    public const int PapersMax = 8;

    /// <summary>Answers kept in memory for download, all sessions together: a morning's work.</summary>
    public const int AnswersMax = 64;

    /// <summary>Characters of all kept answers together: 256 MiB of memory.</summary>
    public const long AnswerCharactersMax = 128 << 20;

    /// <summary>Questions that are answered at once: each may take a core and as much memory as the verb.</summary>
    public const int QuestionsMax = 2;

    /// <summary>Calls a minute from one address: a page is three of them.</summary>
    public const int CallsPerMinute = 600;

    /// <summary>
    /// Logins and registrations a minute from one address: an office behind one address, and no search for a way in.
    /// </summary>
    public const int CeremoniesPerMinute = 30;

    /// <summary>Rows on one page of a list.</summary>
    public const int RowsMax = 50;

    /// <summary>Flows of a line, or rows of a list, that an answer's page shows; the download has every one.</summary>
    public const int AnswerRowsMax = 200;

    /// <summary>A session ends when nothing was asked for so long: a person went for coffee.</summary>
    public static readonly TimeSpan SessionIdle = TimeSpan.FromMinutes(15);

    /// <summary>A session ends after a working day, whatever happens.</summary>
    public static readonly TimeSpan SessionLife = TimeSpan.FromHours(8);

    /// <summary>Life of a login's or registration's challenge: looking for the key in a drawer included.</summary>
    public static readonly TimeSpan ChallengeLife = TimeSpan.FromMinutes(5);

    /// <summary>Characters of a pasted paper: two signatures and a reason of a page, in base64.</summary>
    public const int PaperCharactersMax = 16_384;
}
