using System.Globalization;
using Appliance.Flow.Lines;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Flow.Lines;

/// <summary>A session table that hears messages; its records as short texts: line, what it held, from, to.</summary>
internal sealed class LineWorld
{
    private const long BeginNs = 1_700_000_000_000_000_000;
    private readonly LineEvent heard = new();
    private readonly List<LineRecord> records = [];
    private readonly LineOptions options;

    public LineWorld(LineOptions? options = null)
    {
        this.options = options ?? new LineOptions();
        Table = new SessionTable(this.options, Tally);
    }

    public LineTally Tally { get; } = new();

    public SessionTable Table { get; }

    public IReadOnlyList<bool> Firsts => [.. All().Select(record => record.IsFirst)];

    public static long At(double seconds) => BeginNs + (long)(Math.Round(seconds, 3) * 1e9);

    public void Hear(double at, RadiusMessage message)
    {
        var decoder = new RadiusDecoder(Tally);
        Assert.True(decoder.TryDecode(message.Bytes(), default, Ip.FromV4(1), At(at), heard));
        Table.Take(heard);
    }

    public void Hear(double at, byte[] dhcp)
    {
        var server = Ip.FromV4(0x0A00_0043);
        Assert.True(new Dhcp4Decoder(Tally).TryDecode(dhcp, server, At(at), heard));
        Table.Take(heard);
    }

    public IReadOnlyList<LineRecord> All()
    {
        while (Table.TryNext(out LineRecord? record))
        {
            records.Add(record);
        }

        return records;
    }

    public string[] Records() => [.. All().Select(Text)];

    /// <summary>
    /// Every record may claim only what is true, but for the jitter of its messages: a session's own stretch of the
    /// address, or the time after it in which nobody else is known to have held it.
    /// </summary>
    public void AssertTrue(
        Dictionary<string, List<(double From, double To, string Session)>> truth, string repeat, double jitter)
    {
        // The last record of a stretch is the one that stands.
        var last = All().GroupBy(record => (record.Address, record.Reference, record.StartNs))
            .Select(group => group.Last()).ToList();
        foreach (var address in last.GroupBy(record => record.Address))
        {
            LineRecord[] held = [.. address.OrderBy(record => record.StartNs)];
            for (int i = 1; i < held.Length; i++)
            {
                Assert.True(
                    held[i - 1].EndNs != 0 && held[i - 1].EndNs <= held[i].StartNs,
                    $"{repeat}: {Text(held[i - 1])} and {Text(held[i])}");
            }
        }

        foreach (LineRecord record in last)
        {
            string session = record.Reference.Text[(record.Reference.Text.IndexOf('/') + 1)..];
            var own = truth[record.Address.Address.ToString()].Single(stretch => stretch.Session == session);
            Assert.True(
                record.StartNs >= At(own.From - 1.001) && record.StartNs <= At(own.To + jitter),
                $"{repeat}: {Text(record)} began at {own.From}");
        }
    }

    private static string Text(LineRecord record)
    {
        string end = record.EndNs == 0 ? "" : Seconds(record.EndNs);
        bool isHost = record.Address.Length == (record.Address.Address.IsV4 ? 32 : 128);
        string address = record.Address.Address + (isHost ? "" : $"/{record.Address.Length}");
        string realm = record.Realm == "default" ? "" : $"{record.Realm}:";
        string name = record.Reference.Text[(record.Reference.Type == "session"
            ? record.Reference.Text.IndexOf('/') + 1 : 0)..];
        return record.IsBlock
            ? $"{address} {record.Range.Public} {record.Range.First}-{record.Range.Last} "
                + $"{Seconds(record.StartNs)}-{end}"
            : $"{realm}{name} {address} {Seconds(record.StartNs)}-{end}";
    }

    private static string Seconds(long ns) =>
        ((ns - BeginNs) / 1e9).ToString("0.###", CultureInfo.InvariantCulture);
}
