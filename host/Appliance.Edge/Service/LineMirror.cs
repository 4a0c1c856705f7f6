using Appliance.Edge.Configuration;
using Appliance.Flow;
using Appliance.Flow.Lines;
using Appliance.Linux.Packets;

namespace Appliance.Edge.Service;

/// <summary>
/// Interfaces that show copies of RADIUS accounting and DHCP between other machines. The writing thread reads them;
/// while it is held up, messages wait in the rings. What they say cannot be checked, so it is marked so.
/// </summary>
internal sealed class LineMirror : IDisposable
{
    // 15,000 messages of 200 bytes: seven seconds of a server that begins anew with 2,000 sessions a second.
    private const long RingBytes = 4 << 20;

    // A block holds at most some thousand messages; the writing thread has other work, too.
    private const int BlocksInPass = 4;

    private readonly List<PacketRing> rings = [];
    private readonly List<SteadySource> sources = [];
    private readonly LineFrames frames;
    private readonly LineEvent happened = new();

    private LineMirror(IReadOnlyList<string> interfaces, LineTally tally)
    {
        frames = new LineFrames(tally);
        try
        {
            for (int i = 0; i < interfaces.Count; i++)
            {
                RingOptions ring = new() { Interface = interfaces[i], RingBytes = RingBytes, ShortensFrames = false };
                rings.Add(new PacketRing(ring, (ushort)i));
                sources.Add(new SteadySource(rings[i], WallClock.Steady));
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Frames that found a ring full.</summary>
    public ulong Dropped => (ulong)rings.Sum(ring => ring.ReadCounters().Dropped);

    /// <summary>Opens the interfaces that the configuration names; null where it names none.</summary>
    /// <exception cref="IOException">An interface is not there or may not be opened.</exception>
    public static LineMirror? Open(SessionOptions options, LineTally tally) =>
        options.Mirrors.Count == 0 ? null : new LineMirror(options.Mirrors, tally);

    /// <summary>Gives the table what was seen; true where there may be more.</summary>
    public bool Pump(SessionTable table)
    {
        bool isMore = false;
        foreach (SteadySource source in sources)
        {
            int blocks = 0;
            while (blocks < BlocksInPass && source.TryNext(out PacketBlock block) == SourceState.Block)
            {
                Take(block, table);
                blocks++;
            }

            isMore |= blocks == BlocksInPass;
        }

        return isMore;
    }

    public void Dispose() => rings.ForEach(ring => ring.Dispose());

    private void Take(PacketBlock block, SessionTable table)
    {
        foreach (ref readonly PacketRef packet in block.Packets)
        {
            ReadOnlySpan<byte> frame = block.Bytes.Slice(packet.Offset, packet.Captured);
            if (frames.TryDecode(frame, packet, default, happened))
            {
                table.Take(happened);
            }
        }
    }
}
