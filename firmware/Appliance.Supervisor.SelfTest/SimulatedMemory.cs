using Appliance.Supervisor.Board;

namespace Appliance.Supervisor.SelfTest;

/// <summary>
/// The AT24CM02: busy for 5 ms after a write. A cut in the middle of a write leaves its first bytes new, one byte torn,
/// and the rest as it was.
/// </summary>
internal sealed class SimulatedMemory
{
    private const int CycleMs = 5;
    private readonly SimulatedBoard board;
    private long busyUntilMs;

    public SimulatedMemory(SimulatedBoard board)
    {
        this.board = board;
        for (int i = 0; i < Bytes.Length; i++)
        {
            Bytes[i] = 0xFF;
        }
    }

    public byte[] Bytes { get; } = new byte[256 * 1024];

    public int Writes { get; private set; }

    /// <summary>The write in which power goes, counted from 1; 0: none.</summary>
    public int CutAtWrite { get; set; }

    /// <summary>Bytes of that write that still take.</summary>
    public int CutAfterBytes { get; set; }

    /// <summary>Power went in a write; nothing answers until the board starts anew.</summary>
    public bool IsCut { get; private set; }

    public void PowerUp()
    {
        IsCut = false;
        CutAtWrite = 0;
        Writes = 0;
        busyUntilMs = 0;
    }

    public bool Write(int block, byte[] bytes, int count)
    {
        if (IsCut || board.WorldMs < busyUntilMs)
        {
            return false;
        }

        int at = (block << 16) | (bytes[0] << 8) | bytes[1];
        int page = at & ~(Memory.PageBytes - 1);
        Writes++;
        IsCut = Writes == CutAtWrite;
        for (int i = 2; i < count; i++)
        {
            // Within a page the place runs round, as in the device.
            int place = page | ((at + i - 2) & (Memory.PageBytes - 1));
            if (IsCut && i - 2 >= CutAfterBytes)
            {
                Bytes[place] ^= (byte)(i - 2 == CutAfterBytes ? 0x5A : 0);
                break;
            }

            Bytes[place] = bytes[i];
        }

        busyUntilMs = board.WorldMs + CycleMs;
        return !IsCut;
    }

    public bool Read(int block, byte[] place, byte[] read, int count)
    {
        if (IsCut || board.WorldMs < busyUntilMs)
        {
            return false;
        }

        int at = (block << 16) | (place[0] << 8) | place[1];
        for (int i = 0; i < count; i++)
        {
            read[i] = Bytes[at + i];
        }

        return true;
    }
}
