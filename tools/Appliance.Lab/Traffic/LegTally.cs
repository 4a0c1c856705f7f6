namespace Appliance.Lab.Traffic;

/// <summary>What a leg really showed of one flow; duplicates excluded, bytes from the IP header on.</summary>
public struct LegView
{
    public long FirstNs;
    public long LastNs;
    public uint PacketsUp;
    public uint PacketsDown;
    public ulong BytesUp;
    public ulong BytesDown;

    /// <summary>At least one packet reached the leg.</summary>
    public readonly bool Seen => PacketsUp + PacketsDown > 0;
}

/// <summary>Counts for the truth what one leg shows, by flow number.</summary>
internal sealed class LegTally(int flows)
{
    private readonly LegView[] views = new LegView[flows];

    public ref readonly LegView this[int flow] => ref views[flow];

    public void Add(int flow, long stampNs, bool up, int ipBytes)
    {
        ref LegView view = ref views[flow];
        if (!view.Seen)
        {
            view.FirstNs = stampNs;
        }

        view.LastNs = stampNs;
        if (up)
        {
            view.PacketsUp++;
            view.BytesUp += (ulong)ipBytes;
        }
        else
        {
            view.PacketsDown++;
            view.BytesDown += (ulong)ipBytes;
        }
    }
}
