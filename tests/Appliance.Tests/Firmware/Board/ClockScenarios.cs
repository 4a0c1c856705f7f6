using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;
using Appliance.Supervisor.SelfTest;
using Xunit;

namespace Appliance.Tests.Firmware.Board;

/// <summary>Oscillator, receiver and battery-backed clock.</summary>
internal static class ClockScenarios
{
    private const string Group = "clock";

    public static IEnumerable<Scenario> All =>
    [
        new(Group, "cold start with a good receiver", Locks),
        new(Group, "the fix is lost for an hour and comes back", Holds),
        new(Group, "the receiver jumps by 10 us while the loop tracks", Jumps),
        new(Group, "the receiver falls silent", FallsSilent),
        new(Group, "the receiver babbles", Babbles),
        new(Group, "the receiver refuses the survey", Refuses),
        new(Group, "the DAC does not answer", LosesDac),
        new(Group, "the oscillator is farther off than the DAC can pull", IsTooFarOff),
        new(Group, "the battery-backed clock lost its time; the host sets it", LosesClock),
        new(Group, "start without receiver: time comes from the battery-backed clock", StartsCold),
    ];

    public static World Tracking(World world)
    {
        world.Start(1);
        world.RunSeconds(600);
        Assert.Equal(OscillatorState.Track, world.Chip.Oscillator.State);
        return world;
    }

    private static string Locks(World world)
    {
        world.Start(1);
        int seconds = 0;
        for (; seconds < 900 && world.Chip.Oscillator.State != OscillatorState.Track; seconds++)
        {
            world.RunSeconds(1);
        }

        world.RunSeconds(600);
        long worst = 0;
        for (int i = 0; i < 600; i++)
        {
            world.RunSeconds(1);
            worst = Math.Max(worst, Math.Abs(world.Board.Oscillator.PhasePs));
        }

        Assert.True(seconds < 600, $"not locked after {seconds} s, phase {world.Board.Oscillator.PhasePs} ps");
        Assert.True(worst < 50_000, $"{worst} ps");
        Assert.Equal(OscillatorState.Track, world.Host.Oscillator.State);
        return $"locked after {seconds} s; then at most {worst / 1000} ns off in ten minutes";
    }

    private static string Holds(World world)
    {
        Tracking(world).RunSeconds(1800);
        world.Board.Receiver.HasFix = false;
        world.RunSeconds(10);
        Assert.Equal(OscillatorState.Holdover, world.Chip.Oscillator.State);
        int dac = world.Chip.Oscillator.Dac;
        world.RunSeconds(3600);
        long off = Math.Abs(world.Board.Oscillator.PhasePs) / 1000;
        Assert.True(off < 2000, $"{off} ns after an hour");
        Assert.Equal(dac, world.Chip.Oscillator.Dac);
        world.Board.Receiver.HasFix = true;
        world.RunSeconds(600);
        Assert.Equal(OscillatorState.Track, world.Chip.Oscillator.State);
        return $"holdover within 10 s, {off} ns off after an hour; locked again";
    }

    private static string Jumps(World world)
    {
        Tracking(world).RunSeconds(600);
        world.Board.Receiver.ErrorPs = 10_000_000;
        world.RunSeconds(7);
        Assert.Equal(OscillatorState.Holdover, world.Chip.Oscillator.State);
        long off = Math.Abs(world.Board.Oscillator.PhasePs) / 1000;
        Assert.True(off < 100, $"the pulse moved by {off} ns");
        return $"held within 7 s; the pulse stayed within {off} ns of the truth meanwhile";
    }

    private static string FallsSilent(World world)
    {
        Tracking(world);
        world.Board.Receiver.IsAlive = false;
        world.RunSeconds(75);
        Assert.Equal(1, world.Host.Raised[AlarmKind.ReceiverSilent]);
        Assert.True(world.Board.Receiver.Resets >= 1);
        world.Board.Receiver.IsAlive = true;
        world.RunSeconds(300);
        Assert.Equal(1, world.Host.Cleared[AlarmKind.ReceiverSilent]);
        Assert.Equal(OscillatorState.Track, world.Chip.Oscillator.State);
        return "alarm after 10 s, reset, set up again, locked again";
    }

    private static string Babbles(World world)
    {
        Tracking(world);
        world.Board.Receiver.Babbles = true;
        world.RunSeconds(30);
        Assert.Equal(OscillatorState.Holdover, world.Chip.Oscillator.State);
        Assert.Equal(HostState.Watched, world.Chip.Host.State);
        long before = world.Board.WorldMs;
        world.Board.Drive(BoardPins.TamperLid, true);
        world.Run(50);
        Assert.InRange(world.Host.KeysEvictedAtMs - before, 0, 30);
        world.Board.Receiver.Babbles = false;
        world.RunSeconds(300);
        Assert.Equal(OscillatorState.Track, world.Chip.Oscillator.State);
        return "holdover; the host stays watched, a tamper is told within 30 ms; locked again afterwards";
    }

    private static string Refuses(World world)
    {
        world.Board.Receiver.RefusesStep = 3;
        world.Start(1);
        world.RunSeconds(60);
        Assert.Equal(1, world.Host.Raised[AlarmKind.ReceiverNotSetUp]);
        return "alarm that names the step";
    }

    private static string LosesDac(World world)
    {
        Tracking(world);
        world.Board.Miss(BoardPins.DacAddress, true);
        world.RunSeconds(10);
        Assert.Equal(1, world.Host.Raised[AlarmKind.NotSteerable]);
        Assert.Equal(1, world.Host.Raised[AlarmKind.DeviceMissing]);
        return "alarms: not steerable, device missing";
    }

    private static string IsTooFarOff(World world)
    {
        world.Board.Oscillator.OffsetPpt = 700_000;
        world.Start(1);
        world.RunSeconds(600);
        Assert.Equal(1, world.Host.Raised[AlarmKind.NotSteerable]);
        Assert.NotEqual(OscillatorState.Track, world.Chip.Oscillator.State);
        return "alarm, and never called locked";
    }

    private static string LosesClock(World world)
    {
        world.Board.Rtc.HasStopped = true;
        world.Start(1);
        world.RunSeconds(40);
        Assert.Equal(1, world.Host.Raised[AlarmKind.ClockStopped]);
        long now = world.Board.Receiver.EpochSeconds + (world.Board.WorldMs / 1000);
        SetTimeMessage time = new() { UnixSeconds = now, AccuracyMs = 10 };
        world.Host.Send(LinkKind.SetTime, time.Write(world.Host.Message));
        world.RunSeconds(3);
        Assert.False(world.Chip.Alarms.IsActive(AlarmKind.ClockStopped));
        Assert.InRange(world.Board.Rtc.UnixSeconds - now, 0, 4);
        return "alarm; not believed until the host has set it";
    }

    private static string StartsCold(World world)
    {
        world.Board.Receiver.IsAlive = false;
        world.Start(1);
        world.RunSeconds(30);
        Assert.Equal(1, world.Chip.Time.Quality);
        Assert.Equal(1, world.Host.Clock.IsValid);
        Assert.InRange(world.Host.Clock.UnixSeconds - world.Board.Receiver.EpochSeconds, 0, 31);
        return "the host is told, marked as that clock's";
    }
}
