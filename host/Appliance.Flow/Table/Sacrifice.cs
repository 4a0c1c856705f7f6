namespace Appliance.Flow;

/// <summary>
/// What is given up when the table is full. In order: unanswered outside packets, ended flows, outside halves, flows
/// whose binding is already recorded (only later volume is lost), and last of all young flows, whose binding the
/// eviction records. New outside halves are not worth an eviction: they are refused before this is asked.
/// </summary>
internal static class Sacrifice
{
    /// <summary>The entry of the least loss among the next few, the longest silent of equals.</summary>
    public static int Choose(FlowTable table)
    {
        int chosen = table.StepHand();
        int lowest = RankOf(table.Hot(chosen));
        for (int i = 1; i < Limits.EvictionSteps && lowest > 0; i++)
        {
            int entry = table.StepHand();
            ref HotFlow hot = ref table.Hot(entry);
            int rank = RankOf(hot);
            if (rank < lowest || (rank == lowest && hot.LastNs < table.Hot(chosen).LastNs))
            {
                chosen = entry;
                lowest = rank;
            }
        }

        return chosen;
    }

    private static int RankOf(in HotFlow hot)
    {
        bool isOutsideOnly = (hot.Seen & Seen.Inside) == 0;
        return isOutsideOnly && (hot.Seen & Seen.Up) == 0 ? 0
            : hot.IsClosing ? 1
            : isOutsideOnly ? 2
            : (hot.Marks & Marks.Recorded) != 0 ? 3 : 4;
    }
}
