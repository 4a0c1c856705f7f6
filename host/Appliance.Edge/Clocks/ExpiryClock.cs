using System.Globalization;
using System.Text;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Edge.Clocks;

/// <summary>
/// The time by which the flash forgets. What it forgets without a receipt is lost, so a clock that is not set decides
/// nothing, and one that jumps ahead of what is certain only after it has stood so for days of running: certain is what
/// was so before, and how long the box has run since. How long it was off it cannot know; then it keeps for those days
/// longer, which reveals nothing, for the store destroys the keys of a day on its own clock.
/// <code>
/// certain  ----------------------------            ,----- taken: the clock stood at C for 7 days
/// clock    ---------------------------- jumps to C ------
/// forgets  by the clock ..............| by what is certain |.....
/// </code>
/// One line of text beside the journal: certain, how long the clock was ahead and by how much, microseconds.
/// </summary>
internal sealed class ExpiryClock(string folder)
{
    private const string Name = "forgets";
    private readonly string path = Path.Combine(folder, Name);
    private long certainUs;
    private long aheadForUs;
    private long aheadByUs;
    private long keptUs;
    private long lineAtNs;
    private bool isRead;

    /// <summary>What is to be looked at, and what happens meanwhile; null where all is well.</summary>
    public string? Problem { get; private set; }

    /// <summary>The time by which something may be forgotten now; null where none is known.</summary>
    /// <param name="now">True time.</param>
    /// <param name="lineNs">The same by the box's line of time.</param>
    public TaiTime? Take(in ClockReading now, long lineNs)
    {
        Read();
        long passedUs = lineAtNs == 0 ? 0 : Math.Max(0, (lineNs - lineAtNs) / 1000);
        lineAtNs = lineNs;
        certainUs += certainUs == 0 ? 0 : passedUs;
        if (now.State == ClockState.Unset)
        {
            return null;
        }

        long clockUs = now.Time.Microseconds;
        certainUs = certainUs == 0 ? clockUs : certainUs;
        Weigh(clockUs - certainUs, passedUs);
        Keep();
        bool isAhead = clockUs - certainUs > Limits.ExpiryLeadUs;
        Problem = isAhead ? Words(clockUs - certainUs) : null;
        return isAhead ? new TaiTime(certainUs) : now.Time;
    }

    private static string Words(long leadUs) => string.Create(
        CultureInfo.InvariantCulture,
        $"the clock is {leadUs / Limits.ExpiryLeadUs} days ahead of what the box's running time bears out; flash "
        + $"forgets nothing by it before it has stood so for {Limits.ExpiryBorneOutUs / Limits.ExpiryLeadUs} days");

    // A clock that goes on jumping begins anew each time.
    private void Weigh(long leadUs, long passedUs)
    {
        bool isSame = leadUs > 0 && Math.Abs(leadUs - aheadByUs) <= Limits.ExpiryLeadUs;
        aheadByUs = isSame ? aheadByUs : leadUs;
        aheadForUs = isSame ? aheadForUs + passedUs : 0;
        if (aheadForUs >= Limits.ExpiryBorneOutUs)
        {
            certainUs += leadUs;
            (aheadForUs, aheadByUs) = (0, 0);
        }
    }

    private void Read()
    {
        if (isRead)
        {
            return;
        }

        isRead = true;
        try
        {
            string[] words = File.Exists(path) ? File.ReadAllText(path).Split(' ') : [];
            long[] numbers = [.. words.Select(
                word => long.TryParse(word, CultureInfo.InvariantCulture, out long n) ? n : 0)];
            (certainUs, aheadForUs, aheadByUs) = numbers is [var certain, var length, var by] && certain > 0
                ? (certain, length, by)
                : (0, 0, 0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new JournalDeviceException(DeviceFault.Medium, $"{path}: {failure.Message}");
        }
    }

    private void Keep()
    {
        if (Math.Abs(certainUs - keptUs) < Limits.ExpiryKeptUs)
        {
            return;
        }

        try
        {
            string text = string.Create(CultureInfo.InvariantCulture, $"{certainUs} {aheadForUs} {aheadByUs}");
            DurableFile.Put(path, path + ".new", Encoding.ASCII.GetBytes(text));
            keptUs = certainUs;
        }
        catch (JournalDeviceException)
        {
            // A flash that takes nothing is an alarm already; the next minute tries again.
        }
    }
}
