namespace Appliance.Supervisor.Board;

/// <summary>
/// Registers over I2C, with a counter of transfers that failed. Most significant byte first, as the parts are.
/// </summary>
internal sealed class I2cBus
{
    private readonly IBoard board;
    private readonly byte[] written = new byte[4];
    private readonly byte[] read = new byte[4];

    public I2cBus(IBoard board)
    {
        this.board = board;
    }

    /// <summary>Transfers that failed, up to 65,535.</summary>
    public int Faults { get; private set; }

    public bool Write(int address, byte[] bytes, int count) => Count(board.WriteI2c(address, bytes, count));

    public bool Read(int address, byte[] asked, int askedCount, byte[] bytes, int count) =>
        Count(board.ReadI2c(address, asked, askedCount, bytes, count));

    public bool Write8(int address, int register, int value)
    {
        written[0] = (byte)register;
        written[1] = (byte)value;
        return Write(address, written, 2);
    }

    public bool Write16(int address, int register, int value)
    {
        written[0] = (byte)register;
        written[1] = (byte)(value >> 8);
        written[2] = (byte)value;
        return Write(address, written, 3);
    }

    /// <summary>Two bytes of a register, 0 to 65,535, or -1.</summary>
    public int Read16(int address, int register)
    {
        written[0] = (byte)register;
        return Read(address, written, 1, read, 2) ? (read[0] << 8) | read[1] : -1;
    }

    private bool Count(bool done)
    {
        if (!done && Faults < 0xFFFF)
        {
            Faults++;
        }

        return done;
    }
}
