using System.Runtime.InteropServices;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// Flows of one public address (or port), found by time without looking at all: a busy address has hundreds of flows a
/// second, and a referral asks for it thousands of times. What it gives for a question is what a look at all of them
/// within the hour around it would have left.
/// </summary>
internal sealed class HoldingIndex
{
    private readonly HeldFlows flows;
    private readonly int[] rows;
    private readonly bool[] mayGoOn;
    private readonly long[] to;
    private readonly StretchTree tree;
    private readonly Holding?[] made;
    private readonly List<int> near = [];
    private Dictionary<Id16, Stretches>? devices;
    private Dictionary<int, Dictionary<(Ip, ushort), Stretches>>? services;
    private readonly Dictionary<string, List<KeyValuePair<(Ip, ushort), Stretches>>> endpoints = [];

    /// <param name="flows">Where they are held.</param>
    /// <param name="rows">Their rows, the earliest first.</param>
    /// <param name="coverages">Of the time around them.</param>
    public HoldingIndex(HeldFlows flows, int[] rows, Coverages coverages)
    {
        this.flows = flows;
        this.rows = rows;
        mayGoOn = new bool[rows.Length];
        to = new long[rows.Length];
        made = new Holding?[rows.Length];
        long[] from = new long[rows.Length];
        long[] reach = new long[rows.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            ref readonly HeldFlow held = ref flows[rows[i]];
            Window widest = Holding.WidestOf(held.Row);
            mayGoOn[i] = coverages.IsNextMissing(flows.BatchOf(held).Device, held.Row);
            from[i] = widest.From.Microseconds;
            to[i] = widest.To.Microseconds;

            // The next record of a flow that goes on is due that long after its last packet at the latest.
            reach[i] = mayGoOn[i]
                ? Window.Add(widest.To, Limits.RecordEveryUs + Limits.FirstRecordUs).Microseconds
                : to[i];
        }

        tree = new StretchTree(from, reach);
    }

    /// <summary>What may touch a window, or have gone on until then; the earliest first.</summary>
    public List<Holding> Near(Window window)
    {
        near.Clear();
        tree.Find(window, near);
        return near.ConvertAll(i => made[i] ??= flows.Make(rows[i]));
    }

    /// <summary>Counts the lines of what <see cref="Near"/> gives that an <see cref="Evaluator"/> would let
    /// answer.</summary>
    /// <param name="question">It names no remote address.</param>
    /// <param name="service">Where its service was reached.</param>
    /// <param name="count">Takes the lines.</param>
    public void Count(ResolveQuestion question, ServiceFit service, LineCount count)
    {
        Window window = question.Window;
        near.Clear();
        tree.Find(window, near);
        Fit fit = Fit.Full;
        foreach (int i in near)
        {
            ref readonly HeldFlow held = ref flows[rows[i]];
            bool touches = to[i] >= window.From.Microseconds;
            bool goesOn = !touches && mayGoOn[i] && Coverages.IsBefore(held.Row, new TaiTime(to[i]), window);
            if ((touches || goesOn) && Narrowing.Stays(fit = service.Of(flows, held)))
            {
                count.Add(held.Line, isBest: touches && fit == Fit.Full);
            }
        }
    }

    /// <summary>Where a service was reached by its name, or one below it, by flows that touch a window.</summary>
    public HashSet<(Ip Address, ushort Port)> EndpointsOf(string service, Window around)
    {
        services ??= FindServices();
        ref List<KeyValuePair<(Ip, ushort), Stretches>>? named =
            ref CollectionsMarshal.GetValueRefOrAddDefault(endpoints, service, out _);
        named ??=
        [
            .. services.Where(use => Narrowing.IsNameOf(flows.Names.Text(use.Key), service))
                .SelectMany(use => use.Value),
        ];
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

    /// <summary>Devices that have a flow which touches a window.</summary>
    public IEnumerable<Id16> Devices(Window around)
    {
        devices ??= FindDevices();
        return devices.Where(device => device.Value.Touch(around)).Select(device => device.Key);
    }

    private Dictionary<Id16, Stretches> FindDevices()
    {
        var found = new Dictionary<Id16, Stretches>();
        foreach (int row in rows)
        {
            ref readonly HeldFlow held = ref flows[row];
            Note(found, flows.BatchOf(held).Device, held.Row);
        }

        return found;
    }

    private Dictionary<int, Dictionary<(Ip, ushort), Stretches>> FindServices()
    {
        var found = new Dictionary<int, Dictionary<(Ip, ushort), Stretches>>();
        foreach (int number in rows)
        {
            ref readonly HeldFlow held = ref flows[number];
            ref readonly FlowRow row = ref held.Row;
            if (flows.HasContact(held) && row.Service != 0 && row.ServiceSource != ServiceSource.Dns)
            {
                ref Dictionary<(Ip, ushort), Stretches>? uses =
                    ref CollectionsMarshal.GetValueRefOrAddDefault(found, row.Service, out _);
                Note(uses ??= [], (row.RemoteAddress, row.RemotePort), row);
            }
        }

        return found;
    }

    private static void Note<T>(Dictionary<T, Stretches> of, T key, in FlowRow row)
        where T : notnull
    {
        ref Stretches? stretches = ref CollectionsMarshal.GetValueRefOrAddDefault(of, key, out _);
        (stretches ??= new Stretches()).Add(row.Start, row.Last);
    }

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
