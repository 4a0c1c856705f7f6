using System.Globalization;
using System.Text.RegularExpressions;

namespace Appliance.Lab.Bed;

/// <summary>
/// The kernel's own account of every translation, accounting on: <c>conntrack -E</c> from before the first packet, and
/// <c>conntrack -L</c> at the end for the connections still alive (nearly all: see the timeouts in
/// <see cref="BedLayout"/>). The table is read, not flushed: Debian 12's conntrack gives the large buffer to its query
/// socket and leaves the event socket at the default, so 2,000 DESTROY events at once would be lost.
/// The account is complete only if nothing was lost: each entry began with a NEW event, no ENOBUFS, and in the kernel's
/// statistics no failed insertion, no drop and no packet called invalid (those pass a NAT uncounted).
/// </summary>
internal sealed partial class ConntrackWatch : IDisposable
{
    private const string Format = "timestamp,id,extended,ktimestamp";
    private static readonly string[] MustBeZero = ["invalid", "insert_failed", "drop", "early_drop", "error"];

    private readonly BedProcess _listener;
    private readonly string _space;
    private readonly string _eventFile;

    private ConntrackWatch(string space, string folder)
    {
        _space = space;
        _eventFile = Path.Combine(folder, "conntrack.log");
        // Straight into a file and ahead of the others on the processor: the listener must never wait for its reader.
        string command = string.Create(CultureInfo.InvariantCulture,
            $"exec nice -n -15 conntrack -E -e NEW,DESTROY -o {Format} --buffer-size {BedLimits.NetlinkBufferBytes} ");
        _listener = BedProcess.Start("ip", BedLayout.Inside(space, "sh", "-c", command + "> \"$0\"", _eventFile));
    }

    /// <summary>
    /// Connections that were in the table at the end of the traffic; the others had ended by themselves.
    /// </summary>
    public int AliveAtEnd { get; private set; }

    public static ConntrackWatch Start(BedLayout layout, string folder, CancellationToken stop)
    {
        ConntrackWatch watch = new(layout.NatNamespace, folder);
        try
        {
            watch._listener.WaitForError("buffer size has been set", stop);
            return watch;
        }
        catch
        {
            watch.Dispose();
            throw;
        }
    }

    /// <summary>Ends the listener and returns every connection of the run, in the order of their start.</summary>
    /// <exception cref="BedException">The account is not complete.</exception>
    public List<ConntrackEntry> Stop()
    {
        string[] table = BedProcess.Run("ip", BedLayout.Inside(_space, "conntrack", "-L", "-o", Format)).Split('\n');
        bool early = _listener.HasExited;
        _listener.Stop();
        if (early || _listener.Errors.Contains("ENOBUFS", StringComparison.Ordinal))
        {
            throw new BedException("connection tracking events were lost: " +
                _listener.Errors.Trim().ReplaceLineEndings(", "));
        }

        CheckStatistics();
        return Account(table);
    }

    public void Dispose() => _listener.Dispose();

    [GeneratedRegex("([a-z_]+)=([0-9]+)")]
    private static partial Regex Statistic();

    private List<ConntrackEntry> Account(string[] table)
    {
        Dictionary<string, long> startsUs = [];
        List<ConntrackEntry> all = [];
        foreach (string line in File.ReadLines(_eventFile))
        {
            if (!ConntrackEntry.TryParse(line, out ConntrackEntry entry))
            {
                continue;
            }

            if (!line.Contains("[NEW]", StringComparison.Ordinal))
            {
                all.Add(entry);
            }
            else if (!startsUs.TryAdd(entry.InsideKey, entry.StopUs))
            {
                throw new BedException($"the kernel tracked the same connection twice: {entry.InsideKey}");
            }
        }

        AliveAtEnd = -all.Count;
        foreach (string line in table)
        {
            if (ConntrackEntry.TryParse(line, out ConntrackEntry entry))
            {
                all.Add(entry);
            }
        }

        AliveAtEnd += all.Count;
        return [.. all.Select(e => Started(e, startsUs)).OrderBy(e => e.StartUs)];
    }

    private static ConntrackEntry Started(ConntrackEntry entry, Dictionary<string, long> startsUs) =>
        startsUs.TryGetValue(entry.InsideKey, out long start)
            ? entry with { StartUs = start }
            : throw new BedException($"no event told the start of {entry.InsideKey}");

    private void CheckStatistics()
    {
        string text = BedProcess.Run("ip", BedLayout.Inside(_space, "conntrack", "-S"));
        foreach (Match match in Statistic().Matches(text))
        {
            if (MustBeZero.Contains(match.Groups[1].Value) && match.Groups[2].Value != "0")
            {
                throw new BedException($"connection tracking is not exact: {text.Trim().ReplaceLineEndings(", ")}");
            }
        }
    }
}
