using System.Text;
using Appliance.Evidence;
using Appliance.Retention.Archive;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Evidence;

/// <summary>Two customers in one batch: a pack about one of them helps nobody to learn of the other.</summary>
public sealed class NeighbourTests : IDisposable
{
    private const string Line = "line-of-somebody-else";
    private const string Service = "private.example.net";
    private const string Inside = "100.64.77.78";
    private const string Remote = "198.51.100.177";
    private const ushort Port = 60_123;
    private readonly EvidenceWorld world = new(addMore: AddNeighbour);

    public void Dispose() => world.Dispose();

    [Fact]
    public void Nothing_of_another_customer_is_in_the_pack_nor_what_could_confirm_a_guess()
    {
        world.Vouch();
        world.Make();
        byte[] pack = world.Pack;
        (byte[] own, byte[] others) = Salts();
        string page = File.ReadAllText(world.Name + ".html");

        // What is disclosed is found by the same means: the search is not blind.
        Assert.True(Holds(pack, own) && Holds(pack, Encoding.UTF8.GetBytes("line-1")));
        Assert.Equal("line-1", Assert.Single(PackChecker.Run(pack, world.Pins()).Rows).Subscriber);
        foreach (byte[] secret in Secrets().Append(others))
        {
            Assert.False(Holds(pack, secret), Convert.ToHexString(secret));
        }

        Assert.DoesNotContain(Line, page);
        Assert.DoesNotContain(Inside, page);
    }

    private static void AddNeighbour(RowBatch rows, long second)
    {
        FlowRow row = rows.Flows[0];
        row.Subscriber = rows.Strings.Add(Line);
        row.Service = rows.Strings.Add(Service);
        row.SubscriberAddress = TestBox.Address(Inside);
        row.RemoteAddress = TestBox.Address(Remote);
        row.PublicPort = Port;
        rows.Flows.Add(row);
    }

    /// <summary>As text and as bytes; a port alone is too short to be looked for.</summary>
    private static IEnumerable<byte[]> Secrets() =>
    [
        .. new[] { Line, Service, Inside, Remote }.Select(Encoding.UTF8.GetBytes),
        [100, 64, 77, 78], [198, 51, 100, 177],
    ];

    /// <summary>Salts of the two rows' leaves in the batch that was asked about, section 1.</summary>
    private (byte[] Own, byte[] Others) Salts()
    {
        TestBox box = world.Orders.Box;
        var rules = new ReaderRules(box.Keys.Device, default, int.MaxValue);
        CertifiedEpoch.TryVerify(box.LastStatement, box.Keys.DeviceKey, rules, out CertifiedEpoch? epoch);
        BatchCheck.TryVerify(world.Orders.Batches[1].Bytes, _ => epoch, rules, out VerifiedBatch? batch);
        RowBatch rows = new();
        var decoder = new RowDecoder();
        var opener = new BatchOpener(box.Keys.Recipients, (section, columns) =>
            decoder.TryDecode(section, columns.Span, rows, out _) ? new RowCanon().Write(rows, section) : null);
        opener.TryOpen(batch!, SectionPlain.AttributionNumber, out OpenedSection? opened);
        int neighbour = rows.Flows.FindIndex(row => rows.Strings.Text(row.Subscriber) == Line);
        return (Salt(1 - neighbour), Salt(neighbour));

        byte[] Salt(int row) => opened!.Salts.Slice(16 * row, 16).ToArray();
    }

    private static bool Holds(byte[] pack, byte[] piece) => pack.AsSpan().IndexOf(piece) >= 0;
}
