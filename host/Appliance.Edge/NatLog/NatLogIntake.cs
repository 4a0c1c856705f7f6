using Appliance.Edge.Configuration;
using Appliance.Edge.Service;
using Appliance.Flow;
using Appliance.Wire;

namespace Appliance.Edge.NatLog;

/// <summary>
/// What all listeners share: the decoders, used by one of them at a time, and the queue to the packet thread, which so
/// has one writer.
/// </summary>
internal sealed class NatLogIntake
{
    private readonly Lock gate = new();
    private readonly LogDatagrams decoder;
    private readonly NatEvents events = new();
    private readonly HashSet<Ip> allowed = [];
    private long refused;
    private bool isClosed;

    public NatLogIntake(NatLogOptions options)
    {
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

    public void TakeDatagram(ReadOnlySpan<byte> datagram, in Ip exporter, ushort port, long arrivalNs)
    {
        lock (gate)
        {
            if (!isClosed)
            {
                decoder.Decode(datagram, exporter, port, arrivalNs, events);
                Hand();
            }
        }
    }

    public void TakeExport(ReadOnlySpan<byte> message, in Ip exporter, ushort port, long arrivalNs)
    {
        lock (gate)
        {
            if (!isClosed)
            {
                decoder.Exports.Decode(message, exporter, port, arrivalNs, events);
                Hand();
            }
        }
    }

    public void TakeLine(ReadOnlySpan<byte> line, in Ip exporter, long arrivalNs)
    {
        lock (gate)
        {
            if (!isClosed)
            {
                decoder.Lines.Decode(line, exporter, arrivalNs, LogCourse.Whole, events);
                Hand();
            }
        }
    }

    /// <summary>A stream of lines ended: what was on its way is lost.</summary>
    public void Interrupt(in Ip exporter, long arrivalNs)
    {
        lock (gate)
        {
            if (!isClosed)
            {
                decoder.Lines.Interrupt(exporter, arrivalNs, events);
                Hand();
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

    // Messages are read by the system clock, since their senders' stamps are; bindings count along the box's line.
    private void Hand()
    {
        long offset = WallClock.Steady.OffsetNs;
        foreach (ref readonly NatEvent item in events.Items)
        {
            NatEvent made = item;
            made.ArrivalNs -= made.ArrivalNs == 0 ? 0 : offset;
            made.StampNs -= made.StampNs == 0 ? 0 : offset;
            Queue.Put(made);
        }

        events.Clear();
    }
}
