using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Time;

/// <summary>The receiver logs of the gpsd project, against what gpsd made of them.</summary>
public sealed class GpsdLogTests
{
    private const int ChunkSeed = 20_260_601;

    private static readonly Lazy<List<GpsdComparison>> Compared =
        new(() => [.. GpsdLog.All(Checkout.Data("gpsd")!).Select(GpsdComparison.Of)]);

    [SharedFact("gpsd")]
    public void The_checked_in_table_is_what_comes_of_the_logs()
    {
        string path = Path.Combine(Checkout.Root, "tests", "Appliance.Tests", "Time", "RECEIVERS.md");
        string table = Page(GpsdComparison.Table(Compared.Value));
        string before = File.Exists(path) ? File.ReadAllText(path) : "";
        if (before != table)
        {
            File.WriteAllText(path, table);
        }

        Assert.True(before == table, "RECEIVERS.md was not what comes of the logs; it is written anew: commit it.");
    }

    [SharedFact("gpsd")]
    public void No_time_is_valid_where_gpsd_says_no_fix() =>
        Assert.Equal([], Compared.Value.Where(c => c.ValidWithoutFix > 0).Select(c => c.Log.Name));

    [SharedFact("gpsd")]
    public void Every_epoch_is_that_of_gpsd_or_differs_for_a_reason_that_is_known()
    {
        Assert.Equal([], Compared.Value.SelectMany(c => c.Different));
        Assert.True(Compared.Value.Sum(c => c.Outcomes[(int)EpochOutcome.Equal]) > 1_200);
    }

    [SharedFact("gpsd")]
    public void A_receiver_whose_weeks_rolled_over_is_repaired_and_not_valid_by_itself()
    {
        GpsdComparison telit = Compared.Value.Single(c => c.Log.Name == "april6_2019");
        List<LogEpoch> epochs = telit.Log.Ours(null, out _, out _);

        Assert.Equal(1, telit.Outcomes[(int)EpochOutcome.Repaired]);
        LogEpoch epoch = Assert.Single(epochs);
        Assert.Equal(new DateTime(2019, 4, 7), DateTimeOffset.FromUnixTimeMilliseconds(epoch.Ms).Date);
        Assert.False(epoch.IsValid);
    }

    [SharedFact("gpsd")]
    public void Every_log_gives_the_same_observations_whole_and_in_random_pieces()
    {
        Random random = new(ChunkSeed);
        foreach (GpsdLog log in GpsdLog.All(Checkout.Data("gpsd")!))
        {
            log.Ours(null, out ObservationLog whole, out var wholeCounters);
            log.Ours(Pieces(random, log.Bytes.Length), out ObservationLog pieces, out var piecesCounters);
            Assert.True(whole.All.SequenceEqual(pieces.All), $"{log.Name} differs in pieces; seed {ChunkSeed}");
            Assert.Equal(wholeCounters, piecesCounters);
        }
    }

    // Mostly small, as a line brings them, sometimes nothing and sometimes much.
    private static IEnumerable<int> Pieces(Random random, int bytes)
    {
        for (int at = 0; at < bytes;)
        {
            int length = random.Next(8) == 0 ? random.Next(5000) : random.Next(40);
            at += length;
            yield return length;
        }
    }

    private static string Page(string table) => $"""
        # Receiver logs of the gpsd project

        Written by `GpsdLogTests`: each log's seconds as the receiver part reads them against gpsd's own `.chk`. Equal
        means time to the millisecond, kind of fix and leap seconds. The other columns:

        - *moved*: gpsd 3.22 moved the date 1,024 weeks forward; ours is the receiver's, which fits the log's header.
        - *repaired*: the receiver is 1,024 weeks behind and gpsd passes it on; ours is moved and not valid by itself.
        - *stricter*: gpsd sees a fix, ours not: the receiver says that the fix is out of its limits, or GSA denied it
          in the second before.
        - *kind*: both see a fix; gpsd keeps "space" from an earlier second whose height was given.
        - *undated*: no message of that second has a date (GGA or GLL alone, HNR-PVT); gpsd has one from before.
        - *foreign*: SiRF, Trimble, Oncore, GREIS, SkyTraq binary: neither UBX nor NMEA, nothing is read from it.
        - *different*: anything else. There is none, and a test says so.
        - *more*: seconds that are valid here and that gpsd does not report (the first or the last of a log).

        No second is valid here that gpsd has without a fix.


        """.ReplaceLineEndings("\n") + table;
}
