using System.Text;
using Appliance.Edge.Configuration;
using Appliance.Flow;
using Appliance.Linux;
using Appliance.Wire;

namespace Appliance.Edge.NatLog;

/// <summary>
/// Logs of a NAT in files, for a replay: captures of what it sent, or the lines of its syslog. Each file is read as far
/// as the packets are; its events enter the engine in order of arrival, lines by their own times.
/// </summary>
public sealed class NatLogFiles : IDisposable
{
    private readonly List<Reader> readers = [];
    private readonly LogDatagrams decoder;

    private NatLogFiles(LogDatagrams decoder) => this.decoder = decoder;

    /// <summary>What was decoded.</summary>
    public LogDatagrams Decoder => decoder;

    /// <summary>What was wrong with files that ended badly.</summary>
    public IReadOnlyList<string> Problems => [.. readers.SelectMany(reader => reader.Problems)];

    /// <summary>Opens the files; false with the sentence to print.</summary>
    /// <param name="paths">Captures (pcap, pcapng) or text.</param>
    /// <param name="options">Zone of times without one.</param>
    /// <param name="firstNs">Time of the first packet: gives the year to lines without one.</param>
    /// <param name="files">The opened files.</param>
    /// <param name="problem">What is wrong.</param>
    public static bool TryOpen(
        IReadOnlyList<string> paths, NatLogOptions options, long firstNs, out NatLogFiles files, out string problem)
    {
        LogLineDecoder lines = new(LogTemplates.BuiltIn, options.ZoneMinutes, firstNs);
        files = new NatLogFiles(new LogDatagrams(lines));
        problem = "";
        for (int i = 0; i < paths.Count && problem.Length == 0; i++)
        {
            if (!TryIsText(paths[i], out bool isText, out problem))
            {
                break;
            }

            if (isText)
            {
                // Files have no sender: each counts as one of its own.
                files.readers.Add(new TextReader(files.decoder, paths[i], new Ip(0, (ulong)i + 1)));
            }
            else if (CaptureSequence.TryOpen([paths[i]], 0, out CaptureSequence? capture, out problem))
            {
                files.readers.Add(new CaptureReader(files.decoder, capture));
            }
        }

        return problem.Length == 0;
    }

    /// <summary>Gives the engine all events until a time.</summary>
    public void FeedUntil(FlowEngine engine, long nowNs)
    {
        foreach (Reader reader in readers)
        {
            reader.FeedUntil(engine, nowNs);
        }
    }

    public void Dispose()
    {
        foreach (Reader reader in readers)
        {
            reader.Dispose();
        }
    }

    /// <summary>A capture says so in its first bytes; whatever holds a zero byte is no text.</summary>
    private static bool TryIsText(string path, out bool isText, out string problem)
    {
        const int enough = 512;
        isText = false;
        problem = "";
        try
        {
            using FileStream file = File.OpenRead(path);
            byte[] head = new byte[enough];
            int count = file.ReadAtLeast(head, enough, throwOnEndOfStream: false);
            isText = count > 0 && !head.AsSpan(0, count).Contains((byte)0);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = $"cannot read the log {path}; give a capture or a text file that can be read";
        }

        return problem.Length == 0;
    }

    private abstract class Reader : IDisposable
    {
        private int at;

        public virtual IReadOnlyList<string> Problems => [];

        protected NatEvents Events { get; } = new();

        public void FeedUntil(FlowEngine engine, long nowNs)
        {
            while (at < Events.Count || Refill())
            {
                ref readonly NatEvent item = ref Events[at];
                if ((item.ArrivalNs != 0 ? item.ArrivalNs : item.StampNs) > nowNs)
                {
                    return;
                }

                engine.Take(item);
                at++;
            }
        }

        public abstract void Dispose();

        /// <summary>Decodes the next message or line; false where the file is over.</summary>
        protected abstract bool Next();

        private bool Refill()
        {
            at = 0;
            Events.Clear();
            while (Events.Count == 0)
            {
                if (!Next())
                {
                    return false;
                }
            }

            return true;
        }
    }

    private sealed class CaptureReader(LogDatagrams decoder, CaptureSequence capture) : Reader
    {
        public override IReadOnlyList<string> Problems => capture.Problems;

        public override void Dispose() => capture.Dispose();

        protected override bool Next()
        {
            if (capture.TryNext(out PacketBlock block) != SourceState.Block)
            {
                return false;
            }

            foreach (ref readonly PacketRef packet in block.Packets)
            {
                decoder.DecodeFrame(block.Bytes.Slice(packet.Offset, packet.Captured), packet, Events);
            }

            return true;
        }
    }

    private sealed class TextReader(LogDatagrams decoder, string path, Ip exporter) : Reader
    {
        private readonly StreamReader text = new(path, Encoding.Latin1);

        public override void Dispose() => text.Dispose();

        protected override bool Next()
        {
            if (text.ReadLine() is not { } line)
            {
                return false;
            }

            decoder.Lines.Decode(Encoding.Latin1.GetBytes(line), exporter, 0, LogCourse.Whole, Events);
            return true;
        }
    }
}
