namespace Appliance.Retention.Questions;

/// <summary>
/// Finds among stretches of time those that touch a window without looking at all: sixteen neighbours have one node,
/// with the earliest begin and the latest end among them, sixteen nodes another, and so on. Best where stretches that
/// begin together stand together.
/// </summary>
internal sealed class StretchTree
{
    private const int FanBits = 4;

    // The stretches themselves, then their nodes level by level.
    private readonly List<(long[] From, long[] To)> levels = [];

    /// <param name="from">Begin of each, microseconds of TAI.</param>
    /// <param name="to">End of each.</param>
    public StretchTree(long[] from, long[] to)
    {
        levels.Add((from, to));
        while (from.Length > 1)
        {
            (from, to) = Above(from, to);
            levels.Add((from, to));
        }
    }

    /// <summary>Adds the numbers of those that touch a window, ascending.</summary>
    public void Find(Window window, List<int> found)
    {
        if (levels[0].From.Length > 0)
        {
            Find(levels.Count - 1, 0, 1, window, found);
        }
    }

    private void Find(int level, int first, int end, in Window window, List<int> found)
    {
        (long[] from, long[] to) = levels[level];
        for (int i = first; i < Math.Min(end, from.Length); i++)
        {
            if (from[i] > window.To.Microseconds || to[i] < window.From.Microseconds)
            {
                continue;
            }

            if (level == 0)
            {
                found.Add(i);
            }
            else
            {
                Find(level - 1, i << FanBits, (i + 1) << FanBits, window, found);
            }
        }
    }

    private static (long[] From, long[] To) Above(long[] from, long[] to)
    {
        int count = (from.Length + (1 << FanBits) - 1) >> FanBits;
        long[] earliest = new long[count];
        long[] latest = new long[count];
        Array.Fill(earliest, long.MaxValue);
        Array.Fill(latest, long.MinValue);
        for (int i = 0; i < from.Length; i++)
        {
            earliest[i >> FanBits] = Math.Min(earliest[i >> FanBits], from[i]);
            latest[i >> FanBits] = Math.Max(latest[i >> FanBits], to[i]);
        }

        return (earliest, latest);
    }
}
