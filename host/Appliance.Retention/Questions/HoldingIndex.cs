using System.Runtime.InteropServices;
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
    private readonly bool[] mayGoOn;
    private readonly Dictionary<long, List<int>> slots = [];
    private readonly Dictionary<string, Dictionary<(Ip, ushort), Stretches>> services = [];
    private readonly Dictionary<string, List<KeyValuePair<(Ip, ushort), Stretches>>> endpoints = [];
    private readonly Dictionary<Id16, Stretches> devices = [];
    private int takes;

    /// <param name="holdings">The earliest first.</param>
    /// <param name="coverages">Of the time around them.</param>
    public HoldingIndex(List<Holding> holdings, Coverages coverages)
    {
        this.holdings = holdings;
        takenFor = new int[holdings.Count];
        mayGoOn = [.. holdings.Select(coverages.IsNextMissing)];
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
                if (isNew && (mayGoOn[i] || window.Touches(holdings[i].Widest)))
                {
                    near.Add(i);
                }
            }
        }

        near.Sort();
        return near.ConvertAll(i => holdings[i]);
    }

    /// <summary>Where a service was reached by its name, or one below it, by flows that touch a window.</summary>
    public HashSet<(Ip Address, ushort Port)> EndpointsOf(string service, Window around)
    {
        ref List<KeyValuePair<(Ip, ushort), Stretches>>? named =
            ref CollectionsMarshal.GetValueRefOrAddDefault(endpoints, service, out _);
        named ??= [.. services.Where(use => Narrowing.IsNameOf(use.Key, service)).SelectMany(use => use.Value)];
        var found = new HashSet<(Ip, ushort)>();
        foreach ((var endpoint, Stretches stretches) in named)
        {
            if (stretches.Touch(around))
            {
                found.Add(endpoint);
            }
        }

        return found;
    }

    /// <summary>Devices that have a holding which touches a window.</summary>
    public IEnumerable<Id16> Devices(Window around) =>
        devices.Where(device => device.Value.Touch(around)).Select(device => device.Key);

    private void Add(int number, Holding holding)
    {
        // The next record of a flow that goes on is due that long after its last packet at the latest.
        long reach = mayGoOn[number] ? Limits.RecordEveryUs + Limits.FirstRecordUs : 0;
        Window widest = holding.Widest;
        for (long slot = SlotOf(widest.From); slot <= SlotOf(Window.Add(widest.To, reach)); slot++)
        {
            if (!slots.TryGetValue(slot, out List<int>? list))
            {
                slots.Add(slot, list = []);
            }

            list.Add(number);
        }

        if (holding.HasContact && holding.Service.Length > 0 && holding.Row.ServiceSource != ServiceSource.Dns)
        {
            ref Dictionary<(Ip, ushort), Stretches>? uses =
                ref CollectionsMarshal.GetValueRefOrAddDefault(services, holding.Service, out _);
            Note(uses ??= [], (holding.Row.RemoteAddress, holding.Row.RemotePort), holding.Row);
        }

        Note(devices, holding.Device, holding.Row);
    }

    private static void Note<T>(Dictionary<T, Stretches> of, T key, in FlowRow row)
        where T : notnull
    {
        ref Stretches? stretches = ref CollectionsMarshal.GetValueRefOrAddDefault(of, key, out _);
        (stretches ??= new Stretches()).Add(row.Start, row.Last);
    }

    private static long SlotOf(TaiTime time) => Math.DivRem(time.Microseconds, SlotUs).Quotient;

    /// <summary>Stretches of time in the order of their begins.</summary>
    private sealed class Stretches
    {
        private readonly List<TaiTime> starts = [];
        private readonly List<TaiTime> latestSoFar = [];

        public void Add(TaiTime start, TaiTime last)
        {
            starts.Add(start);
            latestSoFar.Add(latestSoFar.Count == 0 || last > latestSoFar[^1] ? last : latestSoFar[^1]);
        }

        /// <summary>True where one of them touches a window.</summary>
        public bool Touch(Window window)
        {
            int after = starts.BinarySearch(Window.Add(window.To, 1));
            after = after < 0 ? ~after : starts.IndexOf(starts[after]);
            return after > 0 && latestSoFar[after - 1] >= window.From;
        }
    }
}
