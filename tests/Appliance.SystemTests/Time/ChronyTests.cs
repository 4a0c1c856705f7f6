using System.Diagnostics;
using Appliance.Linux.Clocks;
using Appliance.TestSupport;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.SystemTests.Time;

/// <summary>A real chronyd locks to our samples, and what it then says of the time holds what it was fed.</summary>
public sealed class ChronyTests
{
    // chronyd wants four samples, one a second, before it follows a clock.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [RootFact("chronyd")]
    public void Chronyd_locks_to_the_feed_and_the_bound_of_its_answer_holds_the_fed_time()
    {
        const long trueLessSystemNs = 12_345_678;
        using RealChronyd chronyd = new("refclock SOCK @/feed.sock refid ICR poll 0 delay 0.000001");
        using ChronyFeed feed = new(chronyd.At("feed.sock"));
        using ChronyLink link = new(chronyd.Command, chronyd.At("ours.sock"));
        PeerObservation last = default;
        LeapObservation leap = default;
        int held = 0;

        Pace(() =>
        {
            CounterPair now = CounterReader.SystemClock();
            feed.TrySend(now.Reading, now.Reading.Nanoseconds + trueLessSystemNs, LeapEvent.None);
            Answers answers = new();
            link.TryAsk(answers);
            last = answers.Peers.FirstOrDefault();
            leap = answers.Leaps.FirstOrDefault();
            held += last.State == PeerState.Synchronised ? 1 : 0;
            return held == 3;
        });

        Assert.True(held == 3, string.Join('\n', chronyd.Log));
        Assert.True(feed.Sent > 3);
        Assert.Equal("ICR\0"u8.ToArray(), BitConverter.GetBytes((uint)last.Identity).Reverse());
        Assert.Equal(1, last.Distance);
        Assert.Equal((LeapEvent.None, LeapOrigin.Peer), (leap.Next, leap.Origin));
        Assert.True(Holds(last, trueLessSystemNs), $"{last}");
        Assert.InRange(last.HalfWidthNs, 1, 20_000_000);
    }

    [RootFact("chronyd")]
    public void Each_source_of_chronyd_is_a_witness_with_an_interval_of_its_own()
    {
        const long firstNs = 3_000_000;
        const long secondNs = 3_400_000;
        using RealChronyd chronyd = new(
            "refclock SOCK @/one.sock refid ONE poll 0 delay 0.001",
            "refclock SOCK @/two.sock refid TWO poll 0 delay 0.001");
        using ChronyFeed one = new(chronyd.At("one.sock"));
        using ChronyFeed two = new(chronyd.At("two.sock"));
        using ChronyLink link = new(chronyd.Command, chronyd.At("ours.sock"));
        PeerObservation[] peers = [];
        int held = 0;
        int wrong = 0;

        Pace(() =>
        {
            CounterPair now = CounterReader.SystemClock();
            one.TrySend(now.Reading, now.Reading.Nanoseconds + firstNs, LeapEvent.None);
            two.TrySend(now.Reading, now.Reading.Nanoseconds + secondNs, LeapEvent.None);
            Answers answers = new();
            link.TryAsk(answers);
            peers = [.. answers.Peers];
            held += peers.Length == 3 && peers.All(p => p.State == PeerState.Synchronised) ? 1 : 0;
            wrong += held > 0 && (!Holds(peers[1], firstNs) || !Holds(peers[2], secondNs)) ? 1 : 0;
            // By then the clock does not move any more, and the intervals are narrow.
            return held >= 3 && peers.Skip(1).All(p => p.HalfWidthNs < 2_000_000);
        });

        Assert.Equal(3, peers.Length);
        Assert.True(held >= 3, string.Join('\n', chronyd.Log));
        Assert.Equal(0, wrong);
        Assert.Equal([0, 1, 2], peers.Select(p => (int)p.Source.Number));
        // The middle of each is its own and not chronyd's mixture of both: the sign of the interval is right.
        Assert.InRange(Error(peers[1], firstNs), -150_000, 150_000);
        Assert.InRange(Error(peers[2], secondNs), -150_000, 150_000);
    }

    [RootFact("chronyd")]
    public void A_chronyd_without_a_source_is_not_synchronised_and_one_that_is_not_there_does_not_answer()
    {
        using RealChronyd chronyd = new("refclock SOCK @/feed.sock refid ICR poll 0");
        using ChronyLink link = new(chronyd.Command, chronyd.At("ours.sock"));
        Answers answers = new();
        Pace(() => link.TryAsk(answers));

        Assert.Equal(PeerState.Unsynchronised, answers.Peers[0].State);
        Assert.Equal(LeapEvent.Unknown, answers.Leaps[0].Next);
        using ChronyLink nobody = new(chronyd.At("nobody.sock"), chronyd.At("other.sock"));
        using ChronyFeed nowhere = new(chronyd.At("nowhere.sock"));
        Assert.False(nobody.TryAsk(answers));
        Assert.False(nowhere.TrySend(new RawTime(1), 1, LeapEvent.None));
        Assert.Equal(1, nowhere.Dropped);
    }

    // Twice a second, as samples come, until it is enough.
    private static void Pace(Func<bool> isEnough)
    {
        using PeriodicTimer timer = new(TimeSpan.FromMilliseconds(500));
        Stopwatch since = Stopwatch.StartNew();
        while (!isEnough() && since.Elapsed < Patience)
        {
            timer.WaitForNextTickAsync().AsTask().Wait();
        }
    }

    private static bool Holds(in PeerObservation peer, long trueLessSystemNs) =>
        Math.Abs(Error(peer, trueLessSystemNs)) <= peer.HalfWidthNs;

    // What a peer said less what was fed, both for the same instant.
    private static long Error(in PeerObservation peer, long trueLessSystemNs)
    {
        CounterPair now = CounterReader.SystemClock();
        long systemThen = now.Reading.Nanoseconds - (now.At - peer.At);
        return peer.Time.Nanoseconds - systemThen - trueLessSystemNs;
    }
}
