using Appliance.Linux.Clocks;
using Appliance.Tests.Time;
using Appliance.Time.Observations;
using Appliance.Time.Receivers;
using Xunit;

namespace Appliance.Tests.Linux;

/// <summary>The serial line against a pseudo-terminal of the kernel.</summary>
public sealed class SerialLineTests
{
    private static readonly byte[] EveryByte = [.. Enumerable.Range(0, 256).Select(i => (byte)i)];

    [Fact]
    public void Every_byte_passes_unchanged_both_ways()
    {
        using PseudoTerminal terminal = new();
        using SerialLine line = new(terminal.Path, 115_200);
        byte[] heard = new byte[600];

        terminal.Say(EveryByte);
        int taken = line.Read(heard, timeoutMs: 1000, out RawTime at);
        line.Write(EveryByte);

        Assert.Equal(EveryByte, heard[..taken]);
        Assert.True(at <= CounterReader.Now());
        Assert.Equal(EveryByte, terminal.Hear());
        Assert.Equal(0, line.Read(heard, timeoutMs: 0, out _));
    }

    [Fact]
    public void A_line_that_is_gone_is_said()
    {
        PseudoTerminal terminal = new();
        using SerialLine line = new(terminal.Path, 9600);
        terminal.Dispose();
        IOException gone = Assert.Throws<IOException>(() => line.Read(new byte[10], timeoutMs: 100, out _));
        Assert.StartsWith(terminal.Path, gone.Message, StringComparison.Ordinal);
        Assert.Throws<IOException>(() => new SerialLine("/dev/no-such-line", 9600));
    }

    [Fact]
    public void A_receiver_at_the_line_is_set_up_and_its_sentences_become_times()
    {
        using PseudoTerminal terminal = new();
        using SerialLine line = new(terminal.Path, 460_800);
        ReceiverSetUp setUp = new(new SetUpOptions(ReceiverFamily.Generation9));
        Receiver receiver = new(new SourceId(SourceKind.Receiver), new EpochRule(1_767_225_600)) { SetUp = setUp };
        ObservationLog log = new();
        byte[] buffer = new byte[4096];
        for (int i = 0; i < 100 && setUp.TryNext(CounterReader.Now(), out byte[] frame); i++)
        {
            line.Write(frame);
            Assert.Equal(frame, terminal.Hear());
            terminal.Say(ReceiverSetUp.Frame(UbxId.AckAck, frame.AsSpan(2, 2)));
            int answer = line.Read(buffer, timeoutMs: 1000, out RawTime now);
            receiver.Take(buffer.AsSpan(0, answer), now, log);
        }

        terminal.Say("$GPRMC,120002.00,A,,,,,,,010626,,,A*67\r\n"u8);
        int taken = line.Read(buffer, timeoutMs: 1000, out RawTime at);
        receiver.Take(buffer.AsSpan(0, taken), at, log);

        Assert.Equal(SetUpState.Done, setUp.State);
        TimeOfDayObservation time = Assert.Single(log.Of<TimeOfDayObservation>());
        Assert.Equal((true, at), (time.IsValid, time.ArrivedAt));
    }
}
