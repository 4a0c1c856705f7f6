using Appliance.Lab.Bed;

namespace Appliance.Benchmarks.Live;

/// <summary>
/// Two cables between the generator and the box, each side in a namespace of its own; nothing else crosses them.
/// <code>
/// feed: port0 --- legin  box: the daemon, nfpcapd, and on lo the broker and the store
///       port1 --- legout
/// </code>
/// </summary>
internal sealed class LiveBed : IDisposable
{
    public const string InsideFeed = "port0";
    public const string OutsideFeed = "port1";

    private LiveBed()
    {
    }

    public string FeedNamespace { get; } = BedLayout.OwnName() + "feed";

    public string BoxNamespace { get; } = BedLayout.OwnName() + "box";

    /// <exception cref="BedException">A step failed; the message names it.</exception>
    public static LiveBed Start()
    {
        BedLayout.RemoveDead();
        LiveBed bed = new();
        try
        {
            bed.Build();
            return bed;
        }
        catch
        {
            bed.Dispose();
            throw;
        }
    }

    public void Dispose() => BedLayout.RemoveOwn();

    private void Build()
    {
        foreach (string space in new[] { FeedNamespace, BoxNamespace })
        {
            BedProcess.Run("ip", "netns", "add", space);
            BedProcess.Run("ip", BedLayout.Inside(
                space, "sh", "-ec", "echo 1 > /proc/sys/net/ipv6/conf/all/disable_ipv6; ip link set lo up"));
        }

        Cable(InsideFeed, BedMirror.InsidePort);
        Cable(OutsideFeed, BedMirror.OutsidePort);
    }

    private void Cable(string feed, string box)
    {
        BedProcess.Run("ip", "link", "add", feed, "netns", FeedNamespace, "type", "veth",
            "peer", "name", box, "netns", BoxNamespace);
        BedLayout.Ready(FeedNamespace, feed);
        BedLayout.Ready(BoxNamespace, box);
    }
}
