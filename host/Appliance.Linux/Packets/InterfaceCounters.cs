using System.Globalization;

namespace Appliance.Linux.Packets;

/// <summary>
/// What the kernel counted on an interface before any ring: frames lost there were seen by nobody. From
/// /proc/thread-self/net/dev, which tells of the thread's own network namespace. Cumulative since the interface was
/// made.
/// </summary>
/// <param name="Received">Frames received.</param>
/// <param name="Dropped">Frames that the kernel or the card had no room for (rx_dropped and rx_missed_errors).</param>
/// <param name="Overruns">Frames that overran the card's queue (rx_fifo_errors).</param>
/// <param name="Damaged">Frames with an error: checksum, length.</param>
public readonly record struct InterfaceCounters(long Received, long Dropped, long Overruns, long Damaged)
{
    private const string Source = "/proc/thread-self/net/dev";

    /// <summary>Reads them; false where there is no such interface.</summary>
    public static bool TryRead(string interfaceName, out InterfaceCounters counters) =>
        TryParse(File.ReadAllText(Source), interfaceName, out counters);

    /// <summary>
    /// A line is <c>name: bytes packets errs drop fifo frame compressed multicast</c> and the same for what was sent.
    /// </summary>
    internal static bool TryParse(string text, string interfaceName, out InterfaceCounters counters)
    {
        counters = default;
        foreach (ReadOnlySpan<char> line in text.AsSpan().EnumerateLines())
        {
            int colon = line.IndexOf(':');
            if (colon < 0 || !line[..colon].Trim().SequenceEqual(interfaceName))
            {
                continue;
            }

            string[] fields = line[(colon + 1)..].ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 8 || !TryNumbers(fields, out long[] numbers))
            {
                return false;
            }

            counters = new InterfaceCounters(numbers[1], numbers[3], numbers[4], numbers[2]);
            return true;
        }

        return false;
    }

    private static bool TryNumbers(string[] fields, out long[] numbers)
    {
        numbers = new long[fields.Length];
        for (int index = 0; index < fields.Length; index++)
        {
            if (!long.TryParse(fields[index], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[index]))
            {
                return false;
            }
        }

        return true;
    }
}
