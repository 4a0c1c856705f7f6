using Appliance.Time.Observations;
using Appliance.Time.Receivers;
using Xunit;

namespace Appliance.Tests.Time;

/// <summary>Setting a receiver up, against a receiver that is a few lines long.</summary>
public sealed class ReceiverSetUpTests
{
    private const long Second = RawTime.NanosecondsPerSecond;

    [Theory]
    [InlineData(ReceiverFamily.Generation8)]
    [InlineData(ReceiverFamily.Generation9)]
    public void A_receiver_that_accepts_everything_is_set_up_message_by_message(ReceiverFamily family)
    {
        ReceiverSetUp setUp = new(new SetUpOptions(family));
        List<byte[]> sent = Run(setUp, _ => true);

        Assert.Equal(SetUpState.Done, setUp.State);
        Assert.Empty(setUp.Refused);
        Assert.True(sent.Count > 10);
        Assert.All(sent, frame => Assert.Equal(frame, ReceiverSetUp.Frame(MessageOf(frame), frame.AsSpan(6..^2))));
    }

    [Fact]
    public void What_is_only_wished_for_may_be_refused_and_is_named()
    {
        ReceiverSetUp setUp = new(new SetUpOptions(ReceiverFamily.Generation8));
        Run(setUp, frame => !(MessageOf(frame) == UbxId.CfgMsg && frame[6] == 0x27));
        Assert.Equal(SetUpState.Done, setUp.State);
        Assert.Equal(["SEC-SIG"], setUp.Refused);
    }

    [Fact]
    public void A_receiver_that_knows_no_time_pulse_is_not_a_timing_receiver()
    {
        ReceiverSetUp setUp = new(new SetUpOptions(ReceiverFamily.Generation8));
        Run(setUp, frame => MessageOf(frame) != UbxId.CfgTp5);
        Assert.Equal(SetUpState.Failed, setUp.State);
        Assert.StartsWith("pulse: refused", setUp.Failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_dumb_line_is_tried_three_times_and_then_said()
    {
        ReceiverSetUp setUp = new(new SetUpOptions(ReceiverFamily.Generation9));
        int sent = 0;
        for (long at = 0; at < 10; at++)
        {
            sent += setUp.TryNext(new RawTime(at * Second), out _) ? 1 : 0;
        }

        Assert.Equal((3, SetUpState.Failed), (sent, setUp.State));
        Assert.Contains("no answer", setUp.Failure, StringComparison.Ordinal);
    }

    // The layout of u-blox' own documents, byte by byte: pulse of 100 ms while locked, none otherwise, grid of GPS.
    [Fact]
    public void The_time_pulse_of_generation_8_is_as_documented()
    {
        List<byte[]> sent = Run(
            new(new SetUpOptions(ReceiverFamily.Generation8, AntennaCableDelayNs: 50)), _ => true);
        byte[] pulse = sent.Single(f => MessageOf(f) == UbxId.CfgTp5);
        Assert.Equal(
            "00010000" + "32000000" + "40420F00" + "40420F00" + "00000000" + "A0860100" + "00000000" + "F7000000",
            Convert.ToHexString(pulse.AsSpan(6..^2)));
    }

    [Fact]
    public void Values_of_generation_9_have_the_size_that_their_key_says()
    {
        List<byte[]> sent = Run(new(new SetUpOptions(ReceiverFamily.Generation9, ReceiverPort.Usb)), _ => true);
        Assert.Contains(
            sent, f => Convert.ToHexString(f.AsSpan(6..^2)) == "00010000" + "01002130E803" + "020021300100");
        Assert.Contains(sent, f => Convert.ToHexString(f.AsSpan(6..^2)) == "00010000" + "0900912001"); // PVT, USB
    }

    [Theory]
    [InlineData(1, 0, SawtoothVerdict.Helps)]
    [InlineData(-1, 0, SawtoothVerdict.WrongSign)]
    [InlineData(1, 1, SawtoothVerdict.WrongPulse)]
    [InlineData(0, 0, SawtoothVerdict.NoDifference)]
    public void The_sign_and_the_pulse_of_the_sawtooth_are_found_out(int sign, int late, SawtoothVerdict expected)
    {
        const int seed = 4711;
        Random random = new(seed);
        SawtoothCheck check = new();
        double[] errors = [.. Enumerable.Range(0, 200).Select(_ => (random.NextDouble() - 0.5) * 21)];
        for (int i = 1; i < errors.Length; i++)
        {
            // A pulse comes earlier by its error; an oscillator that is off by 3 ns/s; 1 ns of noise.
            double edge = (i * 3.0) + random.NextDouble() - (sign * errors[i - late]);
            check.Add(edge, (int)(errors[i] * 1000));
        }

        Assert.True(expected == check.Verdict, $"{check.Verdict} for seed {seed}");
    }

    private static List<byte[]> Run(ReceiverSetUp setUp, Func<byte[], bool> accepts)
    {
        List<byte[]> sent = [];
        ObservationLog log = new();
        Receiver line = new(new SourceId(SourceKind.Receiver), new EpochRule(0)) { SetUp = setUp };
        for (long at = 0; setUp.TryNext(new RawTime(at), out byte[] frame); at += Second)
        {
            sent.Add(frame);
            line.Take(
                ReceiverSetUp.Frame(accepts(frame) ? UbxId.AckAck : UbxId.AckNak, frame.AsSpan(2, 2)), new RawTime(at),
                log);
        }

        return sent;
    }

    private static ushort MessageOf(byte[] frame) => (ushort)((frame[2] << 8) | frame[3]);
}
