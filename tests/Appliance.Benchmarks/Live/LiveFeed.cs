using System.Diagnostics;
using Appliance.Flow;
using Appliance.Lab.Traffic;
using Appliance.Linux.Packets;

namespace Appliance.Benchmarks.Live;

/// <summary>What was sent, and how fast it really was.</summary>
/// <param name="Inside">Frames of the inside leg.</param>
/// <param name="Outside">Frames of the outside leg.</param>
/// <param name="Bytes">Of all.</param>
/// <param name="Seconds">From the first to the last.</param>
internal readonly record struct Sent(long Inside, long Outside, long Bytes, double Seconds)
{
    public long Packets => Inside + Outside;

    public double PerSecond => Packets / Seconds;
}

/// <summary>
/// Sends generated traffic over the cables at a stated rate, one after the other in the order of their stamps, in small
/// bursts every millisecond. What one call left off the next goes on with: flows live across calls.
/// </summary>
internal sealed class LiveFeed : IDisposable
{
    private readonly TwoLegTraffic traffic;
    private readonly FeedLeg inside;
    private readonly FeedLeg? outside;

    /// <param name="bed">The cables.</param>
    /// <param name="packetsPerSession">On each leg.</param>
    /// <param name="perSecond">Packets a second, that the generator's time is as fast as the clock.</param>
    /// <param name="bothLegs">Else the inside leg alone.</param>
    public LiveFeed(LiveBed bed, int packetsPerSession, double perSecond, bool bothLegs)
    {
        const int Endless = int.MaxValue;
        double flowsPerSecond = perSecond / packetsPerSession / (bothLegs ? 2 : 1);
        traffic = new TwoLegTraffic(SessionTraffic.Plan(packetsPerSession, Endless, flowsPerSecond), keepTruth: false);
        inside = new FeedLeg(traffic.Inside, Sender(bed, LiveBed.InsideFeed));
        outside = bothLegs ? new FeedLeg(traffic.Outside, Sender(bed, LiveBed.OutsideFeed)) : null;
    }

    /// <summary>Sends so many packets, or fewer where <paramref name="stop"/> comes first.</summary>
    public Sent Send(long packets, double perSecond, CancellationToken stop = default)
    {
        (long before, long beforeOutside, long bytesBefore) = Counts();
        Stopwatch watch = Stopwatch.StartNew();
        for (long done = 0; done < packets && !stop.IsCancellationRequested;)
        {
            long due = Math.Min(packets, (long)(watch.Elapsed.TotalSeconds * perSecond));
            for (; done < due; done++)
            {
                Earliest().SendNext();
            }

            Thread.Sleep(done < packets ? 1 : 0);
        }

        double seconds = watch.Elapsed.TotalSeconds;
        (long after, long afterOutside, long bytesAfter) = Counts();
        return new Sent(after - before, afterOutside - beforeOutside, bytesAfter - bytesBefore, seconds);
    }

    public void Dispose()
    {
        inside.Dispose();
        outside?.Dispose();
        traffic.Dispose();
    }

    private static PacketSender Sender(LiveBed bed, string name) =>
        NetworkNamespace.Run(bed.FeedNamespace, () => new PacketSender(name));

    private FeedLeg Earliest() => outside is null || inside.NextNs() <= outside.NextNs() ? inside : outside;

    private (long Inside, long Outside, long Bytes) Counts() =>
        (inside.Packets, outside?.Packets ?? 0, inside.Bytes + (outside?.Bytes ?? 0));

    /// <summary>The frames of one leg, one at a time; a block is copied because it is only lent.</summary>
    private sealed class FeedLeg(IPacketSource source, PacketSender sender) : IDisposable
    {
        private byte[] bytes = [];
        private PacketRef[] packets = [];
        private int count;
        private int next;

        public long Packets { get; private set; }

        public long Bytes { get; private set; }

        public long NextNs()
        {
            if (next == count)
            {
                Refill();
            }

            return packets[next].StampNs;
        }

        public void SendNext()
        {
            if (next == count)
            {
                Refill();
            }

            ref readonly PacketRef packet = ref packets[next++];
            ReadOnlySpan<byte> frame = bytes.AsSpan(packet.Offset, packet.Captured);
            while (!sender.TrySend(frame))
            {
                Thread.Yield(); // The cable has no room for the moment.
            }

            Packets++;
            Bytes += frame.Length;
        }

        public void Dispose() => sender.Dispose();

        private void Refill()
        {
            if (source.TryNext(out PacketBlock block) != SourceState.Block)
            {
                throw new InvalidOperationException("the generator has come to its end");
            }

            Grow(ref bytes, block.Bytes.Length);
            Grow(ref packets, block.Packets.Length);
            block.Bytes.CopyTo(bytes);
            block.Packets.CopyTo(packets);
            count = block.Packets.Length;
            next = 0;
        }

        private static void Grow<T>(ref T[] array, int length)
        {
            if (array.Length < length)
            {
                array = new T[length];
            }
        }
    }
}
