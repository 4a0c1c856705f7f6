namespace Appliance.Edge.Uplink;

/// <summary>Where a batch stands in the life of its device; the order in which batches are sent.</summary>
internal readonly record struct Position(uint Epoch, uint Sequence) : IComparable<Position>
{
    public int CompareTo(Position other) => (Epoch, Sequence).CompareTo((other.Epoch, other.Sequence));

    public override string ToString() => $"{Epoch}/{Sequence}";
}

/// <summary>
/// A set of positions as runs of neighbours. Receipts come nearly in order, so a year of them is a few runs an epoch.
/// </summary>
internal sealed class PositionSet
{
    private readonly Dictionary<uint, List<Run>> epochs = [];

    /// <summary>False where it was there.</summary>
    public bool Add(Position position)
    {
        if (!epochs.TryGetValue(position.Epoch, out List<Run>? runs))
        {
            epochs.Add(position.Epoch, runs = []);
        }

        int index = IndexOf(runs, position.Sequence);
        if (index < runs.Count && runs[index].First <= position.Sequence)
        {
            return false;
        }

        bool joinsBefore = index > 0 && runs[index - 1].Last + 1 == position.Sequence;
        bool joinsAfter = index < runs.Count && position.Sequence + 1 == runs[index].First;
        uint first = joinsBefore ? runs[index - 1].First : position.Sequence;
        uint last = joinsAfter ? runs[index].Last : position.Sequence;
        int from = joinsBefore ? index - 1 : index;
        runs.RemoveRange(from, (joinsBefore ? 1 : 0) + (joinsAfter ? 1 : 0));
        runs.Insert(from, new Run(first, last));
        return true;
    }

    public bool Contains(Position position) =>
        epochs.TryGetValue(position.Epoch, out List<Run>? runs)
        && IndexOf(runs, position.Sequence) is int index && index < runs.Count
        && runs[index].First <= position.Sequence;

    /// <summary>The first run that does not end before the sequence.</summary>
    private static int IndexOf(List<Run> runs, uint sequence)
    {
        int low = 0, high = runs.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (runs[middle].Last < sequence)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }

    private readonly record struct Run(uint First, uint Last);
}
