using Appliance.Time.Leaps;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Simulation.Clocks;

/// <summary>Leap seconds: TAI goes on, UTC is text, and doubt is a state.</summary>
public sealed class ClockLeapTests
{
    private const long SecondNs = 1_000_000_000;
    private const long Utc2017 = 1_483_228_800;
    private const long UtcJuly2028 = 1846022400;

    [Fact]
    public void The_second_that_was_inserted_in_2016_has_a_name_and_every_second_its_own()
    {
        LeapVote vote = new();
        vote.Take(Said(0, 36, LeapEvent.Insert, Utc2017, Utc2017 + 100_000_000, LeapOrigin.File), Utc2017 - 1000);
        List<string> texts = Texts(vote, (Utc2017 + 36) * SecondNs, Utc2017);

        Assert.Equal(
            ["2016-12-31T23:59:58Z", "2016-12-31T23:59:59Z", "2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"],
            texts.Skip(8).Take(4));
        Assert.Equal(texts.Count, texts.Distinct().Count());
        Assert.Equal(texts.Order(StringComparer.Ordinal), texts);
    }

    [Fact]
    public void A_second_that_is_deleted_has_no_name()
    {
        LeapVote vote = new();
        vote.Take(
            Said(0, 37, LeapEvent.Delete, UtcJuly2028, UtcJuly2028 + 100_000_000, LeapOrigin.Satellites),
            UtcJuly2028 - 1000);
        List<string> texts = Texts(vote, (UtcJuly2028 + 37) * SecondNs, UtcJuly2028);

        Assert.Equal(["2028-06-30T23:59:58Z", "2028-07-01T00:00:00Z"], texts.Skip(8).Take(2));
        Assert.Equal(texts.Count, texts.Distinct().Count());
    }

    [Fact]
    public void An_expired_list_is_a_state_from_its_second_on_and_a_live_witness_ends_it()
    {
        LeapVote vote = new();
        vote.Take(Said(0, 37, LeapEvent.None, null, 1000, LeapOrigin.File), 500);
        Assert.Equal(LeapState.Known, vote.At(999).State);
        Assert.Equal(LeapState.Expired, vote.At(1000).State);
        vote.Take(Said(1, 37, LeapEvent.None, null, null, LeapOrigin.Satellites), 1001);
        Assert.Equal(LeapState.Known, vote.At(1001).State);
        Assert.Equal(37, vote.At(1001).TaiMinusUtc);
    }

    [Fact]
    public void Sources_that_contradict_each_other_cost_utc_a_second_and_tai_nothing()
    {
        LeapVote vote = new();
        vote.Take(Said(0, 37, LeapEvent.None, null, 10_000, LeapOrigin.File), 500);
        vote.Take(Said(1, 38, LeapEvent.None, null, null, LeapOrigin.Satellites), 500);
        Assert.Equal(LeapState.Conflict, vote.At(501).State);
        Assert.Equal(SecondNs, vote.At(501).UtcDoubtNs);
        vote.Take(Said(1, 37, LeapEvent.Insert, 5000, null, LeapOrigin.Satellites), 502);
        vote.Take(Said(2, 37, LeapEvent.Insert, 6000, null, LeapOrigin.Peer), 502);
        Assert.Equal(LeapState.Conflict, vote.At(503).State);
    }

    [Fact]
    public void A_default_of_a_firmware_is_no_witness()
    {
        LeapVote vote = new();
        vote.Take(Said(0, 18, LeapEvent.None, null, null, LeapOrigin.Default), 500);

        Assert.Equal(LeapState.Unknown, vote.At(501).State);
    }

    private static LeapObservation Said(
        byte number, int offset, LeapEvent next, long? at, long? expires, LeapOrigin origin) => new(
        new SourceId(SourceKind.Receiver, number), new RawTime(1), offset, next, at, expires, origin);

    private static List<string> Texts(LeapVote vote, long changeTai, long changeUtc)
    {
        List<string> texts = [];
        for (long tai = changeTai - (10 * SecondNs); tai < changeTai + (10 * SecondNs); tai += SecondNs)
        {
            // The offset in force is asked for once a second, as the box does.
            long utc = (tai / SecondNs) - (changeTai / SecondNs) + changeUtc;
            texts.Add(UtcText.Format(tai, vote.At(Math.Min(utc, changeUtc - 1))));
        }

        return texts;
    }
}
