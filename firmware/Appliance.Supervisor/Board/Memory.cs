using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Board;

/// <summary>
/// The AT24CM02: 256 KiB in pages of 256 bytes. Bits 16 and 17 of a place are part of the device address. A write takes
/// up to 10 ms, in which the device does not answer; the next transfer waits for it.
/// </summary>
internal sealed class Memory
{
    /// <summary>Size of the device.</summary>
    public const int Bytes = 256 * 1024;

    /// <summary>A write stays within one of these.</summary>
    public const int PageBytes = 256;

    // 10 ms of write cycle, and some.
    private const int TriesMax = 15;

    private readonly IBoard board;
    private readonly byte[] buffer = new byte[2 + PageBytes];
    private readonly byte[] place = new byte[2];

    public Memory(IBoard board)
    {
        this.board = board;
    }

    /// <summary>Writes within one page; false where the device did not take it.</summary>
    public bool Write(int at, byte[] bytes, int count)
    {
        if (at < 0 || count < 1 || at + count > Bytes || (at % PageBytes) + count > PageBytes)
        {
            return false;
        }

        buffer[0] = (byte)(at >> 8);
        buffer[1] = (byte)at;
        LinkBytes.Copy(bytes, 0, buffer, 2, count);
        for (int i = 0; i < TriesMax; i++)
        {
            if (board.WriteI2c(Device(at), buffer, 2 + count))
            {
                return true;
            }

            board.Pause(1);
        }

        return false;
    }

    /// <summary>Reads within one block of 64 KiB; false where the device did not answer.</summary>
    public bool Read(int at, byte[] bytes, int count)
    {
        if (at < 0 || count < 1 || at + count > Bytes || (at & 0xFFFF) + count > 0x10000)
        {
            return false;
        }

        place[0] = (byte)(at >> 8);
        place[1] = (byte)at;
        for (int i = 0; i < TriesMax; i++)
        {
            if (board.ReadI2c(Device(at), place, 2, bytes, count))
            {
                return true;
            }

            board.Pause(1);
        }

        return false;
    }

    private static int Device(int at) => BoardPins.MemoryAddress | (at >> 16);
}
