using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;
using Appliance.Supervisor.SelfTest;
using Appliance.Supervisor.Watch;
using Xunit;

namespace Appliance.Tests.Firmware.Board;

/// <summary>The case is opened, in every state of everything else.</summary>
internal static class TamperScenarios
{
    private const string Group = "tamper";

    public static IEnumerable<Scenario> All =>
    [
        new(Group, "lid opened while the host runs", w => Opens(Up(w))),
        new(Group, "lid opened while the host boots", w => Opens(Started(w, 5))),
        new(Group, "lid opened in warm-up, no receiver", w => Opens(Silent(w))),
        new(Group, "lid opened in holdover", w => Opens(Held(w))),
        new(Group, "lid opened while power fails", w => Opens(Failing(w))),
        new(Group, "lid opened while the host hangs", w => Opens(Hung(w))),
        new(Group, "lid opened while the host babbles", w => Opens(Babbling(w))),
        new(Group, "lid opened while an update is received", w => Opens(Updating(w))),
        new(Group, "lid opened while no device answers on the bus", NoBus),
        new(Group, "loop through the case cut", Cuts),
        new(Group, "power cut at each write of the latch", CutAtEachWrite),
        new(Group, "opened while there is no power", WithoutPower),
        new(Group, "the host does not record the alarm; power goes; another host comes up", IsToldAfterwards),
        new(Group, "cleared with the lid open, with an unknown alarm, and rightly", Clears),
        new(Group, "a chattering switch", Chatters),
    ];

    private static World Started(World world, int seconds)
    {
        world.Start(1);
        world.RunSeconds(seconds);
        return world;
    }

    private static World Up(World world) => Started(world, 60);

    private static World Silent(World world)
    {
        world.Board.Receiver.IsAlive = false;
        return Up(world);
    }

    private static World Held(World world)
    {
        ClockScenarios.Tracking(world).Board.Receiver.HasFix = false;
        world.RunSeconds(30);
        return world;
    }

    private static World Failing(World world)
    {
        Up(world).Board.Drive(BoardPins.PowerFail, false);
        world.Run(100);
        return world;
    }

    private static World Hung(World world)
    {
        Up(world).Host.Lives = false;
        world.RunSeconds(20);
        return world;
    }

    private static World Babbling(World world)
    {
        Up(world).Host.Babbles = true;
        world.RunSeconds(10);
        return world;
    }

    private static World Updating(World world)
    {
        Up(world);
        UpdateDriver driver = new(world);
        driver.Provision();
        driver.Begin();
        world.RunSeconds(10);
        Assert.Equal(UpdatePhase.Receiving, world.Chip.Update.Phase);
        driver.Blocks(10);
        return world;
    }

    private static string Opens(World world)
    {
        long before = world.Board.WorldMs;
        world.Board.Drive(BoardPins.TamperLid, true);
        world.RunSeconds(1);
        long told = world.Host.KeysEvictedAtMs - before;
        Assert.InRange(told, 0, 30);
        world.Cut();
        world.Board.Drive(BoardPins.TamperLid, false);
        world.Board.Drive(BoardPins.PowerFail, true);
        world.Host.Lives = true;
        world.Host.Babbles = false;
        world.RunSeconds(60);
        world.Start(1);
        world.Run(10);
        Assert.Equal(Tamper.Lid, world.Chip.Tamper.Latched & Tamper.Lid);
        Assert.False(world.Board.ReadPin(BoardPins.HostTamper));
        world.RunSeconds(60);
        Assert.True(world.Host.Raised[AlarmKind.TamperLid] >= 1, "the host was never told");
        return $"line fell after {told} ms, latched over a loss of power, told to the host";
    }

    private static string NoBus(World world)
    {
        Up(world);
        for (int address = 0; address < 128; address++)
        {
            world.Board.Miss(address, true);
        }

        long before = world.Board.WorldMs;
        world.Board.Drive(BoardPins.TamperLid, true);
        world.RunSeconds(5);
        Assert.InRange(world.Host.KeysEvictedAtMs - before, 0, 400);
        Assert.Equal(Tamper.Lid, world.Chip.Tamper.Latched);
        Assert.True(world.Host.Raised[AlarmKind.TamperLid] >= 1);
        long told = world.Host.KeysEvictedAtMs - before;
        return $"line fell after {told} ms, told to the host; not kept, the memory is gone";
    }

    private static string Cuts(World world)
    {
        Up(world).Board.Drive(BoardPins.TamperLoop, true);
        world.RunSeconds(1);
        Assert.Equal(Tamper.Mesh, world.Chip.Tamper.Latched);
        Assert.Equal(1, world.Host.Raised[AlarmKind.TamperMesh]);
        return "latched as the loop, told to the host";
    }

    private static string CutAtEachWrite(World _)
    {
        int latched = 0;
        int cuts = 0;
        for (int write = 1; write <= 3; write++)
        {
            for (int bytes = 0; bytes < 16; bytes += 3)
            {
                World world = Up(new World());
                world.Board.Memory.CutAtWrite = world.Board.Memory.Writes + write;
                world.Board.Memory.CutAfterBytes = bytes;
                long before = world.Board.WorldMs;
                world.Board.Drive(BoardPins.TamperLid, true);
                world.RunSeconds(2);
                Assert.InRange(world.Host.KeysEvictedAtMs - before, 0, 30);
                cuts += world.Chip is null ? 1 : 0;
                world.Start(1);
                world.RunSeconds(1);
                latched += (world.Chip!.Tamper.Latched & Tamper.Lid) != 0 ? 1 : 0;
            }
        }

        Assert.Equal(18, latched);
        Assert.Equal(18, cuts);
        return "18 cuts: the line had fallen before each, and the open lid was latched at the next start";
    }

    private static string WithoutPower(World world)
    {
        Up(world).Cut();
        world.Board.Drive(BoardPins.TamperLid, true);
        world.RunSeconds(60);
        world.Start(1);
        world.RunSeconds(60);
        Assert.Equal(Tamper.Lid | Tamper.WithoutPower, world.Chip.Tamper.Latched);
        Assert.Equal(1, world.Host.Raised[AlarmKind.TamperWithoutPower]);
        return "found open at the start: told as opened without power (opened and closed again leaves no trace here)";
    }

    private static string IsToldAfterwards(World world)
    {
        Up(world).Host.Records = false;
        world.Board.Drive(BoardPins.TamperLid, true);
        world.RunSeconds(5);
        Assert.Equal(1, world.Host.Raised[AlarmKind.TamperLid]);
        world.Cut();
        world.RunSeconds(5);
        world.Host.Records = true;
        world.Start(1);
        world.RunSeconds(60);
        Assert.Equal(2, world.Host.Raised[AlarmKind.TamperLid]);
        Assert.Equal(0, world.Chip.Alarms.Unrecorded());
        world.Cut();
        world.Start(1);
        world.RunSeconds(60);
        Assert.Equal(2, world.Host.Raised[AlarmKind.TamperLid]);
        return "told again after the start, and not again once it was recorded";
    }

    private static string Clears(World world)
    {
        Up(world).Board.Drive(BoardPins.TamperLid, true);
        world.RunSeconds(2);
        Clear(world, 1000);
        Assert.Equal(Tamper.Lid, world.Chip.Tamper.Latched);
        world.Board.Drive(BoardPins.TamperLid, false);
        world.RunSeconds(1);
        Clear(world, world.Host.LastAlarmNumber - 1);
        Assert.Equal(Tamper.Lid, world.Chip.Tamper.Latched);
        Clear(world, world.Host.LastAlarmNumber);
        Assert.Equal(0, world.Chip.Tamper.Latched);
        Assert.True(world.Board.ReadPin(BoardPins.HostTamper));
        return "refused, refused, open; the line rises";
    }

    private static string Chatters(World world)
    {
        Up(world);
        for (int i = 0; i < 200; i++)
        {
            world.Board.Drive(BoardPins.TamperLid, i % 3 != 0);
            world.Run(10);
        }

        world.RunSeconds(1);
        Assert.Equal(1, world.Host.Raised[AlarmKind.TamperLid]);
        Assert.Equal(Tamper.Lid, world.Chip.Tamper.Latched);
        return "latched once, one alarm";
    }

    private static void Clear(World world, long number)
    {
        ClearTamperMessage clear = new() { LastNumber = number };
        world.Host.Send(LinkKind.ClearTamper, clear.Write(world.Host.Message));
        world.RunSeconds(1);
    }
}
