using System.Globalization;
using Appliance.Lab.Bed;

namespace Appliance.Lab.Demo;

/// <summary>
/// The worked case of the operational case, found among the connections of a run: who is Peter here, which website is
/// the mail website, which stretch is "four minutes past three". Everything is taken from the kernel's connections.
/// </summary>
internal sealed record DemoCase
{
    private const int DnsPort = 53;
    private const byte Tcp = 6;

    // The traffic comes in parts with two seconds of rest between them. A stretch that begins and ends in a rest cuts
    // through no connection, so that the lines in it can be counted exactly.
    private const long RestUs = 1_500_000;

    private DemoCase(ConntrackEntry mail, long fromUs, long toUs)
    {
        Mail = mail;
        FromUs = fromUs;
        ToUs = toUs;
    }

    /// <summary>Peter's connection to the mail website; nobody else contacted it, nobody else had its port.</summary>
    public ConntrackEntry Mail { get; }

    /// <summary>The case's minute, here some seconds; UTC microseconds since 1970, tenths of a second.</summary>
    public long FromUs { get; }

    /// <summary>Its end.</summary>
    public long ToUs { get; }

    public string Peter => Mail.Source;

    /// <summary>Finds the case in what was made before <paramref name="gapUs"/>.</summary>
    /// <exception cref="BedException">The run was too short for it.</exception>
    public static DemoCase Find(IReadOnlyCollection<ConntrackEntry> truth, long gapUs)
    {
        long[] rests = [.. Rests([.. truth.Select(e => e.StartUs).Where(us => us < gapUs).Order()])];
        ILookup<string, ConntrackEntry> byName = truth.ToLookup(e => e.Name);
        ILookup<(byte, int), ConntrackEntry> byPort = truth.ToLookup(e => (e.Protocol, e.PublicPort));
        ConntrackEntry? mail = rests.Length < 2 ? null : truth
            .Where(e => e.StartUs > rests[0] && e.StartUs < rests[^1] && IsUse(e) && e.Protocol == Tcp)
            .FirstOrDefault(e => byName[e.Name].Count() == 1 && byPort[(e.Protocol, e.PublicPort)].Count() == 1);
        return mail is null
            ? throw new BedException("the first half was over too soon to ask about; give more --flows")
            : new DemoCase(mail, rests[0], rests[^1]);
    }

    /// <summary>The case's minute in words of time.</summary>
    public string Minute => $"{Utc(FromUs)} to {Utc(ToUs)}";

    /// <summary>True where a connection was made in the minute.</summary>
    public bool Has(ConntrackEntry entry) => entry.StartUs >= FromUs && entry.StartUs <= ToUs;

    /// <summary>A DNS query looks a name up; that is no use of the service.</summary>
    public static bool IsUse(ConntrackEntry entry) => entry.Name.Length > 0 && entry.RemotePort != DnsPort;

    /// <summary>A time as the store's program reads it.</summary>
    public static string Utc(long micros) => DateTimeOffset.UnixEpoch.AddMicroseconds(micros)
        .ToString("yyyy-MM-ddTHH:mm:ss.fZ", CultureInfo.InvariantCulture);

    // The middle of each rest, on a tenth of a second.
    private static IEnumerable<long> Rests(long[] starts)
    {
        for (int i = 1; i < starts.Length; i++)
        {
            if (starts[i] - starts[i - 1] >= RestUs)
            {
                long middle = (starts[i] + starts[i - 1]) / 2;
                yield return middle - (middle % 100_000);
            }
        }
    }
}
