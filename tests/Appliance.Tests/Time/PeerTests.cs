using System.Buffers.Binary;
using Appliance.Time.Observations;
using Appliance.Time.Peers;
using Xunit;

namespace Appliance.Tests.Time;

/// <summary>Bytes of chronyd and ptp4l, and the bounds that come of them.</summary>
public sealed class PeerTests
{
    private static readonly SourceId Id = new(SourceKind.Ptp);
    private static readonly CounterPair Clock = new(
        new RawTime(5_000_000_000), new CounterId(CounterKind.HardwareClock), new RawTime(1_780_000_000_000_000_000),
        HalfWidthNs: 40);

    [Fact]
    public void A_sample_for_chronyd_is_forty_bytes_and_loses_nothing()
    {
        byte[] sample = new byte[ChronySample.Bytes];
        ChronySample.Write(new RawTime(1_780_000_000_123_456_789), 1_780_000_000_123_456_790, LeapEvent.Delete, sample);
        Assert.Equal(1_780_000_000, BitConverter.ToInt64(sample));
        Assert.Equal(123_456, BitConverter.ToInt64(sample, 8));
        Assert.Equal(1e-9, BitConverter.ToDouble(sample, 16), 15);
        Assert.Equal((0, 2, 0, 0x534f434b), (BitConverter.ToInt32(sample, 24), BitConverter.ToInt32(sample, 28),
            BitConverter.ToInt32(sample, 32), BitConverter.ToInt32(sample, 36)));
    }

    [Theory]
    [InlineData(0x00000000u, 0.0)]
    [InlineData(0x02800000u, 0.5)] // exponent 1, coefficient 2^23
    [InlineData(0x03800000u, -0.5)]
    [InlineData(0xFE800000u, 0.125)] // exponent -1
    public void Numbers_of_chronyd_are_read_as_it_writes_them(uint bits, double value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, bits);
        Assert.Equal(value, ChronyWire.Float(bytes));
    }

    [Fact]
    public void A_question_is_as_long_as_its_answer_and_another_answer_is_refused()
    {
        byte[] question = ChronyWire.AskTracking(7);
        Assert.Equal((104, 6, 1, 33), (question.Length, question[0], question[1], question[5]));

        byte[] answer = Answer(command: 33, reply: 5, sequence: 7, bytes: 104);
        Assert.True(ChronyWire.TryTracking(answer, 7, out _));
        Assert.False(ChronyWire.TryTracking(answer, 8, out _));
        Assert.False(ChronyWire.TryTracking(answer.AsSpan(0, 103), 7, out _));
        answer[9] = 2; // STT_UNAUTH
        Assert.False(ChronyWire.TryTracking(answer, 7, out _));
    }

    [Fact]
    public void Random_answers_never_throw()
    {
        const int seed = 99;
        Random random = new(seed);
        byte[] bytes = new byte[300];
        for (int i = 0; i < 20_000; i++)
        {
            random.NextBytes(bytes);
            ReadOnlySpan<byte> cut = bytes.AsSpan(0, random.Next(bytes.Length));
            byte[] framed = Answer(33, 5, 7, 104);
            random.NextBytes(framed.AsSpan(28));
            Assert.True(ChronyWire.TryTracking(framed, 7, out ChronyTracking tracking));
            Assert.True(tracking.ToObservation(Id, Clock, Clock).HalfWidthNs >= 0);
            PtpState state = default;
            PtpManagement.TryTake(cut, 0, 0, ref state);
            PtpDataSet set = i % 5 == 4 ? PtpDataSet.TimeStatus : (PtpDataSet)(0x2001 + (i % 5));
            PtpManagement.TryTake(Response(set, cut[..Math.Min(cut.Length, 60)]), 0, 1, ref state);
            Assert.True(state.ToObservation(Id, Clock).HalfWidthNs >= 0);
        }
    }

    [Fact]
    public void The_bound_by_chronyd_holds_delay_dispersion_and_what_moved_while_it_was_asked()
    {
        ChronyTracking tracking = new(
            0x01020304, 2, ChronyLeap.Normal, ReferenceTimeNs: 1_779_999_990_000_000_000, CorrectionSeconds: 1e-3,
            0, 0, 0, RootDelaySeconds: 2e-3, RootDispersionSeconds: 5e-4, UpdateIntervalSeconds: 64);
        CounterPair after = Clock with { At = new RawTime(Clock.At.Nanoseconds + 100_000) };
        PeerObservation peer = tracking.ToObservation(Id, Clock, after);

        Assert.Equal(Clock.Reading.Nanoseconds + 1_000_000, peer.Time.Nanoseconds);
        // 1 ms + 0.5 ms; a slew of 10 % and a rate of 0.1 % for 100 us; rounding of chrony's number; the pair.
        Assert.InRange(peer.HalfWidthNs, 1_500_000 + 10_000 + 100 + 40, 1_500_000 + 10_000 + 100 + 40 + 2);
        Assert.Equal(PeerState.Synchronised, peer.State);
        Assert.Equal(10_001_000_000, after.At - peer.MeasuredAt);
        Assert.Equal(
            PeerState.Holdover, (tracking with { UpdateIntervalSeconds = 1 }).ToObservation(Id, Clock, after).State);
        Assert.Equal(
            PeerState.Unsynchronised,
            (tracking with { Leap = ChronyLeap.Unsynchronised }).ToObservation(Id, Clock, after).State);
    }

    [Theory]
    [InlineData(0x20, 25L)]
    [InlineData(0x21, 100L)]
    [InlineData(0x23, 1_000L)]
    [InlineData(0x24, 2_500L)]
    [InlineData(0x29, 1_000_000L)]
    [InlineData(0x2F, 1_000_000_000L)]
    [InlineData(0x30, 10_000_000_000L)]
    [InlineData(0x17, 1L)]
    [InlineData(0x31, null)]
    [InlineData(0xFE, null)]
    public void The_accuracy_of_a_grandmaster_is_that_of_the_standards_table(byte code, long? nanoseconds) =>
        Assert.Equal(nanoseconds, new PtpState { ClockAccuracy = code }.GrandmasterAccuracyNs);

    [Fact]
    public void The_bound_by_ptp_holds_the_grandmasters_the_offset_the_path_and_the_age()
    {
        PtpState state = Filled(accuracy: 0x21, flags: 0x1C);
        PeerObservation peer = state.ToObservation(Id, Clock);

        Assert.Equal((TimeScale.Tai, Clock.Reading.Nanoseconds), (peer.Time.Scale, peer.Time.Nanoseconds));
        // 100 ns of the grandmaster, 30 ns offset, 1 us for one second of drift, 400 ns of path, 40 ns of reading.
        Assert.Equal(100 + 30 + 1000 + 400 + 40, peer.HalfWidthNs);
        Assert.Equal((PeerState.Synchronised, (ushort)2), (peer.State, peer.Distance));
        Assert.Equal((37, LeapEvent.None), (state.ToLeap(Id, Clock.At).TaiMinusUtc, state.ToLeap(Id, Clock.At).Next));
    }

    [Theory]
    [InlineData(0xFE, 0x1C)] // a grandmaster that does not know its accuracy
    [InlineData(0x21, 0x0C)] // not traceable
    [InlineData(0x21, 0x14)] // an arbitrary scale
    public void A_grandmaster_without_accuracy_traceability_or_scale_is_no_witness(byte accuracy, byte flags) =>
        Assert.Equal(PeerState.Unsynchronised, Filled(accuracy, flags).ToObservation(Id, Clock).State);

    private static PtpState Filled(byte accuracy, byte flags)
    {
        PtpState state = default;
        byte[] status = new byte[50];
        BinaryPrimitives.WriteInt64BigEndian(status, -30);
        BinaryPrimitives.WriteInt64BigEndian(status.AsSpan(8), Clock.Reading.Nanoseconds - 1_000_000_000);
        status[41] = 1;
        byte[] current = new byte[18];
        current[1] = 2;
        BinaryPrimitives.WriteInt64BigEndian(current.AsSpan(10), 400L << 16);
        byte[] parent = new byte[32];
        parent[19] = 6;
        parent[20] = accuracy;
        byte[] port = new byte[26];
        port[10] = 9;
        Assert.True(PtpManagement.TryTake(Response(PtpDataSet.TimeStatus, status), 0, 1, ref state));
        Assert.True(PtpManagement.TryTake(Response(PtpDataSet.Current, current), 0, 1, ref state));
        Assert.True(PtpManagement.TryTake(Response(PtpDataSet.Parent, parent), 0, 1, ref state));
        Assert.True(PtpManagement.TryTake(Response(PtpDataSet.TimeProperties, [0, 37, flags, 0x20]), 0, 1, ref state));
        Assert.True(PtpManagement.TryTake(Response(PtpDataSet.Port, port), 0, 1, ref state));
        return state;
    }

    private static byte[] Response(PtpDataSet set, ReadOnlySpan<byte> data)
    {
        byte[] message = [.. PtpManagement.Ask(set, 0, 1), .. data];
        message[46] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(50), (ushort)(2 + data.Length));
        return message;
    }

    private static byte[] Answer(ushort command, ushort reply, uint sequence, int bytes)
    {
        byte[] answer = new byte[bytes];
        answer[0] = 6;
        answer[1] = 2;
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(4), command);
        BinaryPrimitives.WriteUInt16BigEndian(answer.AsSpan(6), reply);
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(16), sequence);
        return answer;
    }
}
