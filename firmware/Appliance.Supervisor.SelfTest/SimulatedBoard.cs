using Appliance.Supervisor.Board;

namespace Appliance.Supervisor.SelfTest;

/// <summary>
/// A board under virtual time. Fault model: any I2C device may be missing; the memory loses power within a write, that
/// leaves some of its bytes; pins are whatever a scenario says; the receiver may be silent, babble, lie or jump; the
/// chip may hang; the host may hang, loop, babble or spoil bytes; power may go at any millisecond, after which only
/// the memory and the battery-backed clock remember. Written in the chip's subset: the self-test runs it on the
/// interpreter.
/// </summary>
internal sealed class SimulatedBoard : IBoard
{
    private const int PinsMax = 64;
    // The least times of the MAX6369 with all its settings high, after a reset and between edges.
    private const int WatchdogMs = 60000;
    private static readonly int[] PulledUp = new int[]
    {
        BoardPins.GnssReset, BoardPins.ChipWatchdog, BoardPins.HostPower, BoardPins.HostReset, BoardPins.HostTamper,
        BoardPins.HostPowerFail, BoardPins.DividerArm,
    };

    private static readonly int[] PulledDown = new int[]
    {
        BoardPins.LedPower, BoardPins.LedClock, BoardPins.LedAlarm,
    };

    private readonly bool[] pins = new bool[PinsMax];
    private readonly bool[] isMissing = new bool[128];

    public SimulatedBoard()
    {
        Memory = new SimulatedMemory(this);
        Oscillator = new SimulatedOscillator(this);
        Receiver = new SimulatedReceiver(this);
        Rtc = new SimulatedRtc(this);
        Display = new SimulatedDisplay();
        ToHost = new ByteQueue(65536);
        FromHost = new ByteQueue(65536);
        pins[BoardPins.PowerFail] = true;
        pins[BoardPins.Button] = true;
    }

    /// <summary>Milliseconds of the world; the chip's own begin at its start.</summary>
    public long WorldMs { get; private set; }

    public long StartedAtMs { get; set; }

    public long NowMs => WorldMs - StartedAtMs;

    public SimulatedMemory Memory { get; }

    public SimulatedOscillator Oscillator { get; }

    public SimulatedReceiver Receiver { get; }

    public SimulatedRtc Rtc { get; }

    public SimulatedDisplay Display { get; }

    public ByteQueue ToHost { get; }

    public ByteQueue FromHost { get; }

    public int SupplyMillivolts { get; set; } = 12000;

    public int SupplyMilliamps { get; set; } = 3000;

    public int OscillatorMilliC { get; set; } = 45000;

    public bool FanTurns { get; set; } = true;

    public int FanDrive { get; private set; }

    /// <summary>The chip asked to be started anew.</summary>
    public bool WantsRestart { get; set; }

    /// <summary>World time at which each pin changed last.</summary>
    public long[] ChangedAtMs { get; } = new long[PinsMax];

    /// <summary>The chip's watchdog has seen no edge for too long.</summary>
    public bool WatchdogFires => NowMs >= 2 * WatchdogMs
        && WorldMs - ChangedAtMs[BoardPins.ChipWatchdog] >= WatchdogMs;

    /// <summary>The chip starts: its pins are inputs, and the board's resistors decide.</summary>
    public void Rest()
    {
        for (int i = 0; i < PulledUp.Length; i++)
        {
            pins[PulledUp[i]] = true;
        }

        for (int i = 0; i < PulledDown.Length; i++)
        {
            pins[PulledDown[i]] = false;
        }
    }

    /// <summary>Goes on by some milliseconds; the second pulses fall into them.</summary>
    public void Advance(int milliseconds)
    {
        for (int i = 0; i < milliseconds; i++)
        {
            WorldMs++;
            Rtc.Millisecond();
            if (WorldMs % 1000 == 0)
            {
                Oscillator.Second();
            }
            else if (WorldMs % 1000 == 100)
            {
                Receiver.Second();
            }
        }
    }

    public void Miss(int address, bool missing) => isMissing[address] = missing;

    /// <summary>Sets what the world does to a pin.</summary>
    public void Drive(int pin, bool high) => pins[pin] = high;

    public bool ReadPin(int pin) => pins[pin];

    public void WritePin(int pin, bool high)
    {
        if (pins[pin] != high)
        {
            ChangedAtMs[pin] = WorldMs;
        }

        if (pin == BoardPins.DividerArm && !high && pins[pin])
        {
            Oscillator.Arm();
        }

        if (pin == BoardPins.GnssReset && high && !pins[pin])
        {
            Receiver.Reset();
        }

        pins[pin] = high;
    }

    public int ReadUart(int uart, byte[] bytes, int max) =>
        (uart == BoardPins.GnssUart ? Receiver.ToChip : FromHost).Take(bytes, max);

    public int WriteUart(int uart, byte[] bytes, int count)
    {
        if (uart == BoardPins.GnssUart)
        {
            Receiver.Take(bytes, count);
            return count;
        }

        return ToHost.Put(bytes, count);
    }

    public bool WriteI2c(int address, byte[] bytes, int count)
    {
        if (isMissing[address])
        {
            return false;
        }

        if ((address & 0x7C) == BoardPins.MemoryAddress)
        {
            return Memory.Write(address & 3, bytes, count);
        }

        switch (address)
        {
            case BoardPins.DacAddress:
                Oscillator.Dac = (bytes[1] << 8) | bytes[2];
                return count == 3 && bytes[0] == 0x30;
            case BoardPins.ClockAddress:
                Rtc.Write(bytes, count);
                return true;
            case BoardPins.FanAddress:
                FanDrive = bytes[0] == 0x30 ? bytes[1] : FanDrive;
                return true;
            case BoardPins.DisplayAddress:
                Display.Take(bytes, count);
                return true;
            default:
                return address == BoardPins.SupplyAddress;
        }
    }

    public bool ReadI2c(int address, byte[] written, int writtenCount, byte[] read, int readCount)
    {
        if (isMissing[address])
        {
            return false;
        }

        if ((address & 0x7C) == BoardPins.MemoryAddress)
        {
            return Memory.Read(address & 3, written, read, readCount);
        }

        if (address == BoardPins.ClockAddress)
        {
            Rtc.Read(written[0], read, readCount);
            return true;
        }

        int value = Register(address, written[0]);
        read[0] = (byte)(value >> 8);
        read[1] = (byte)value;
        return value >= 0;
    }

    public void Pause(int milliseconds) => Advance(milliseconds);

    public void Restart() => WantsRestart = true;

    private int Register(int address, int register)
    {
        switch (address)
        {
            case BoardPins.SupplyAddress:
                return register == 2 ? SupplyMillivolts * 4 / 5 : SupplyMilliamps * 4 / 5;
            case BoardPins.TemperatureAddress:
                return (OscillatorMilliC * 128 / 1000) & 0xFFFF;
            case BoardPins.FanAddress:
                int rpm = FanTurns ? 5000 * FanDrive / 255 : 0;
                int count = rpm > 0 ? 7864320 / rpm : 0x1FFF;
                return (count > 0x1FFF ? 0x1FFF : count) << 3;
            default:
                return -1;
        }
    }
}
