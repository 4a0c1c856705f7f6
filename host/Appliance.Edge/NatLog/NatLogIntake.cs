using Appliance.Edge.Configuration;
using Appliance.Flow;
using Appliance.Linux.Clocks;
using Appliance.Time.Observations;
using Appliance.Wire;

namespace Appliance.Edge.NatLog;

/// <summary>
/// What all listeners share: the decoders, used by one of them at a time, and the queue to the packet thread, which so
/// has one writer. What comes is dated along the box's line as it comes, for a set may wait for its template while the
/// system clock is stepped.
/// </summary>
internal sealed class NatLogIntake
{
    private readonly SteadyClock line;
    private readonly Lock gate = new();
    private readonly LogDatagrams decoder;
    private readonly NatEvents events = new();
    private readonly HashSet<Ip> allowed = [];
    private long refused;
    private bool isClosed;

    /// <param name="options">Who may speak, and how lines are read.</param>
    /// <param name="line">The box's line of time.</param>
    public NatLogIntake(NatLogOptions options, SteadyClock line)
    {
        this.line = line;
        decoder = new LogDatagrams(new LogLineDecoder(LogTemplates.BuiltIn, options.ZoneMinutes));
        foreach (string text in options.Exporters)
        {
            allowed.Add(Ip.TryParse(text, out Ip address) ? address : default);
        }
    }

    /// <summary>The decoder, before anything is heard.</summary>
    public ExportDecoder Exports => decoder.Exports;

    public NatEventQueue Queue { get; } = new(Limits.QueueEvents);

    /// <summary>True where the sender may speak; counts it where not.</summary>
    public bool Admits(in Ip exporter)
    {
        bool isAllowed = allowed.Count == 0 || allowed.Contains(exporter);
        if (!isAllowed)
        {
            Refuse();
        }

        return isAllowed;
    }

    public void Refuse() => Interlocked.Increment(ref refused);

    public void TakeDatagram(ReadOnlySpan<byte> datagram, in Ip exporter, ushort port)
    {
        if (ExportDecoder.IsExport(datagram))
        {
            TakeExport(datagram, exporter, port);
        }
        else
        {
            TakeLine(datagram, exporter, LogCourse.Unnumbered);
        }
    }

    public void TakeExport(ReadOnlySpan<byte> message, in Ip exporter, ushort port)
    {
        (long systemNs, long offsetNs) = Now();
        lock (gate)
        {
            if (!isClosed)
            {
                decoder.Exports.Decode(message, exporter, port, systemNs - offsetNs, events);
                Hand(offsetNs, arrivalOffsetNs: 0);
            }
        }
    }

    public void TakeLine(ReadOnlySpan<byte> text, in Ip exporter, LogCourse course)
    {
        (long systemNs, long offsetNs) = Now();
        lock (gate)
        {
            if (!isClosed)
            {
                // By the system clock: a line's stamp often has no year, which it takes from its arrival.
                decoder.Lines.Decode(text, exporter, systemNs, course, events);
                Hand(offsetNs, offsetNs);
            }
        }
    }

    /// <summary>A stream of lines ended: what was on its way is lost.</summary>
    public void Interrupt(in Ip exporter)
    {
        (long systemNs, long offsetNs) = Now();
        lock (gate)
        {
            if (!isClosed)
            {
                decoder.Lines.Interrupt(exporter, systemNs, events);
                Hand(offsetNs, offsetNs);
            }
        }
    }

    public NatLogStatus StatusOf(IReadOnlyList<string> problems, long lostDatagrams, string tableBefore)
    {
        lock (gate)
        {
            LogTally exports = decoder.Exports.Tally;
            return new NatLogStatus
            {
                Messages = exports.Messages + decoder.Lines.Lines,
                Events = exports.Events + decoder.Lines.Events,
                Dropped = Queue.Dropped,
                LostDatagrams = lostDatagrams,
                Gaps = exports.Gaps,
                Missing = exports.Missing,
                Malformed = exports.Malformed + exports.SetsLost,
                Refused = Interlocked.Read(ref refused) + exports.SourcesRefused,
                NotUnderstood = NatLogSummary.NotUnderstoodOf(decoder),
                Problems = problems,
                TableBefore = tableBefore,
            };
        }
    }

    /// <summary>Ends it: what comes from here on is not taken. The decoder is the caller's.</summary>
    public ExportDecoder Close()
    {
        lock (gate)
        {
            isClosed = true;
            return decoder.Exports;
        }
    }

    private (long SystemNs, long OffsetNs) Now()
    {
        (CounterPair now, long offsetNs) = line.Read();
        return (now.Reading.Nanoseconds, offsetNs);
    }

    // Senders stamp by the time of day, which the system clock knows now; bindings count along the box's line.
    private void Hand(long stampOffsetNs, long arrivalOffsetNs)
    {
        foreach (ref readonly NatEvent item in events.Items)
        {
            NatEvent made = item;
            made.ArrivalNs -= arrivalOffsetNs;
            made.StampNs -= made.StampNs == 0 ? 0 : stampOffsetNs;
            Queue.Put(made);
        }

        events.Clear();
    }
}
