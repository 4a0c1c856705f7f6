using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// Holdings of one public address (or port), found by time without looking at all: a busy address has hundreds of flows
/// a second, and a referral asks for it thousands of times. What it gives for a question is what a look at all of them
/// within the hour around it would have left.
/// </summary>
internal sealed class HoldingIndex
{
    // Short against a flow's life, so that few holdings are looked at in vain; long enough that a flow of an hour
    // stands in some hundred slots.
    private const long SlotUs = 5_000_000;

    private readonly List<Holding> holdings;
    private readonly int[] takenFor;
    private readonly Dictionary<long, List<int>> slots = [];
    private readonly Dictionary<string, List<Holding>> services = [];
    private readonly Dictionary<Id16, (List<TaiTime> Starts, List<TaiTime> LatestSoFar)> devices = [];
    private int takes;

    /// <param name="holdings">The earliest first.</param>
    public HoldingIndex(List<Holding> holdings)
    {
        this.holdings = holdings;
        takenFor = new int[holdings.Count];
        for (int i = 0; i < holdings.Count; i++)
        {
            Add(i, holdings[i]);
        }
    }

    /// <summary>What may touch a window, or have gone on until then; the earliest first.</summary>
    public List<Holding> Near(Window window)
    {
        takes++;
        var near = new List<int>();
        for (long slot = SlotOf(window.From); slot <= SlotOf(window.To); slot++)
        {
            foreach (int i in slots.GetValueOrDefault(slot) ?? [])
            {
                bool isNew = takenFor[i] != takes;
                takenFor[i] = takes;
                if (isNew && (holdings[i].Row.Kind != FlowKind.End || window.Touches(holdings[i].Widest)))
                {
                    near.Add(i);
                }
            }
        }

        near.Sort();
        return near.ConvertAll(i => holdings[i]);
    }

    /// <summary>Holdings that used a service, by its name or one below it, and touch a window.</summary>
    public IEnumerable<Holding> Uses(string service, Window around) => services
        .Where(named => Narrowing.IsNameOf(named.Key, service))
        .SelectMany(named => named.Value)
        .Where(holding => around.Touches(holding.Row.Start, holding.Row.Last));

    /// <summary>Devices that have a holding which touches a window.</summary>
    public IEnumerable<Id16> Devices(Window around)
    {
        foreach ((Id16 device, (List<TaiTime> starts, List<TaiTime> latest)) in devices)
        {
            int after = starts.BinarySearch(Window.Add(around.To, 1));
            after = after < 0 ? ~after : starts.IndexOf(starts[after]);
            if (after > 0 && latest[after - 1] >= around.From)
            {
                yield return device;
            }
        }
    }

    private void Add(int number, Holding holding)
    {
        // The next record of a flow that goes on is due that long after its last packet at the latest.
        long reach = holding.Row.Kind == FlowKind.End ? 0 : Limits.RecordEveryUs + Limits.FirstRecordUs;
        Window widest = holding.Widest;
        for (long slot = SlotOf(widest.From); slot <= SlotOf(Window.Add(widest.To, reach)); slot++)
        {
            if (!slots.TryGetValue(slot, out List<int>? list))
            {
                slots.Add(slot, list = []);
            }

            list.Add(number);
        }

        if (holding.Service.Length > 0)
        {
            if (!services.TryGetValue(holding.Service, out List<Holding>? list))
            {
                services.Add(holding.Service, list = []);
            }

            list.Add(holding);
        }

        if (!devices.TryGetValue(holding.Device, out var times))
        {
            devices.Add(holding.Device, times = ([], []));
        }

        times.Starts.Add(holding.Row.Start);
        bool isLatest = times.LatestSoFar.Count == 0 || holding.Row.Last > times.LatestSoFar[^1];
        times.LatestSoFar.Add(isLatest ? holding.Row.Last : times.LatestSoFar[^1]);
    }

    private static long SlotOf(TaiTime time) => Math.DivRem(time.Microseconds, SlotUs).Quotient;
}
