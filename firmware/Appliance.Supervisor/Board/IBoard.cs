namespace Appliance.Supervisor.Board;

/// <summary>Everything that the logic asks of the world. The chip has one of these, the simulation another.</summary>
public interface IBoard
{
    /// <summary>Milliseconds since the start; never goes back.</summary>
    long NowMs { get; }

    /// <summary>Level of a pin.</summary>
    bool ReadPin(int pin);

    /// <summary>Sets a pin.</summary>
    void WritePin(int pin, bool high);

    /// <summary>Bytes that came by a UART; 0 where none.</summary>
    int ReadUart(int uart, byte[] bytes, int max);

    /// <summary>Gives bytes to a UART; returns how many it took.</summary>
    int WriteUart(int uart, byte[] bytes, int count);

    /// <summary>An I2C write; false where the device does not answer.</summary>
    bool WriteI2c(int address, byte[] bytes, int count);

    /// <summary>An I2C write and read in one transfer; false where the device does not answer.</summary>
    bool ReadI2c(int address, byte[] written, int writtenCount, byte[] read, int readCount);

    /// <summary>Waits; only the memory's write cycle needs it.</summary>
    void Pause(int milliseconds);

    /// <summary>Starts the chip anew; does not come back on the chip.</summary>
    void Restart();
}
