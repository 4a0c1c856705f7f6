using Appliance.Supervisor.Board;
using Appliance.Supervisor.Update;

namespace Appliance.Supervisor.SelfTest;

/// <summary>The board, the host and the firmware that runs on the chip; power can go and come.</summary>
internal sealed class World
{
    private const int TurnMs = 10;

    public World()
    {
        Board = new SimulatedBoard();
        Board.Rtc.Set(Board.Receiver.EpochSeconds);
        Host = new SimulatedHost(Board);
    }

    public SimulatedBoard Board { get; }

    public SimulatedHost Host { get; }

    /// <summary>The firmware; null while there is no power.</summary>
    public SupervisorLoop Chip { get; private set; }

    /// <summary>What the loader chose at the last start.</summary>
    public int Slot { get; private set; } = SlotBook.Factory;

    public int Starts { get; private set; }

    /// <summary>The firmware runs no further, until the chip is reset.</summary>
    public bool ChipHangs { get; set; }

    /// <summary>Power comes, or the chip starts anew: the loader chooses, the firmware begins.</summary>
    public void Start(int resetCause)
    {
        Board.Memory.PowerUp();
        Board.StartedAtMs = Board.WorldMs;
        Board.WantsRestart = false;
        Board.Rest();
        ChipHangs = false;
        Starts++;
        Slot = new SlotBook(new Memory(Board)).ChooseAtStart();
        Chip = new SupervisorLoop(Board, resetCause, Slot);
    }

    /// <summary>Power goes: RAM, queues and pins are lost.</summary>
    public void Cut()
    {
        Chip = null;
        Board.Drive(BoardPins.HostPower, false);
        Board.Drive(BoardPins.HostTamper, true);
        Board.Drive(BoardPins.HostPowerFail, true);
        Board.ToHost.Clear();
        Board.FromHost.Clear();
        Board.Receiver.ToChip.Clear();
        Host.Poll();
    }

    /// <summary>Runs for some milliseconds; a cut within the memory takes the whole board down.</summary>
    public void Run(long milliseconds)
    {
        for (long i = 0; i < milliseconds; i += TurnMs)
        {
            Board.Advance(TurnMs);
            if (Chip == null)
            {
                continue;
            }

            if (!ChipHangs)
            {
                Chip.Poll();
            }

            Host.Poll();
            if (Board.Memory.IsCut)
            {
                Cut();
            }
            else if (Board.WantsRestart)
            {
                Start(2);
            }
            else if (Board.WatchdogFires)
            {
                Start(3);
            }
        }
    }

    public void RunSeconds(int seconds) => Run(seconds * 1000L);
}
