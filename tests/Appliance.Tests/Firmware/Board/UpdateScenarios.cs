using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;
using Appliance.Supervisor.SelfTest;
using Appliance.Supervisor.Update;
using Xunit;

namespace Appliance.Tests.Firmware.Board;

/// <summary>The chip's own update.</summary>
internal static class UpdateScenarios
{
    private const string Group = "update";

    public static IEnumerable<Scenario> All =>
    [
        new(Group, "a good image, confirmed", Good),
        new(Group, "the host says to start anew, before and after an image is staged", Started),
        new(Group, "a good image that nobody confirms", NotConfirmed),
        new(Group, "a good image whose first run ends in a loss of power", CutInTrial),
        new(Group, "no key on the chip", w => Refused(w, UpdateReason.NoKey, _ => { }, provision: false)),
        new(Group, "a bit of the signature flipped",
            w => Refused(w, UpdateReason.BadSignature, d => d.Spoil = h => h.Signature[9] ^= 1)),
        new(Group, "the signed length changed",
            w => Refused(w, UpdateReason.BadSignature, d => d.Spoil = h => h.Length--)),
        new(Group, "for another board", w => Refused(w, UpdateReason.OtherBoard, d => d.Head.Board = 7)),
        new(Group, "a byte of the image changed",
            w => Refused(w, UpdateReason.BadHash, d => d.SpoilImage = i => i[4000] ^= 4)),
        new(Group, "older than the floor", TooOld),
        new(Group, "a second key", SecondKey),
        new(Group, "power cut at every write of an update", CutAtEveryWrite),
        new(Group, "bits of the good image rot in the memory", Rots),
    ];

    private static World Up(World world)
    {
        world.Start(1);
        world.RunSeconds(40);
        return world;
    }

    private static World Staged(World world)
    {
        new UpdateDriver(Up(world)).Send();
        Assert.Equal(UpdatePhase.Staged, world.Host.Update.Phase);
        return world;
    }

    private static World Confirmed(World world)
    {
        Staged(world).Start(2);
        world.RunSeconds(40);
        new UpdateDriver(world).Command(3);
        return world;
    }

    private static string Good(World world)
    {
        Confirmed(world);
        Assert.Equal(0, world.Slot);
        world.RunSeconds(700);
        Assert.Equal(2, world.Starts);
        world.Cut();
        world.Start(1);
        Assert.Equal(0, world.Slot);
        return "staged, tried at the next start, confirmed, and still runs after a loss of power";
    }

    private static string Started(World world)
    {
        new UpdateDriver(Up(world)).Command(4);
        Assert.Equal(1, world.Starts);
        UpdateDriver driver = new(world);
        driver.Send();
        long hadPowerAtMs = world.Board.ChangedAtMs[BoardPins.HostPower];
        driver.Command(4);
        Assert.Equal((2, 0), (world.Starts, world.Slot));
        Assert.Equal(UpdatePhase.Trial, world.Chip.Update.Phase);
        Assert.Equal(hadPowerAtMs, world.Board.ChangedAtMs[BoardPins.HostPower]);
        return "nothing; the image runs on trial, and the host kept its power";
    }

    private static string NotConfirmed(World world)
    {
        Staged(world).Start(2);
        Assert.Equal(0, world.Slot);
        world.RunSeconds(700);
        Assert.Equal(SlotBook.Factory, world.Slot);
        Assert.Equal(3, world.Starts);
        world.RunSeconds(40);
        Assert.Equal(1, world.Host.Raised[AlarmKind.UpdateFailed]);
        return "after ten minutes the old image runs again; alarm";
    }

    private static string CutInTrial(World world)
    {
        Staged(world).Start(2);
        world.RunSeconds(5);
        world.Cut();
        world.Start(1);
        Assert.Equal(SlotBook.Factory, world.Slot);
        return "the old image runs again";
    }

    private static string Refused(World world, int reason, Action<UpdateDriver> spoil, bool provision = true)
    {
        UpdateDriver driver = new(Up(world));
        spoil(driver);
        if (provision)
        {
            driver.Provision();
        }

        driver.Begin();
        world.RunSeconds(6);
        if (world.Host.Update.Phase == UpdatePhase.Receiving)
        {
            driver.Blocks();
            driver.Command(1);
        }

        Assert.Equal((UpdatePhase.Refused, reason), (world.Host.Update.Phase, world.Host.Update.Reason));
        world.Start(1);
        Assert.Equal(SlotBook.Factory, world.Slot);
        return reason == UpdateReason.BadHash ? "refused after reading it back" : "refused before a byte was stored";
    }

    private static string TooOld(World world)
    {
        UpdateDriver driver = new(Confirmed(world)) { Head = { Rollback = 2 } };
        driver.Begin();
        world.RunSeconds(1);
        Assert.Equal(UpdateReason.TooOld, world.Host.Update.Reason);
        Assert.Equal(3, world.Host.Update.RollbackFloor);
        return "refused: the confirmed image has raised the floor";
    }

    private static string SecondKey(World world)
    {
        new UpdateDriver(Up(world)).Provision();
        Assert.Equal((UpdateReason.KeyTaken, 1), (world.Host.Update.Reason, world.Host.Update.HoldsKey));
        byte[] key = [.. world.Chip.Key.Bytes];
        ProvisionKeyMessage other = new() { PublicKey = new byte[64] };
        world.Host.Send(LinkKind.ProvisionKey, other.Write(world.Host.Message));
        world.RunSeconds(1);
        Assert.Equal((UpdateReason.OtherKey, 1), (world.Host.Update.Reason, world.Host.Update.HoldsKey));
        Assert.Equal(key, world.Chip.Key.Bytes);
        world.Cut();
        world.Start(1);
        Assert.Equal(key, world.Chip.Key.Bytes);
        return "the first is taken and told, the second is not";
    }

    // The whole way, from the first block over the trial to the confirmation, cut in each write; then what runs is
    // asked.
    private static string CutAtEveryWrite(World _)
    {
        World whole = Staged(new World());
        int writes = whole.Board.Memory.Writes;
        int[] runs = new int[2];
        for (int write = 1; write <= writes + 2; write++)
        {
            World world = Up(new World());
            world.Board.Memory.CutAtWrite = write <= writes ? write : 0;
            world.Board.Memory.CutAfterBytes = write % 40;
            new UpdateDriver(world).Send();
            world.Start(1);
            bool isNew = world.Slot == 0;
            Assert.True(isNew || world.Slot == SlotBook.Factory, $"slot {world.Slot} after a cut in write {write}");
            Assert.False(isNew && !new SlotBook(new Memory(world.Board)).HasRightHash(0), $"write {write}");
            runs[isNew ? 1 : 0]++;
            Assert.True(write <= writes || isNew, $"write {write}: all of it was written, and the old image runs");
        }

        return $"{writes} cuts: the old image ran after {runs[0]} of them, never a part of the new one";
    }

    private static string Rots(World world)
    {
        Confirmed(world).Cut();
        world.Board.Memory.Bytes[SlotBook.Place(0) + 100] ^= 1;
        world.Start(1);
        Assert.Equal(SlotBook.Factory, world.Slot);
        return "the hash is checked at each start: the factory's image runs";
    }
}
