using System;
using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.SelfTest;

/// <summary>
/// What the interpreter must be able to do before an image is released: the whole firmware on the simulated board, a
/// few scenarios in virtual time, one line each. The unit tests run the same and many more.
/// </summary>
internal static class SelfTestRun
{
    /// <summary>Runs all of it; returns how many scenarios failed.</summary>
    public static int Run()
    {
        int failed = 0;
        World world = new World();
        world.Start(1);
        world.RunSeconds(600);
        failed += Say("the host is up", world.Host.IsUp);
        failed += Say("the host is watched", world.Host.Health.HostState == HostState.Watched);
        failed += Say("the receiver is set up", world.Chip.Gnss.SetUp.State == Clock.ReceiverSetUp.Done);
        failed += Say("receiver bytes reach the host without a gap", world.Host.GnssBytes > 1000
            && world.Host.GnssGaps == 0);
        failed += Say("the oscillator is locked", world.Chip.Oscillator.State == OscillatorState.Track);
        failed += Say("no alarm stands", world.Chip.Alarms.Active == 0);
        world.Board.Drive(BoardPins.TamperLid, true);
        world.Run(1000);
        failed += Say("an open lid is latched and told", world.Chip.Tamper.Latched == Watch.Tamper.Lid
            && world.Host.KeysEvictedAtMs >= 0 && world.Host.Raised[AlarmKind.TamperLid] == 1);
        world.Cut();
        world.Board.Drive(BoardPins.TamperLid, false);
        world.RunSeconds(5);
        world.Start(1);
        world.RunSeconds(1);
        failed += Say("the latch survives a loss of power", world.Chip.Tamper.Latched == Watch.Tamper.Lid);
        failed += Say("the display shows something", world.Board.Display.LitDots() > 100);
        failed += Say("a good signature is taken", SignatureCheck.Verdict(false) == Update.P256Verifier.Good);
        failed += Say("a spoilt signature is refused", SignatureCheck.Verdict(true) == Update.P256Verifier.Bad);
        return failed + Updates();
    }

    // One image that is kept, then one that nobody confirms: both slots, each way out of a trial.
    private static int Updates()
    {
        UpdateCheck update = new UpdateCheck();
        int failed = Say("an update with a spoilt signature is refused before its first byte", update.RefusesSpoilt());
        failed += Say("a good signature opens the first slot", update.Takes(3));
        failed += Say("the image comes over the link", update.Receives());
        failed += Say("it is read back, hashed and staged", update.Stages());
        failed += Say("it runs on trial after the next start", update.Tries(0));
        failed += Say("confirmed, it runs after a loss of power", update.Keeps(0));
        failed += Say("a second one goes into the other slot", update.Takes(4) && update.Receives());
        failed += Say("it is staged and runs on trial", update.Stages() && update.Tries(1));
        failed += Say("not confirmed, it gives way to the first", update.FallsBackTo(0));
        return failed;
    }

    private static int Say(string what, bool holds)
    {
        Console.WriteLine((holds ? "ok   " : "FAIL ") + what);
        return holds ? 0 : 1;
    }
}
