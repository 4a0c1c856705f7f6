using System.Diagnostics;
using Appliance.Linux.Clocks;
using Appliance.Supervisor;
using Appliance.Supervisor.Board;
using Appliance.Supervisor.SelfTest;
using Appliance.Tests.Linux;

namespace Appliance.SystemTests.Supervisor;

/// <summary>
/// The whole firmware on the simulated board behind a pseudo-terminal: what its UART says goes to the line that a
/// daemon opens, and back. The board's time follows this machine's, or runs faster; what the world does to it (a lid, a
/// supply, a receiver, noise on the line) the test decides. The simulated host of the board stays switched off: the
/// daemon is the host.
/// </summary>
internal sealed class SimulatedBox : IDisposable
{
    private const int TurnMs = 10;

    // A machine that stood still for longer is not made up for: the board did not run either.
    private const int PassMsMax = 500;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly PseudoTerminal terminal = new();
    private readonly SerialLine held;
    private readonly World world = new();
    private readonly Lock gate = new();
    private readonly Random noise = new(41);
    private readonly Thread thread;
    private volatile bool isOver;

    /// <summary>Switches the board on and lets it run for some seconds before anybody is at the line.</summary>
    public SimulatedBox(int secondsBefore = 2)
    {
        // The far end stays open here as well: a daemon that ends does not hang up the line.
        held = new SerialLine(terminal.Path, BoardPins.UartBaud);
        world.Host.Boots = false;
        world.Start(1);
        world.RunSeconds(secondsBefore);
        world.Board.ToHost.Clear();
        thread = new Thread(Run) { IsBackground = true };
        thread.Start();
    }

    /// <summary>The line that a daemon opens.</summary>
    public string Path => terminal.Path;

    /// <summary>How much faster than this machine's the board's time runs.</summary>
    public int Speed { get; set; } = 1;

    /// <summary>What the board says reaches nobody, as with a wire cut or a host that does not run.</summary>
    public bool IsMute { get; set; }

    /// <summary>Noise comes between what both sides say.</summary>
    public bool IsNoisy { get; set; }

    /// <summary>Waits until the firmware and the board are as wanted.</summary>
    public void WaitFor(Func<SupervisorLoop, SimulatedBoard, bool> isAsWanted, string what) => WaitUntil(
        () =>
        {
            lock (gate)
            {
                return isAsWanted(world.Chip, world.Board);
            }
        },
        what);

    /// <summary>Looks at the firmware and the board, or does something to them, between two turns.</summary>
    public T At<T>(Func<SupervisorLoop, SimulatedBoard, T> look)
    {
        lock (gate)
        {
            return look(world.Chip, world.Board);
        }
    }

    public void Drive(int pin, bool high)
    {
        lock (gate)
        {
            world.Board.Drive(pin, high);
        }
    }

    /// <summary>The whole board loses power for some seconds.</summary>
    public void CutPower(int seconds)
    {
        lock (gate)
        {
            world.Cut();
            world.RunSeconds(seconds);
            world.Start(1);
        }
    }

    public int Starts => At((_, _) => world.Starts);

    public int Slot => At((_, _) => world.Slot);

    public static void WaitUntil(Func<bool> happened, string what)
    {
        Stopwatch waited = Stopwatch.StartNew();
        while (!happened())
        {
            if (waited.Elapsed > Patience)
            {
                throw new TimeoutException($"no {what} in {Patience}");
            }

            Thread.Sleep(20);
        }
    }

    public void Dispose()
    {
        isOver = true;
        thread.Join();
        held.Dispose();
        terminal.Dispose();
    }

    private void Run()
    {
        byte[] line = new byte[1024];
        Stopwatch time = Stopwatch.StartNew();
        long doneMs = 0;
        while (!isOver)
        {
            byte[] bytes = terminal.Hear(TurnMs);
            int count;
            lock (gate)
            {
                world.Board.FromHost.Put(bytes, bytes.Length);
                long due = Math.Min(time.ElapsedMilliseconds - doneMs, PassMsMax) / TurnMs * TurnMs;
                doneMs = due == 0 ? doneMs : time.ElapsedMilliseconds / TurnMs * TurnMs;
                world.Run(due * Speed);
                if (due > 0 && IsNoisy)
                {
                    MakeNoise(line);
                }

                count = world.Board.ToHost.Take(line, line.Length);
            }

            if (count > 0 && !IsMute)
            {
                terminal.Say(line.AsSpan(0, count));
            }
        }
    }

    // A fifth of what the line carries in a turn, at places that fall into the middle of frames.
    private void MakeNoise(byte[] bytes)
    {
        const int inTurn = 23;
        noise.NextBytes(bytes.AsSpan(0, inTurn));
        world.Board.FromHost.Put(bytes, inTurn);
        noise.NextBytes(bytes.AsSpan(0, inTurn));
        world.Board.ToHost.Put(bytes, inTurn);
    }
}
