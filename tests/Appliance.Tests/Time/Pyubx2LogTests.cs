using Appliance.TestSupport;
using Appliance.Time.Observations;
using Appliance.Time.Receivers;
using Xunit;

namespace Appliance.Tests.Time;

/// <summary>The logs of pyubx2: mixed protocols, damage on purpose, security messages.</summary>
public sealed class Pyubx2LogTests
{
    // Frames as the slow reader of FramingTests counts them too; valid times where a message vouches for one.
    [SharedTheory("pyubx2")]
    [InlineData("BADCK2", 25, 0, 2, 3)]
    [InlineData("BADEOF1", 3, 0, 0, 2)]
    [InlineData("BADHDR", 2, 0, 0, 1)]
    [InlineData("ESF", 19, 0, 0, 0)]
    [InlineData("INF", 12, 0, 0, 0)]
    [InlineData("MIXED-RTCM3BADCRC", 1, 2, 3, 2)]
    [InlineData("MIXED", 300, 8, 0, 87)]
    [InlineData("MIXED3", 3, 4, 0, 3)]
    [InlineData("MIXED3BADCK", 1, 3, 1, 1)]
    [InlineData("NMEA", 0, 21, 0, 0)]
    [InlineData("RXM", 5, 0, 0, 0)]
    [InlineData("RXMRAWX", 14, 0, 0, 0)]
    [InlineData("SEC", 8, 0, 0, 0)]
    public void A_log_has_so_many_frames_sentences_false_starts_and_valid_times(
        string name, int frames, int sentences, int damaged, int valid)
    {
        ObservationLog log = Read(name, out ReceiverCounters counters);
        Assert.Equal((frames, sentences, damaged, 0), (
            (int)counters.UbxFrames, (int)counters.Sentences, (int)counters.Damaged, (int)counters.Malformed));
        Assert.Equal(valid, log.Of<TimeOfDayObservation>().Count(t => t.IsValid));
    }

    [SharedFact("pyubx2")]
    public void Sec_sig_of_a_real_receiver_says_that_it_is_being_jammed_and_not_spoofed()
    {
        HealthObservation last = Read("SEC", out _).Of<HealthObservation>().Last();
        Assert.Equal((JammingState.Warning, SpoofingState.None), (last.Jamming, last.Spoofing));
    }

    private static ObservationLog Read(string name, out ReceiverCounters counters)
    {
        string path = Path.Combine(Checkout.Data("pyubx2")!, "tests", $"pygpsdata-{name}.log");
        ObservationLog log = new();
        Receiver receiver = new(new SourceId(SourceKind.Receiver), new EpochRule(1_577_836_800)); // 2020-01-01
        receiver.Take(File.ReadAllBytes(path), new RawTime(0), log);
        counters = receiver.Counters;
        return log;
    }
}
