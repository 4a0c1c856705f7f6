namespace Appliance.Supervisor.Board;

/// <summary>
/// Every pin, bus and address of the board, in one place. hardware/board.json says the same for people and documents;
/// a test holds the two together. GPIO numbers are those of the ESP32-S3.
/// </summary>
public static class BoardPins
{
    /// <summary>UART to the receiver.</summary>
    public const int GnssTx = 15;

    /// <summary>UART from the receiver.</summary>
    public const int GnssRx = 16;

    /// <summary>Low resets the receiver.</summary>
    public const int GnssReset = 42;

    /// <summary>Link to the host.</summary>
    public const int HostTx = 17;

    /// <summary>Link from the host.</summary>
    public const int HostRx = 18;

    /// <summary>Data of the board's bus.</summary>
    public const int I2cSda = 8;

    /// <summary>Clock of the board's bus.</summary>
    public const int I2cScl = 9;

    /// <summary>Lid switch; high: open.</summary>
    public const int TamperLid = 4;

    /// <summary>Loop through the case; high: cut.</summary>
    public const int TamperLoop = 5;

    /// <summary>Low: the input supply has gone, the capacitors carry the box.</summary>
    public const int PowerFail = 6;

    /// <summary>Input of the chip's watchdog: an edge a second.</summary>
    public const int ChipWatchdog = 7;

    /// <summary>High: the host has power.</summary>
    public const int HostPower = 10;

    /// <summary>Low: reset button of the host.</summary>
    public const int HostReset = 11;

    /// <summary>Low: tells the host of a tamper at once; it evicts its keys.</summary>
    public const int HostTamper = 12;

    /// <summary>Low: tells the host to close its open batch.</summary>
    public const int HostPowerFail = 13;

    /// <summary>Time pulse of the receiver.</summary>
    public const int PulseGnss = 21;

    /// <summary>Second pulse of the oscillator.</summary>
    public const int PulseOscillator = 47;

    /// <summary>Low: the divider begins anew at the next pulse of the receiver.</summary>
    public const int DividerArm = 14;

    /// <summary>Green: the host runs.</summary>
    public const int LedPower = 38;

    /// <summary>Blue: the clock is locked; blinks in holdover.</summary>
    public const int LedClock = 39;

    /// <summary>Red: an alarm that the panel names.</summary>
    public const int LedAlarm = 40;

    /// <summary>Low: pressed. Next page.</summary>
    public const int Button = 41;

    /// <summary>Controller of the receiver's UART.</summary>
    public const int GnssUart = 1;

    /// <summary>Controller of the host's UART.</summary>
    public const int HostUart = 2;

    /// <summary>Speed of both UARTs.</summary>
    public const int UartBaud = 115200;

    /// <summary>Controller of the board's I2C bus.</summary>
    public const int I2cBus = 1;

    /// <summary>AD5693R: steers the oscillator.</summary>
    public const int DacAddress = 0x4C;

    /// <summary>DS3231: time after a cold start.</summary>
    public const int ClockAddress = 0x68;

    /// <summary>INA226: input voltage and current.</summary>
    public const int SupplyAddress = 0x40;

    /// <summary>TMP117: temperature at the oscillator.</summary>
    public const int TemperatureAddress = 0x48;

    /// <summary>EMC2301: the fans.</summary>
    public const int FanAddress = 0x2F;

    /// <summary>SSD1306: the panel.</summary>
    public const int DisplayAddress = 0x3C;

    /// <summary>AT24CM02: records and two images; answers at four addresses, one for each 64 KiB.</summary>
    public const int MemoryAddress = 0x50;

    /// <summary>Number of this board in an update's head.</summary>
    public const int BoardNumber = 1;

    /// <summary>
    /// Outputs whose line hangs on an inverting transistor. A chip that resets lets its pins float, and opening an
    /// output drives it low: with the transistor both leave the line high, the host running and its keys alone.
    /// </summary>
    public static bool IsInverted(int pin) =>
        pin == GnssReset || pin == HostPower || pin == HostReset || pin == HostTamper || pin == HostPowerFail
            || pin == DividerArm;
}
