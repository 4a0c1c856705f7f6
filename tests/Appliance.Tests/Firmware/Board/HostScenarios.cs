using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;
using Appliance.Supervisor.SelfTest;
using Xunit;

namespace Appliance.Tests.Firmware.Board;

/// <summary>Power, the host and its watchdog, sensors, panel.</summary>
internal static class HostScenarios
{
    private const string Group = "host and power";

    public static IEnumerable<Scenario> All =>
    [
        new(Group, "the input falls and comes back", BrownOut),
        new(Group, "the host hangs", Hangs),
        new(Group, "the host hangs once and is well again within the warning", Recovers),
        new(Group, "the host never comes up", Loops),
        new(Group, "the firmware hangs", ChipHangs),
        new(Group, "a host that nobody armed says nothing", Unarmed),
        new(Group, "the host hangs while power fails", HangsInBrownOut),
        new(Group, "the host babbles on the link", Babbles),
        new(Group, "the host asks for off, and the button is pressed", OffAndOn),
        new(Group, "each device of the bus is missing in turn", Missing),
        new(Group, "fan stalls, board hot, input low, and all is well again", Limits),
        new(Group, "the panel: headline, pages, dark, lamp test", Panel),
    ];

    private static World Up(World world)
    {
        world.Start(1);
        world.RunSeconds(60);
        Assert.Equal(HostState.Watched, world.Chip.Host.State);
        return world;
    }

    private static string BrownOut(World world)
    {
        long before = Up(world).Board.WorldMs;
        world.Board.Drive(BoardPins.PowerFail, false);
        world.RunSeconds(1);
        long told = world.Host.BatchClosedAtMs - before;
        Assert.InRange(told, 0, 30);
        Assert.Equal(1, world.Host.Raised[AlarmKind.PowerFailing]);
        world.Board.Drive(BoardPins.PowerFail, true);
        world.RunSeconds(3);
        Assert.Equal(1, world.Host.Cleared[AlarmKind.PowerFailing]);
        Assert.True(world.Board.ReadPin(BoardPins.HostPowerFail));
        return $"line fell after {told} ms, alarm; both went a second after the input was back";
    }

    private static string Hangs(World world)
    {
        long hung = Up(world).Board.WorldMs;
        world.Host.Lives = false;
        world.RunSeconds(43);
        Assert.False(world.Board.ReadPin(BoardPins.HostPower));
        long off = world.Board.ChangedAtMs[BoardPins.HostPower] - hung;
        world.Host.Lives = true;
        world.RunSeconds(60);
        Assert.Equal(HostState.Watched, world.Chip.Host.State);
        Assert.Equal(1, world.Host.Raised[AlarmKind.HostHung]);
        Assert.Equal(2, world.Host.Boot);
        return $"warned, off after {off / 1000} s, on again, watched again; the alarm reached the new host";
    }

    private static string Recovers(World world)
    {
        Up(world).Host.Lives = false;
        world.RunSeconds(35);
        world.Host.Lives = true;
        world.RunSeconds(60);
        Assert.Equal(1, world.Host.Boot);
        Assert.Equal(1, world.Host.Raised[AlarmKind.HostHung]);
        return "alarm, and power was not cut";
    }

    private static string Loops(World world)
    {
        Up(world).Host.Lives = false;
        world.Host.Boots = false;
        world.RunSeconds(2400);
        Assert.Equal(HostState.Braked, world.Chip.Host.State);
        int cycles = world.Chip.Counters.PowerCycles;
        world.RunSeconds(1000);
        Assert.Equal(cycles, world.Chip.Counters.PowerCycles);
        world.Host.Lives = true;
        world.Host.Boots = true;
        world.RunSeconds(1800);
        Assert.Equal(HostState.Watched, world.Chip.Host.State);
        Assert.True(world.Host.Raised[AlarmKind.BootLoop] >= 1);
        return $"{cycles} power cycles, then the brake for half an hour; the host that came up was told";
    }

    private static string Unarmed(World world)
    {
        world.Host.Arms = false;
        world.Start(1);
        world.RunSeconds(60);
        world.Host.Lives = false;
        world.RunSeconds(1000);
        Assert.Equal(HostState.Silent, world.Chip.Host.State);
        Assert.Equal(0, world.Chip.Counters.PowerCycles);
        return "shown as silent; power is never cut";
    }

    private static string HangsInBrownOut(World world)
    {
        Up(world).Host.Lives = false;
        world.Board.Drive(BoardPins.PowerFail, false);
        world.RunSeconds(120);
        Assert.True(world.Board.ReadPin(BoardPins.HostPower));
        return "power is not cut while the input is gone";
    }

    private static string Babbles(World world)
    {
        Up(world).Host.Babbles = true;
        world.RunSeconds(20);
        Assert.True(world.Chip.Link.BadFrames > 0);
        world.Host.Babbles = false;
        world.RunSeconds(20);
        Assert.Equal(HostState.Watched, world.Chip.Host.State);
        return "bad frames are counted, the loop goes on, the next good heartbeat is understood";
    }

    private static string OffAndOn(World world)
    {
        Up(world);
        PowerRequestMessage request = new() { Action = 2, AfterSeconds = 10 };
        world.Host.Send(LinkKind.PowerRequest, request.Write(world.Host.Message));
        world.RunSeconds(600);
        Assert.False(world.Board.ReadPin(BoardPins.HostPower));
        Press(world, 100);
        world.RunSeconds(60);
        Assert.Equal(HostState.Watched, world.Chip.Host.State);
        return "off until the button, then up again";
    }

    private static string Missing(World world)
    {
        int[] addresses =
        [
            BoardPins.SupplyAddress, BoardPins.TemperatureAddress, BoardPins.FanAddress, BoardPins.ClockAddress,
            BoardPins.DacAddress, BoardPins.DisplayAddress,
        ];
        Up(world);
        foreach (int address in addresses)
        {
            int raised = world.Host.Raised[AlarmKind.DeviceMissing];
            world.Board.Miss(address, true);
            world.RunSeconds(10);
            Assert.True(world.Host.Raised[AlarmKind.DeviceMissing] == raised + 1, $"address {address:x}");
            Assert.Equal(HostState.Watched, world.Chip.Host.State);
            world.Board.Miss(address, false);
            world.RunSeconds(10);
            Assert.False(world.Chip.Alarms.IsActive(AlarmKind.DeviceMissing), $"address {address:x}");
        }

        return $"{addresses.Length} alarms with their addresses; the rest goes on";
    }

    private static string Limits(World world)
    {
        Up(world).Board.FanTurns = false;
        world.Board.OscillatorMilliC = 80_000;
        world.Board.SupplyMillivolts = 10_800;
        world.RunSeconds(20);
        int[] kinds = [AlarmKind.FanStalled, AlarmKind.TooHot, AlarmKind.SupplyLow];
        Assert.All(kinds, kind => Assert.Equal(1, world.Host.Raised[kind]));
        Assert.Equal(255, world.Board.FanDrive);
        world.Board.FanTurns = true;
        world.Board.OscillatorMilliC = 45_000;
        world.Board.SupplyMillivolts = 12_000;
        world.RunSeconds(20);
        Assert.All(kinds, kind => Assert.Equal(1, world.Host.Cleared[kind]));
        return "three alarms, fans at full speed, three all-clears";
    }

    private static string Panel(World world)
    {
        Up(world);
        Assert.Equal("WARMUP", world.Chip.Panel.Headline());
        int lit = world.Board.Display.LitDots();
        Assert.True(lit > 400, $"{lit} dots");
        Press(world, 100);
        Assert.Equal(1, world.Chip.Panel.Page);
        Press(world, 6000);
        Assert.Equal(1, world.Chip.Panel.Page);
        world.RunSeconds(620);
        Assert.Equal("LOCKED", world.Chip.Panel.Headline());
        Assert.Equal(0, world.Board.Display.LitDots());
        Press(world, 100);
        Assert.True(world.Board.Display.LitDots() > 400);
        world.Board.Drive(BoardPins.TamperLid, true);
        world.RunSeconds(700);
        Assert.Equal("TAMPER", world.Chip.Panel.Headline());
        Assert.True(world.Board.Display.LitDots() > 400);
        Assert.True(world.Board.ReadPin(BoardPins.LedAlarm));
        return "one large word, pages by the button, dark after ten minutes unless something is wrong";
    }

    private static string ChipHangs(World world)
    {
        world.Start(1);
        world.RunSeconds(300);
        long cutAtMs = world.Board.ChangedAtMs[BoardPins.HostPower];
        world.ChipHangs = true;
        long hungAtMs = world.Board.WorldMs;
        while (world.Starts == 1 && world.Board.WorldMs - hungAtMs < 200_000)
        {
            world.Run(10);
        }

        long took = world.Board.WorldMs - hungAtMs;
        Assert.InRange(took, 58_000, 61_000);
        Assert.Equal(cutAtMs, world.Board.ChangedAtMs[BoardPins.HostPower]);
        Assert.True(world.Board.ReadPin(BoardPins.HostPower));
        world.RunSeconds(10);
        Assert.Equal(3, world.Host.Hello.ResetCause);
        world.RunSeconds(600);
        Assert.Equal((2, 1), (world.Starts, world.Host.Boot));
        return $"its watchdog resets the chip after {took / 1000} s (the data sheet's least); the host heard why";
    }

    private static void Press(World world, int milliseconds)
    {
        world.Board.Drive(BoardPins.Button, false);
        world.Run(milliseconds);
        world.Board.Drive(BoardPins.Button, true);
        world.RunSeconds(2);
    }
}
