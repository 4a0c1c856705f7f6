using System.Device.Gpio;
using System.Device.I2c;
using System.IO.Ports;
using System.Threading;
using Appliance.Supervisor.Board;
using nanoFramework.Hardware.Esp32;
using nanoFramework.Runtime.Native;

namespace Appliance.Supervisor.Device;

/// <summary>
/// The board as the chip has it: pins, UARTs and I2C of nanoFramework. Thin on purpose: what can be wrong here cannot
/// be tested without a chip. I2C transfers that fail answer false. What fails on a pin or a UART throws: the chip then
/// starts anew.
/// </summary>
internal sealed class DeviceBoard : IBoard
{
    private const int PinsMax = 64;
    private const int AddressesMax = 128;

    private readonly GpioPin[] pins = new GpioPin[PinsMax];
    private readonly I2cDevice[] devices = new I2cDevice[AddressesMax];
    private readonly SerialPort gnss;
    private readonly SerialPort host;
    private readonly long startedAtMs = System.Environment.TickCount64;

    public DeviceBoard()
    {
        Configuration.SetPinFunction(BoardPins.GnssTx, DeviceFunction.COM2_TX);
        Configuration.SetPinFunction(BoardPins.GnssRx, DeviceFunction.COM2_RX);
        Configuration.SetPinFunction(BoardPins.HostTx, DeviceFunction.COM3_TX);
        Configuration.SetPinFunction(BoardPins.HostRx, DeviceFunction.COM3_RX);
        Configuration.SetPinFunction(BoardPins.I2cSda, DeviceFunction.I2C1_DATA);
        Configuration.SetPinFunction(BoardPins.I2cScl, DeviceFunction.I2C1_CLOCK);
        OpenPins();
        gnss = Open("COM2");
        host = Open("COM3");
    }

    public long NowMs => System.Environment.TickCount64 - startedAtMs;

    public bool ReadPin(int pin) => pins[pin].Read() == PinValue.High;

    public void WritePin(int pin, bool high) =>
        pins[pin].Write(high != BoardPins.IsInverted(pin) ? PinValue.High : PinValue.Low);

    public int ReadUart(int uart, byte[] bytes, int max)
    {
        SerialPort port = uart == BoardPins.GnssUart ? gnss : host;
        int waiting = port.BytesToRead;
        int count = waiting < max ? waiting : max;
        return count > 0 ? port.Read(bytes, 0, count) : 0;
    }

    public int WriteUart(int uart, byte[] bytes, int count)
    {
        SerialPort port = uart == BoardPins.GnssUart ? gnss : host;
        port.Write(bytes, 0, count);
        return count;
    }

    public bool WriteI2c(int address, byte[] bytes, int count)
    {
        try
        {
            I2cTransferResult result = Device(address).Write(new System.SpanByte(bytes, 0, count));
            return result.Status == I2cTransferStatus.FullTransfer;
        }
        catch (System.Exception)
        {
            // A device that does not answer is a status; a bus in a wrong state is an InvalidOperationException.
            return false;
        }
    }

    public bool ReadI2c(int address, byte[] written, int writtenCount, byte[] read, int readCount)
    {
        try
        {
            I2cTransferResult result = Device(address).WriteRead(
                new System.SpanByte(written, 0, writtenCount), new System.SpanByte(read, 0, readCount));
            return result.Status == I2cTransferStatus.FullTransfer;
        }
        catch (System.Exception)
        {
            return false;
        }
    }

    public void Pause(int milliseconds) => Thread.Sleep(milliseconds);

    /// <summary>Gives pins and lines back, for the image that runs next.</summary>
    public void Close()
    {
        for (int i = 0; i < PinsMax; i++)
        {
            if (pins[i] != null)
            {
                pins[i].Dispose();
            }
        }

        for (int i = 0; i < AddressesMax; i++)
        {
            if (devices[i] != null)
            {
                devices[i].Dispose();
            }
        }

        // Close alone leaves the port in the list of open ones, and a second SerialPort of that name throws.
        gnss.Dispose();
        host.Dispose();
    }

    public void Restart() => Power.RebootDevice(RebootOption.NormalReboot);

    // An output is driven low when it is opened; on the inverted lines that is what the board does without the chip.
    private void OpenPins()
    {
        GpioController controller = new GpioController();
        int[] inputs = new int[] { BoardPins.PulseGnss, BoardPins.PulseOscillator };
        int[] pulledUp = new int[]
        {
            BoardPins.TamperLid, BoardPins.TamperLoop, BoardPins.PowerFail, BoardPins.Button,
        };
        int[] outputs = new int[]
        {
            BoardPins.ChipWatchdog, BoardPins.GnssReset, BoardPins.HostPower, BoardPins.HostReset, BoardPins.HostTamper,
            BoardPins.HostPowerFail, BoardPins.DividerArm, BoardPins.LedPower, BoardPins.LedClock,
            BoardPins.LedAlarm,
        };
        Open(controller, inputs, PinMode.Input);
        Open(controller, pulledUp, PinMode.InputPullUp);
        Open(controller, outputs, PinMode.Output);
    }

    private void Open(GpioController controller, int[] numbers, PinMode mode)
    {
        for (int i = 0; i < numbers.Length; i++)
        {
            pins[numbers[i]] = controller.OpenPin(numbers[i], mode);
        }
    }

    private I2cDevice Device(int address)
    {
        if (devices[address] == null)
        {
            devices[address] = I2cDevice.Create(
                new I2cConnectionSettings(BoardPins.I2cBus, address, I2cBusSpeed.FastMode));
        }

        return devices[address];
    }

    private static SerialPort Open(string name)
    {
        SerialPort port = new SerialPort(name, BoardPins.UartBaud, Parity.None, 8, StopBits.One);
        port.ReadBufferSize = 4096;
        port.Open();
        return port;
    }
}
