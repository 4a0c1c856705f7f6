// Signatures of the device packages as the adapters use them; the assembly of these carries none of their names.
namespace System.Device.Gpio
{
    public enum PinMode
    {
        Input = 0,
        InputPullUp = 2,
        Output = 3,
    }

    public struct PinValue
    {
        public static extern PinValue High { get; }
        public static extern PinValue Low { get; }
        public static extern bool operator ==(PinValue a, PinValue b);
        public static extern bool operator !=(PinValue a, PinValue b);
    }

    public class GpioPin
    {
        public extern PinValue Read();
        public extern void Write(PinValue value);
        public extern void Dispose();
    }

    public class GpioController
    {
        public extern GpioController();
        public extern GpioPin OpenPin(int pinNumber, PinMode mode);
    }
}

namespace System.Device.I2c
{
    public enum I2cBusSpeed
    {
        StandardMode = 0,
        FastMode = 1,
    }

    public enum I2cTransferStatus
    {
        UnknownError = 0,
        FullTransfer = 1,
    }

    public struct I2cTransferResult
    {
        public extern I2cTransferStatus Status { get; }
    }

    public class I2cConnectionSettings
    {
        public extern I2cConnectionSettings(int busId, int deviceAddress, I2cBusSpeed busSpeed);
    }

    public class I2cDevice
    {
        public static extern I2cDevice Create(I2cConnectionSettings settings);
        public extern I2cTransferResult Write(System.SpanByte buffer);
        public extern I2cTransferResult WriteRead(System.SpanByte writeBuffer, System.SpanByte readBuffer);
        public extern void Dispose();
    }
}

namespace System.IO.Ports
{
    public enum Parity
    {
        None = 0,
    }

    public enum StopBits
    {
        One = 1,
    }

    public class SerialPort
    {
        public extern SerialPort(string portName, int baudRate, Parity parity, int dataBits, StopBits stopBits);
        public extern int ReadBufferSize { get; set; }
        public extern int BytesToRead { get; }
        public extern void Open();
        public extern void Close();
        public extern int Read(byte[] buffer, int offset, int count);
        public extern void Write(byte[] buffer, int offset, int count);
    }
}

namespace nanoFramework.Hardware.Esp32
{
    public enum DeviceFunction
    {
        COM2_TX,
        COM2_RX,
        COM3_TX,
        COM3_RX,
        I2C1_DATA,
        I2C1_CLOCK,
    }

    public static class Configuration
    {
        public static extern void SetPinFunction(int pin, DeviceFunction function);
    }
}

namespace nanoFramework.Runtime.Native
{
    public static class Power
    {
        public static extern void RebootDevice();
    }
}

namespace System
{
    public static class Environment
    {
        public static extern long TickCount64 { get; }
    }
}
