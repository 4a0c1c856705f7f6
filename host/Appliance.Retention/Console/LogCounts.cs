using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>One authority's entries of one purpose.</summary>
internal sealed record CountRow(string Authority, byte Purpose, int[] Kinds);

/// <summary>
/// Counts of the log by kind, authority and purpose. Entries never change, so only new ones are read; a log that has
/// become shorter is counted anew, and the audit says what to think of it.
/// </summary>
internal sealed class LogCounts
{
    private const int KindCount = (int)LogKind.Error + 1;
    private const int ReadMax = 10_000;

    private readonly Lock one = new();
    private readonly Dictionary<(string Authority, byte Purpose), int[]> counts = [];
    private readonly Dictionary<Id16, string> authorities = [];
    private ulong next;

    public IReadOnlyList<CountRow> Read(Desk desk)
    {
        lock (one)
        {
            if (desk.Log.Size < next)
            {
                counts.Clear();
                next = 0;
            }

            while (desk.Log.Entries(next, ReadMax) is { Count: > 0 } entries)
            {
                foreach (Log.LoggedEntry logged in entries)
                {
                    Count(desk, logged.Entry);
                    next = logged.Index + 1;
                }
            }

            return
            [
                .. counts
                    .Select(pair => new CountRow(pair.Key.Authority, pair.Key.Purpose, [.. pair.Value]))
                    .OrderBy(row => row.Authority, StringComparer.Ordinal).ThenBy(row => row.Purpose),
            ];
        }
    }

    private void Count(Desk desk, LogEntry entry)
    {
        (string, byte) key = (AuthorityOf(desk, entry.Request), entry.Purpose);
        if (!counts.TryGetValue(key, out int[]? kinds))
        {
            counts[key] = kinds = new int[KindCount];
        }

        kinds[(int)entry.Kind]++;
    }

    /// <summary>Authority of a request; what belongs to none is the store's own.</summary>
    private string AuthorityOf(Desk desk, Id16 request)
    {
        if (request == default || !desk.Orders.Has(request))
        {
            return "";
        }

        if (!authorities.TryGetValue(request, out string? authority))
        {
            authority = desk.Orders.Find(request)?.Authority ?? "";
            authorities[request] = authority;
        }

        return authority;
    }
}
