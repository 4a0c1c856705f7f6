using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Appliance.Flow;
using Appliance.Lab.Traffic;
using Appliance.Wire;

namespace Appliance.Simulation.Witness;

/// <summary>
/// Fault model: messages are lost whole, the template is late, the NAT's clock is wrong or steps, the log lies. Nothing
/// else: what the log says was so when its clock says.
/// </summary>
internal sealed class LogMaker
{
    private const long MillisecondNs = 1_000_000;
    private const long QuietNs = 1000 * MillisecondNs;
    private const ushort TemplateId = 300;
    private readonly LogPlan plan;
    private readonly Random random;
    private readonly int blockSize;
    private readonly List<Entry> entries = [];

    private LogMaker(LogPlan plan, int blockSize)
    {
        this.plan = plan;
        this.blockSize = blockSize;
        random = new Random((int)plan.Seed);
    }

    /// <summary>The events that reach the engine, in order of arrival, through the product's own decoders.</summary>
    public static List<NatEvent> Make(LogPlan plan, IEnumerable<TruthFlow> truth, int blockSize)
    {
        LogMaker maker = new(plan, blockSize);
        maker.Collect([.. truth.Where(flow => flow.Spec.Reach == FlowReach.Nat44 && flow.Spec.PublicPort != 0)]);
        maker.entries.Sort((a, b) => a.AtNs.CompareTo(b.AtNs));
        return maker.Send();
    }

    private void Collect(List<TruthFlow> flows)
    {
        HashSet<uint> lines = [];
        foreach (TruthFlow flow in flows)
        {
            FlowSpec spec = flow.Spec;
            uint line = random.NextDouble() < plan.Lies
                ? flows[random.Next(flows.Count)].Spec.SubscriberAddress
                : spec.SubscriberAddress;
            if (plan.Shape == LogShape.Blocks)
            {
                if (lines.Add(spec.SubscriberAddress))
                {
                    entries.Add(new Entry(spec.StartNs - MillisecondNs, true, spec, line));
                }

                continue;
            }

            long last = Math.Max(flow.Inside.LastNs, flow.Outside.LastNs);
            entries.Add(new Entry(spec.StartNs, true, spec, line));
            entries.Add(new Entry(last + (5 * MillisecondNs), false, spec, line));
        }
    }

    private List<NatEvent> Send()
    {
        List<NatEvent> all = [];
        ExportDecoder exports = new();
        LogLineDecoder lines = new(LogTemplates.BuiltIn);
        NatEvents events = new();
        uint sequence = 0;
        int message = 0;
        for (int at = 0; at < entries.Count; message++)
        {
            int count = 1;
            while (count < plan.Batch && at + count < entries.Count
                && entries[at + count].AtNs - entries[at].AtNs < plan.BatchMs * MillisecondNs)
            {
                count++;
            }

            List<Entry> batch = entries.GetRange(at, count);
            long arrivalNs = batch[^1].AtNs + (plan.WayMs * MillisecondNs);
            if (random.NextDouble() >= plan.Loss)
            {
                Decode(batch, sequence, message, arrivalNs, exports, lines, events);
            }

            sequence += (uint)count;
            at += count;
            all.AddRange(events.Items);
            events.Clear();
            long nextNs = at < entries.Count ? entries[at].AtNs : arrivalNs + (20 * QuietNs);
            for (long quietNs = arrivalNs + QuietNs; plan.Form == LogForm.Ipfix && quietNs < nextNs; quietNs += QuietNs)
            {
                // An exporter repeats its templates, also when nothing happens.
                bool hasTemplate = plan.TemplateAt == 0;
                byte[] empty = Ipfix([], sequence, hasTemplate);
                exports.Decode(empty, Ip.FromV4(0x0A00_0001), 4739, quietNs, events);
                all.AddRange(events.Items);
                events.Clear();
            }
        }

        return all;
    }

    private void Decode(
        List<Entry> batch, uint sequence, int message, long arrivalNs, ExportDecoder exports, LogLineDecoder lines,
        NatEvents events)
    {
        Ip exporter = Ip.FromV4(0x0A00_0001);
        if (plan.Form == LogForm.Ipfix)
        {
            bool hasTemplate = plan.TemplateAt == 0 ? message % 50 == 0 : message == plan.TemplateAt;
            exports.Decode(Ipfix(batch, sequence, hasTemplate), exporter, 4739, arrivalNs, events);
            return;
        }

        bool isFile = plan.Form == LogForm.File;
        foreach (Entry entry in batch)
        {
            byte[] line = Encoding.ASCII.GetBytes(Line(entry));
            lines.Decode(
                line, exporter, isFile ? 0 : arrivalNs, isFile ? LogCourse.Whole : LogCourse.Unnumbered, events);
        }
    }

    private long StampNs(Entry entry)
    {
        bool isOff = plan.ClockStepsAt == 0 || entry.AtNs >= entries[(int)(entries.Count * plan.ClockStepsAt)].AtNs;
        return entry.AtNs + (isOff ? (long)(plan.ClockAheadSeconds * 1e9) : 0);
    }

    private byte[] Ipfix(List<Entry> batch, uint sequence, bool hasTemplate)
    {
        List<byte> body = [];
        (int Id, int Length)[] fields = plan.Shape switch
        {
            LogShape.Sessions =>
                [(323, 8), (230, 1), (8, 4), (7, 2), (225, 4), (227, 2), (4, 1), (12, 4), (11, 2)],
            LogShape.Bindings => [(323, 8), (230, 1), (8, 4), (7, 2), (225, 4), (227, 2), (4, 1)],
            _ => [(323, 8), (230, 1), (8, 4), (225, 4), (361, 2), (362, 2)],
        };
        if (hasTemplate)
        {
            byte[] told = [.. fields.SelectMany(f => (byte[])[.. U16(f.Id), .. U16(f.Length)])];
            byte[] set = [.. U16(TemplateId), .. U16(fields.Length), .. told];
            body.AddRange([.. U16(2), .. U16(set.Length + 4), .. set]);
        }

        byte[] records = [.. batch.SelectMany(Record)];
        body.AddRange(records.Length == 0 ? [] : [.. U16(TemplateId), .. U16(records.Length + 4), .. records]);
        uint seconds = batch.Count == 0 ? 0 : (uint)(StampNs(batch[^1]) / 1_000_000_000);
        return [.. U16(10), .. U16(16 + body.Count), .. U32(seconds), .. U32(sequence), .. U32(1), .. body];
    }

    private byte[] Record(Entry entry)
    {
        FlowSpec spec = entry.Spec;
        byte[] head = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(head, StampNs(entry) / MillisecondNs);
        if (plan.Shape == LogShape.Blocks)
        {
            int first = 1024 + ((spec.PublicPort - 1024) / blockSize * blockSize);
            return
            [
                .. head, 16, .. U32(entry.Line), .. U32(spec.PublicAddress), .. U16(first),
                .. U16(first + blockSize - 1),
            ];
        }

        byte number = (byte)((plan.Shape == LogShape.Sessions ? 4 : 8) + (entry.IsCreate ? 0 : 1));
        byte[] session =
        [
            .. head, number, .. U32(entry.Line), .. U16(spec.SubscriberPort), .. U32(spec.PublicAddress),
            .. U16(spec.PublicPort), spec.Protocol,
        ];
        return plan.Shape == LogShape.Bindings
            ? session
            : [.. session, .. U32(spec.RemoteAddress), .. U16(spec.RemotePort)];
    }

    /// <summary>A line as A10 writes it.</summary>
    private string Line(Entry entry)
    {
        FlowSpec spec = entry.Spec;
        string time = DateTime.UnixEpoch.AddTicks(StampNs(entry) / 100)
            .ToString("yyyy-MM-dd'T'HH:mm:ss.fff'+00:00'", CultureInfo.InvariantCulture);
        string what = entry.IsCreate ? "CGN 100|Nat Port Allocated" : "CGN 101|Nat Port Freed";
        string remote = plan.Shape == LogShape.Sessions && entry.IsCreate
            ? $" dst={Ip.FromV4(spec.RemoteAddress)} dpt={spec.RemotePort}"
            : "";
        return $"{time} 10.0.0.1 cgn CEF:0|A10|CFW|6|{what}|5|proto={spec.Protocol} src={Ip.FromV4(entry.Line)} "
            + $"spt={spec.SubscriberPort} sourceTranslatedAddress={Ip.FromV4(spec.PublicAddress)} "
            + $"sourceTranslatedPort={spec.PublicPort}{remote}";
    }

    private static byte[] U16(int value) => [(byte)(value >> 8), (byte)value];

    private static byte[] U32(uint value) => [.. U16((int)(value >> 16)), .. U16((int)(value & 0xFFFF))];

    private sealed record Entry(long AtNs, bool IsCreate, FlowSpec Spec, uint Line);
}
