using Appliance.Flow.Lines;
using Appliance.TestSupport;
using Appliance.Wire;

namespace Appliance.Simulation;

/// <summary>How messages about sessions come in. Rates are shares of all messages.</summary>
/// <param name="Name">Stands in ATTRIBUTION.md.</param>
/// <param name="Seed">Repeats it.</param>
public sealed record LineScenario(string Name, int Seed)
{
    public double Lost { get; init; }

    public double Repeated { get; init; }

    /// <summary>Longest delay of a message that does not say so, seconds.</summary>
    public double JitterSeconds { get; init; } = 0.1;

    /// <summary>Share of messages that the server delivers late and says so, by up to a minute.</summary>
    public double Delayed { get; init; }

    /// <summary>Least time between two sessions of an address, seconds.</summary>
    public double IdleSeconds { get; init; } = 0.3;

    /// <summary>Mean time between restarts of the access server, seconds; 0: none.</summary>
    public double RebootSeconds { get; init; }

    /// <summary>
    /// Each session has a block of public ports, and is asked for by public address and port: what a block record that
    /// the store joins to a flow's public end says of its line.
    /// </summary>
    public bool HasBlocks { get; init; }

    /// <summary>
    /// Least share of the clear flows that are named. A start that is lost leaves its session unknown until the first
    /// interim message, 5 minutes of 25 in the mean; that, and a stop or start that is lost twice, is all that may.
    /// </summary>
    public double LeastNamed { get; init; } = 1;

    public static IReadOnlyList<LineScenario> All { get; } =
    [
        new("lines by RADIUS: all heard", 101),
        new("lines by RADIUS: address used again within a second", 102) { IdleSeconds = 0.05, JitterSeconds = 0.5 },
        new("lines by RADIUS: 5 % sent again, 5 % late", 103) { Repeated = 0.05, Delayed = 0.05 },
        new("lines by RADIUS: access server begins anew", 104) { RebootSeconds = 5000 },
        new("lines by RADIUS: 1 % lost", 105) { Lost = 0.01, LeastNamed = 0.995 },
        new("lines by RADIUS: 5 % lost, late and twice", 106)
        {
            Lost = 0.05, Repeated = 0.05, Delayed = 0.05, LeastNamed = 0.98,
        },
        new("lines by RADIUS, port blocks: all heard", 108) { HasBlocks = true },
        new("lines by RADIUS, port blocks used again within a second, 5 % late", 109)
        {
            HasBlocks = true, IdleSeconds = 0.05, JitterSeconds = 0.5, Delayed = 0.05,
        },
        new("lines by RADIUS, port blocks: 5 % lost, late and twice", 110)
        {
            HasBlocks = true, Lost = 0.05, Repeated = 0.05, Delayed = 0.05, LeastNamed = 0.98,
        },
    ];
}

/// <summary>How the session table named the lines of a scenario's flows.</summary>
internal sealed record LineReport(int Flows, int Clear, int Named, int Both, int BothRight, int None, int Wrong)
{
    /// <summary>Of the clear flows, those with one line, the right one.</summary>
    public int ClearNamed { get; init; }
}

/// <summary>
/// Sessions of many lines on few addresses, their messages as an impaired mirror gives them, and flows at random times
/// within them. Each flow is asked for as a reader of the records does: the sessions whose stretch holds its begin.
/// </summary>
internal sealed class LineRun(LineScenario scenario)
{
    private const int Addresses = 200;
    private const int BlockPorts = 512;
    private const int BlocksOfPublic = 100;
    private const int Flows = 20_000;
    private const double DaySeconds = 40_000;
    private const double InterimSeconds = 300;
    private const double SlackSeconds = 2;
    private const long BeginNs = 1_700_000_000_000_000_000;
    private readonly Random random = new(scenario.Seed);
    private readonly List<(double At, RadiusMessage Message)> messages = [];
    private readonly List<Truth>[] truth = new List<Truth>[Addresses];

    public LineReport Check()
    {
        double[] reboots = [.. Reboots()];
        for (int i = 0; i < Addresses; i++)
        {
            truth[i] = [];
            Live(i, reboots);
        }

        foreach (double reboot in reboots)
        {
            Send(reboot + 1, new RadiusMessage(7), reboot + 1);
        }

        ILookup<Ip, Held> records = Hear().ToLookup(held => scenario.HasBlocks ? held.Range.Public : held.Inside);
        return Ask(records);
    }

    private IEnumerable<double> Reboots()
    {
        for (double at = scenario.RebootSeconds; at > 0 && at < DaySeconds; at += scenario.RebootSeconds)
        {
            yield return at;
        }
    }

    private void Live(int address, double[] reboots)
    {
        double time = random.NextDouble() * 60;
        for (int i = 0; time < DaySeconds; i++)
        {
            string line = $"node1 eth {address}/{i}";
            double planned = time + 20 + (random.NextDouble() * 3000);
            double reboot = reboots.FirstOrDefault(at => at > time && at < planned);
            double end = reboot > 0 ? reboot : planned;
            truth[address].Add(new Truth(time, end, line));
            Send(time, Message(1, address, i, line), time);
            for (double at = time + InterimSeconds; at < end; at += InterimSeconds)
            {
                Send(at, Message(3, address, i, line).Number(46, (uint)(at - time)), at);
            }

            if (reboot == 0)
            {
                Send(end, Message(2, address, i, line).Number(46, (uint)(end - time)), end);
            }

            time = end + scenario.IdleSeconds + (random.NextDouble() * random.Next(1, 60));
        }
    }

    private RadiusMessage Message(uint status, int address, int session, string line)
    {
        RadiusMessage message = new RadiusMessage(status, $"{address}-{session}")
            .Address(8, Of(address).ToString()).Vendor(3561, 1, line);
        PortRange block = BlockOf(address);
        return scenario.HasBlocks
            ? message.Vendor(6527, 121, $"{block.Public} {block.First}-{block.Last} router base")
            : message;
    }

    private void Send(double at, RadiusMessage message, double happened)
    {
        if (random.NextDouble() < scenario.Lost)
        {
            return;
        }

        double delay = random.NextDouble() < scenario.Delayed ? random.Next(1, 60) : 0;
        RadiusMessage sent = delay > 0 ? message.Number(41, (uint)delay) : message;
        double heard = happened + delay + (random.NextDouble() * scenario.JitterSeconds);
        messages.Add((heard, sent));
        if (random.NextDouble() < scenario.Repeated)
        {
            messages.Add((Math.Max(heard, at) + random.NextDouble(), sent));
        }
    }

    private List<Held> Hear()
    {
        LineTally tally = new();
        SessionTable table = new(new LineOptions(), tally);
        RadiusDecoder decoder = new(tally);
        LineEvent happened = new();
        Dictionary<(Ip, PortRange, long, string), Held> latest = [];
        foreach ((double at, RadiusMessage message) in messages.OrderBy(message => message.At))
        {
            if (decoder.TryDecode(message.Bytes(), default, default, Ns(at), happened))
            {
                table.Take(happened);
            }

            Read(table, latest);
        }

        table.AdvanceTo(Ns(DaySeconds + 7200));
        Read(table, latest);
        return [.. latest.Values.Where(held => (held.Range == default) != scenario.HasBlocks)];
    }

    // The earliest end that is recorded counts, as for the store.
    private static void Read(SessionTable table, Dictionary<(Ip, PortRange, long, string), Held> latest)
    {
        while (table.TryNext(out LineRecord? record))
        {
            var key = (record.Address.Address, record.Range, record.StartNs, record.Reference.Text);
            long end = record.EndNs == 0 ? long.MaxValue / 2 : record.EndNs;
            end = latest.TryGetValue(key, out Held? known) ? Math.Min(end, known.EndNs) : end;
            latest[key] = new Held(record.Address.Address, record.Range, record.StartNs, end, record.Reference.Text);
        }
    }

    private LineReport Ask(ILookup<Ip, Held> records)
    {
        var report = new LineReport(Flows, 0, 0, 0, 0, 0, 0);
        for (int i = 0; i < Flows; i++)
        {
            int address = random.Next(Addresses);
            Truth session = truth[address][random.Next(truth[address].Count)];
            double at = session.From + (random.NextDouble() * (session.To - session.From));
            bool isClear = at - session.From > 2 * SlackSeconds && session.To - at > 2 * SlackSeconds;
            long slack = (long)(SlackSeconds * 1e9);
            PortRange block = BlockOf(address);
            int port = scenario.HasBlocks ? random.Next(block.First, block.Last + 1) : 0;
            string[] lines = [.. records[scenario.HasBlocks ? block.Public : Of(address)]
                .Where(held => port >= held.Range.First && port <= held.Range.Last
                    && held.StartNs - slack <= Ns(at) && Ns(at) <= held.EndNs + slack)
                .Select(held => held.Line).Distinct()];
            bool isRight = lines.Contains(session.Line);
            report = report with
            {
                Clear = report.Clear + (isClear ? 1 : 0),
                Named = report.Named + (lines.Length == 1 && isRight ? 1 : 0),
                ClearNamed = report.ClearNamed + (isClear && lines.Length == 1 && isRight ? 1 : 0),
                Both = report.Both + (lines.Length > 1 ? 1 : 0),
                BothRight = report.BothRight + (lines.Length > 1 && isRight ? 1 : 0),
                None = report.None + (lines.Length == 0 ? 1 : 0),
                Wrong = report.Wrong + (lines.Length > 0 && !isRight ? 1 : 0),
            };
        }

        return report;
    }

    private static PortRange BlockOf(int address)
    {
        int first = 1024 + (address % BlocksOfPublic * BlockPorts);
        Ip open = Ip.FromV4(0xCB00_7101u + (uint)(address / BlocksOfPublic));
        return new PortRange(open, (ushort)first, (ushort)(first + BlockPorts - 1));
    }

    private static Ip Of(int address) => Ip.FromV4(0x6440_0000u + (uint)address);

    private static long Ns(double seconds) => BeginNs + (long)(seconds * 1e9);

    private sealed record Truth(double From, double To, string Line);

    private sealed record Held(Ip Inside, PortRange Range, long StartNs, long EndNs, string Line);
}
