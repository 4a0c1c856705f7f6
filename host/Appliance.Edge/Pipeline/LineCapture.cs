using Appliance.Flow;
using Appliance.Flow.Lines;

namespace Appliance.Edge.Pipeline;

/// <summary>
/// Captures of RADIUS accounting and DHCP beside a replay: their messages reach the session table when the replay's
/// time comes to their stamps.
/// </summary>
/// <param name="sources">The captures, opened; the caller disposes them.</param>
/// <param name="table">Where the messages go.</param>
/// <param name="tally">What became of them.</param>
public sealed class LineCapture(IReadOnlyList<IPacketSource> sources, SessionTable table, LineTally tally)
{
    private readonly LineFrames frames = new(tally);
    private readonly Queue<LineEvent>[] ahead = [.. sources.Select(_ => new Queue<LineEvent>())];
    private readonly bool[] isEnded = new bool[sources.Count];

    /// <summary>What became of the messages.</summary>
    public LineTally Tally => tally;

    /// <summary>Gives the table all messages that were heard until then, in their order.</summary>
    /// <param name="nowNs">Raw time.</param>
    public void FeedUntil(long nowNs)
    {
        while (Earliest() is { } source && ahead[source].Peek().HeardNs <= nowNs)
        {
            table.Take(ahead[source].Dequeue());
        }
    }

    private int? Earliest()
    {
        int? earliest = null;
        for (int i = 0; i < ahead.Length; i++)
        {
            while (ahead[i].Count == 0 && !isEnded[i])
            {
                Read(i);
            }

            bool isEarlier = ahead[i].Count > 0
                && (earliest is not { } other || ahead[i].Peek().HeardNs < ahead[other].Peek().HeardNs);
            earliest = isEarlier ? i : earliest;
        }

        return earliest;
    }

    /// <summary>Decodes one block; its bytes are the source's own and gone with the next one.</summary>
    private void Read(int source)
    {
        if (sources[source].TryNext(out PacketBlock block) != SourceState.Block)
        {
            isEnded[source] = true;
            return;
        }

        LineEvent happened = new();
        foreach (ref readonly PacketRef packet in block.Packets)
        {
            ReadOnlySpan<byte> frame = block.Bytes.Slice(packet.Offset, packet.Captured);
            if (frames.TryDecode(frame, packet, default, happened))
            {
                ahead[source].Enqueue(happened);
                happened = new LineEvent();
            }
        }
    }
}
