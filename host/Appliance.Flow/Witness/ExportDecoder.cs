using System.Buffers.Binary;
using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>
/// IPFIX (RFC 7011) and NetFlow v9 (RFC 3954) messages in, events of the NAT out. Keeps each stream's templates and
/// sequence number; data that comes before its template waits a while. Whatever the bytes, it counts and goes on.
/// <code>
/// NetFlow v9  version 9, count | uptime | seconds | sequence: messages | source id        sets 0, 1, 256..
/// IPFIX       version 10, bytes | seconds | sequence: data records | domain               sets 2, 3, 256..
/// set         id, bytes | templates, or records of template id | padding
/// </code>
/// </summary>
public sealed class ExportDecoder
{
    private const ushort NetFlow9 = 9;
    private const ushort Ipfix = 10;
    private const int NetFlow9Header = 20;
    private const int IpfixHeader = 16;
    private const int SetHeader = 4;
    private const ushort FirstDataSet = 256;
    private const long SecondNs = 1_000_000_000;

    // A late message is older by less; a start begins at 0.
    private const ulong UptimeSlackMs = 60_000;

    private readonly ExportSources sources = new();
    private readonly HeldSets held;
    private readonly TemplateReader templates;

    public ExportDecoder()
    {
        held = new HeldSets(Tally);
        templates = new TemplateReader(sources, Tally);
    }

    /// <summary>What was seen so far.</summary>
    public LogTally Tally { get; } = new();

    internal ExportSources Sources => sources;

    /// <summary>
    /// Length that a message in a stream says it has: IPFIX over TCP frames itself; 0 where it is none.
    /// </summary>
    public static int LengthOf(ReadOnlySpan<byte> header) =>
        header.Length >= SetHeader && BinaryPrimitives.ReadUInt16BigEndian(header) == Ipfix
            ? Math.Max(BinaryPrimitives.ReadUInt16BigEndian(header[2..]), (ushort)IpfixHeader)
            : 0;

    /// <summary>True where bytes begin as a message of either version does.</summary>
    public static bool IsExport(ReadOnlySpan<byte> message) =>
        message.Length >= 2 && BinaryPrimitives.ReadUInt16BigEndian(message) is NetFlow9 or Ipfix;

    /// <summary>Decodes one message; events are added, in their order in the message.</summary>
    /// <param name="message">One datagram, or one message of a stream.</param>
    /// <param name="exporter">Address it came from.</param>
    /// <param name="port">Port it came from.</param>
    /// <param name="arrivalNs">When it came, raw time; 0 where that is not known.</param>
    /// <param name="events">Where the events go.</param>
    public void Decode(ReadOnlySpan<byte> message, Ip exporter, ushort port, long arrivalNs, NatEvents events)
    {
        Tally.Messages++;
        held.Expire(arrivalNs);
        ushort version = message.Length >= 2 ? BinaryPrimitives.ReadUInt16BigEndian(message) : (ushort)0;
        int header = version == NetFlow9 ? NetFlow9Header : IpfixHeader;
        if (version is not (NetFlow9 or Ipfix) || message.Length < header)
        {
            Tally.Malformed++;
            return;
        }

        if (version == Ipfix)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
            Tally.Malformed += length == message.Length ? 0 : 1;
            message = message[..Math.Clamp(length, header, message.Length)];
        }

        uint domain = BinaryPrimitives.ReadUInt32BigEndian(message[(header - 4)..]);
        if (sources.Of(new ExportStream(exporter, port, version, domain)) is not { } source)
        {
            Tally.SourcesRefused++;
            return;
        }

        Decode(message, source, header, arrivalNs, events);
    }

    private void Decode(
        ReadOnlySpan<byte> message, ExportSource source, int header, long arrivalNs, NatEvents events)
    {
        bool isV9 = header == NetFlow9Header;
        uint sequence = BinaryPrimitives.ReadUInt32BigEndian(message[(header - 8)..]);
        long exportNs = BinaryPrimitives.ReadUInt32BigEndian(message[(isV9 ? 8 : 4)..]) * SecondNs;
        MessageTimes times = new(exportNs, arrivalNs, LogCourse.Whole);
        bool isCertain = CheckSequence(message, source, sequence, isV9, times, events);
        uint records = 0;
        ReadOnlySpan<byte> rest = message[header..];
        while (rest.Length >= SetHeader)
        {
            ushort id = BinaryPrimitives.ReadUInt16BigEndian(rest);
            int length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            if (length < SetHeader || length > rest.Length)
            {
                // The rest has no known borders. What it held is missing from here on.
                Tally.Malformed++;
                isCertain = false;
                AddGap(source, times, events);
                break;
            }

            int read = ReadSet(source, id, rest[SetHeader..length], isV9, times, events);
            isCertain &= read >= 0;
            records += (uint)Math.Max(read, 0);
            rest = rest[length..];
        }

        SetExpected(source, sequence, isV9 ? 1 : records, isV9 || isCertain);
        Add(NatAction.Heard, source, times, events);
    }

    /// <summary>Reads a set; how many data records it held, or -1 where that is not known.</summary>
    private int ReadSet(
        ExportSource source, ushort id, ReadOnlySpan<byte> body, bool isV9, in MessageTimes times, NatEvents events)
    {
        ushort templateSet = isV9 ? (ushort)0 : (ushort)2;
        if (id == templateSet || id == templateSet + 1)
        {
            templates.Begin(source, body, isV9, isOptions: id != templateSet);
            while (templates.TryNext(body, out ushort taken))
            {
                ReleaseHeld(source, taken, events);
            }

            return 0;
        }

        if (id < FirstDataSet)
        {
            Tally.Malformed++;
            return -1;
        }

        if (source.Templates.TryGetValue(id, out ExportTemplate? template))
        {
            return ReadRecords(source, template, body, times, events);
        }

        held.Add(source, id, body, times);

        // Until the template comes, what these records say is missing.
        AddGap(source, times, events);
        return -1;
    }

    private void ReleaseHeld(ExportSource source, ushort id, NatEvents events)
    {
        int from = 0;
        while (source.Templates.TryGetValue(id, out ExportTemplate? template)
            && held.TryTake(source, id, ref from, out ReadOnlySpan<byte> body, out MessageTimes times))
        {
            ReadRecords(source, template, body, times, events);
        }
    }

    private int ReadRecords(
        ExportSource source, ExportTemplate template, ReadOnlySpan<byte> body, in MessageTimes times, NatEvents events)
    {
        int count = 0;

        // What is shorter than any record is padding (RFC 7011 section 3.3.1).
        while (body.Length >= template.BytesMin)
        {
            int used = ExportRecord.Read(body, template, out ExportRecord record);
            if (used < 0)
            {
                Tally.Malformed++;
                AddGap(source, times, events);
                return -1;
            }

            count++;
            body = body[used..];
            if (template.IsOptions)
            {
                Tally.OptionRecords++;
                continue;
            }

            Tally.Records++;
            NatEvent made = ExportEvents.Of(record, times, source.Number, Tally);
            if (made.Action != NatAction.None)
            {
                Tally.Events++;
                events.Add(made);
            }
        }

        return count;
    }

    /// <summary>Compares the sequence number with what was expected; false where the message is late.</summary>
    private bool CheckSequence(
        ReadOnlySpan<byte> message, ExportSource source, uint sequence, bool isV9, in MessageTimes times,
        NatEvents events)
    {
        uint uptime = isV9 ? BinaryPrimitives.ReadUInt32BigEndian(message[4..]) : 0;
        int ahead = source.HasExpected ? (int)(sequence - source.Expected) : 0;
        bool isLate = ahead < 0 && ahead >= -Limits.LogReorderMax;
        bool isStart = ahead < 0 && (!isLate
            || (isV9 ? uptime + UptimeSlackMs < source.UptimeMs : sequence == 0));

        // Whoever was away cannot tell what was lost from an exporter that began anew, with other templates.
        isStart |= source.IsResumed && (ahead != 0 || uptime < source.UptimeMs);
        source.IsResumed = false;
        source.UptimeMs = Math.Max(uptime, isStart ? 0 : source.UptimeMs);
        if (isStart)
        {
            // RFC 3954 section 9: a new start takes all templates with it; IPFIX sends them again as well.
            Tally.Restarts++;
            templates.Forget(source);
            source.HasExpected = false;
            AddGap(source, times, events);
            return true;
        }

        if (isLate)
        {
            Tally.OutOfOrder++;
            return false;
        }

        if (ahead > 0)
        {
            Tally.Gaps++;
            Tally.Missing += ahead;
            AddGap(source, times, events);
        }

        return true;
    }

    private static void SetExpected(ExportSource source, uint sequence, uint count, bool isCertain)
    {
        uint next = sequence + count;
        bool isBehind = source.HasExpected && (int)(next - source.Expected) < 0;
        if (!isBehind)
        {
            source.Expected = next;
            source.HasExpected = isCertain;
        }
    }

    private static void AddGap(ExportSource source, in MessageTimes times, NatEvents events) =>
        Add(NatAction.Gap, source, times, events);

    private static void Add(NatAction action, ExportSource source, in MessageTimes times, NatEvents events) =>
        events.Add(new NatEvent
        {
            Action = action,
            Witness = Witnesses.Nel,
            Source = source.Number,
            ArrivalNs = times.ArrivalNs,
            StampNs = times.ExportNs,
        });
}
