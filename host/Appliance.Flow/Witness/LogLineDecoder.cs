using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// Lines of text that NATs log (syslog, RFC 3164 and 5424) in, events out, by the vendors' templates. A line that none
/// of them fits is counted, for its vendor where it bears a vendor's sign.
/// </summary>
public sealed class LogLineDecoder
{
    private readonly LogTemplates templates;
    private readonly long zoneNs;
    private readonly long[] understood;
    private readonly long[] notUnderstood;
    private readonly Dictionary<(Ip, ushort), ushort> sources = [];
    private long nearNs;

    /// <param name="templates">The forms that are known.</param>
    /// <param name="zoneMinutes">What log times without a zone are ahead of UTC, minutes.</param>
    /// <param name="nearNs">A time near the first line: gives the year to lines without one.</param>
    public LogLineDecoder(LogTemplates templates, int zoneMinutes = 0, long nearNs = 0)
    {
        this.templates = templates;
        this.nearNs = nearNs;
        zoneNs = zoneMinutes * 60L * 1_000_000_000;
        understood = new long[templates.Vendors.Count];
        notUnderstood = new long[templates.Vendors.Count + 1];
    }

    /// <summary>Lines so far.</summary>
    public long Lines { get; private set; }

    /// <summary>Events handed on.</summary>
    public long Events { get; private set; }

    /// <summary>Lines cut because they were longer than any log line.</summary>
    public long TooLong { get; private set; }

    /// <summary>Exporters for which there was no room.</summary>
    public long SourcesRefused { get; private set; }

    /// <summary>Lines of a vendor that a template fitted.</summary>
    public long Understood(int vendor) => understood[vendor];

    /// <summary>Lines that no template fitted: of a vendor, or of nobody known (the number after the last).</summary>
    public long NotUnderstood(int vendor) => notUnderstood[vendor];

    /// <summary>Decodes one line, with or without its end.</summary>
    /// <param name="line">The text.</param>
    /// <param name="exporter">Address it came from; none for a file.</param>
    /// <param name="arrivalNs">When it came, raw time; 0 for a file without arrivals.</param>
    /// <param name="course">Whether a loss on the way would be noticed.</param>
    /// <param name="events">Where events go.</param>
    public void Decode(ReadOnlySpan<byte> line, Ip exporter, long arrivalNs, LogCourse course, NatEvents events)
    {
        line = line.TrimEnd("\r\n\0"u8);
        if (line.IsEmpty)
        {
            return;
        }

        Lines++;
        TooLong += line.Length > Limits.LogLineBytesMax ? 1 : 0;
        line = line[..Math.Min(line.Length, Limits.LogLineBytesMax)];
        nearNs = arrivalNs != 0 ? arrivalNs : nearNs;
        long stampNs = LogHeader.TimeOf(line, zoneNs, nearNs, out long stepNs);
        nearNs = stampNs != 0 && arrivalNs == 0 ? stampNs : nearNs;
        ushort source = SourceOf(exporter, course);
        int before = events.Count;
        bool isKnown = false;

        // Cisco's CGv6 puts several events into one line, each in brackets of its own.
        for (ReadOnlySpan<byte> rest = line; TryLine(rest, out NatEvent made, out int vendor);)
        {
            isKnown = true;
            understood[vendor] += events.Count == before ? 1 : 0;
            Add(ref made, stampNs, stepNs, arrivalNs, course, source, events);
            int next = rest.IndexOf("]["u8);
            rest = next < 0 ? default : rest[(next + 1)..];
        }

        if (!isKnown)
        {
            int vendor = templates.VendorOf(line);
            notUnderstood[vendor < 0 ? templates.Vendors.Count : vendor]++;
        }
    }

    /// <summary>A stream of an exporter's lines was interrupted: lines may be missing.</summary>
    public void Interrupt(Ip exporter, long arrivalNs, NatEvents events) => events.Add(new NatEvent
    {
        Action = NatAction.Gap,
        Witness = Witnesses.Syslog,
        Source = SourceOf(exporter, LogCourse.Whole),
        ArrivalNs = arrivalNs,
    });

    private bool TryLine(ReadOnlySpan<byte> line, out NatEvent made, out int vendor)
    {
        LogMatch match = new(line);
        made = default;
        vendor = 0;
        if (line.IsEmpty)
        {
            return false;
        }

        foreach (LogTemplate template in templates.Templates)
        {
            if (match.TryMatch(template, ref made))
            {
                made.Action = template.Action;
                vendor = template.Vendor;
                return true;
            }
        }

        return false;
    }

    private void Add(
        ref NatEvent made, long stampNs, long stepNs, long arrivalNs, LogCourse course, ushort source, NatEvents events)
    {
        bool isMapping = made.Action is NatAction.Create or NatAction.Delete or NatAction.Alive;
        bool isUntranslated = isMapping
            && (made.InsideAddress.IsNone || made.PublicAddress.IsNone || made.InsideAddress == made.PublicAddress);
        if (made.Action == NatAction.None || isUntranslated)
        {
            return;
        }

        if (made.StampNs == 0)
        {
            made.StampNs = stampNs;
            made.StampStepNs = stepNs;
        }

        made.Witness = Witnesses.Syslog;
        made.ArrivalNs = arrivalNs;
        made.Course = course;
        made.Source = source;
        events.Add(made);
        Events++;
    }

    private ushort SourceOf(Ip exporter, LogCourse course)
    {
        (Ip, ushort) key = (exporter, (ushort)course);
        if (sources.TryGetValue(key, out ushort number))
        {
            return number;
        }

        if (sources.Count >= Limits.LogSourcesMax)
        {
            SourcesRefused++;
            return 0;
        }

        number = (ushort)(sources.Count + 1);
        sources.Add(key, number);
        return number;
    }
}
