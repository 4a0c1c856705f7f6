namespace Appliance.Retention.Questions;

/// <summary>
/// How many lines answer a question, where that is all that is told of them: of an ambiguous answer to a line of a
/// referral. Kept between questions.
/// </summary>
/// <param name="names">Numbers of lines.</param>
internal sealed class LineCount(HeldNames names)
{
    private int[] seenFor = [];
    private int asked;
    private int nameless;
    private bool isSolid;
    private bool hasKnown;

    /// <summary>Lines of the question, known or not; all that are not known are one.</summary>
    public int Lines { get; private set; }

    /// <summary>
    /// Whether <see cref="Verdict"/> says "ambiguous" with this number whatever else is there: one of them is known,
    /// so blocks do not answer; of one something is recorded then; and no session is asked for, because there are no
    /// lines without a reference or so many that none is looked up.
    /// </summary>
    public bool IsAmbiguous => Lines > 1 && hasKnown && isSolid && (nameless == 0 || nameless > Limits.SessionLinesMax);

    /// <summary>Begins a question.</summary>
    public void Begin()
    {
        asked++;
        if (seenFor.Length < names.Lines)
        {
            seenFor = new int[names.Lines];
        }

        (Lines, nameless, hasKnown, isSolid) = (0, 0, false, false);
    }

    /// <summary>Takes a flow that answers.</summary>
    /// <param name="line">Number of its line.</param>
    /// <param name="isBest">
    /// Whether it is recorded in the interval, and not only may have gone on, and fits by all that was asked: then it
    /// ranks before any flow of the line that may have gone on.
    /// </param>
    public void Add(int line, bool isBest)
    {
        isSolid |= isBest;
        if (seenFor[line] == asked)
        {
            return;
        }

        seenFor[line] = asked;
        Lines++;
        bool isKnown = line != HeldNames.UnknownLine;
        hasKnown |= isKnown;
        nameless += isKnown && !names.IsNamed(line) ? 1 : 0;
    }
}
