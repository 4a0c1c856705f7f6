using System;
using System.Reflection;
using System.Threading;
using Appliance.Supervisor.Board;
using Appliance.Supervisor.Update;
using nanoFramework.Runtime.Native;

namespace Appliance.Supervisor.Device;

/// <summary>
/// Entry point on the chip. The factory's image asks the slot book what runs: an image from a slot is loaded and its
/// <see cref="RunFromSlot"/> is called; otherwise this image runs itself.
/// </summary>
public static class Program
{
    private const int TurnMs = 10;

    // Long enough that a fault at every start does not keep the memory busy.
    private const int RestartAfterMs = 1000;

    /// <summary>
    /// The factory's image starts here. Nothing starts a chip anew whose program has ended, so it does that itself; an
    /// image on trial that throws is so given up at the next start.
    /// </summary>
    public static void Main()
    {
        try
        {
            Start();
        }
        catch (Exception fault)
        {
            Console.WriteLine(fault.Message);
        }

        Thread.Sleep(RestartAfterMs);
        Power.RebootDevice(RebootOption.NormalReboot);
    }

    /// <summary>An image in a slot starts here.</summary>
    public static void RunFromSlot(int slot) => Run(new DeviceBoard(), slot);

    private static void Start()
    {
        DeviceBoard board = new DeviceBoard();
        Memory memory = new Memory(board);
        SlotBook book = new SlotBook(memory);
        int slot = book.ChooseAtStart();
        byte[] image = slot == SlotBook.Factory ? null : SlotLoader.Read(memory, book, slot);
        MethodInfo entry = image == null ? null : SlotLoader.Entry(image);
        if (entry == null)
        {
            Run(board, SlotBook.Factory);
            return;
        }

        // The image opens pins and lines for itself.
        board.Close();
        entry.Invoke(null, new object[] { slot });
    }

    private static void Run(IBoard board, int slot)
    {
        SupervisorLoop loop = new SupervisorLoop(board, 1, slot);
        while (true)
        {
            loop.Poll();
            Thread.Sleep(TurnMs);
        }
    }
}
