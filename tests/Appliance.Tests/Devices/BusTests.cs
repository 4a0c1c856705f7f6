#if CARD_PACKAGES
using System.Device.I2c;
using Appliance.Devices.Panel;
using Appliance.Devices.Sensors;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Devices;

/// <summary>Display and sensors of Iot.Device.Bindings at a bus of registers.</summary>
public sealed class BusTests
{
    [Fact]
    public void A_line_of_text_stands_on_its_row_and_what_was_there_is_gone()
    {
        FakeDisplay display = new();
        using TextPanel panel = new(display);
        panel.Show(["", "", "", "", "", "", "", "L"]);
        Assert.Equal(7, Assert.Single(display.LitRows()));

        // An L: its left column whole, and the foot below.
        Assert.Equal([0x7f, 0x40, 0x40, 0x40, 0x40, 0x00], display.Columns(row: 7, count: 6));

        panel.Show(["clock locked, 42 ns and more"]);
        Assert.Equal(0, Assert.Single(display.LitRows()));
        Assert.Equal((byte)63, display.MultiplexRatio);
    }

    [Fact]
    public void Temperature_and_supply_are_read_as_the_data_sheets_say()
    {
        FakeRegisters thermometer = new() { [0] = 0xE700 }; // LM75: -25.0 degrees Celsius
        FakeRegisters supply = new() { [2] = 3000 << 3 }; // INA219: 4 mV a step above three flag bits
        using BoardSensors sensors = new(thermometer, supply, number: 2);
        Assert.True(sensors.TryTemperature(out TemperatureObservation temperature));
        Assert.Equal((new SourceId(SourceKind.Host, 2), -25_000), (temperature.Source, temperature.Millidegrees));
        Assert.True(sensors.TrySupply(out int millivolts));
        Assert.Equal(12_000, millivolts);

        (thermometer.IsGone, supply.IsGone) = (true, true);
        Assert.False(sensors.TryTemperature(out _));
        Assert.False(sensors.TrySupply(out _));
    }

    /// <summary>Sixteen-bit registers behind a pointer, as both sensors have them.</summary>
    private sealed class FakeRegisters : I2cDevice
    {
        private readonly Dictionary<byte, int> registers = [];
        private byte pointer;

        public bool IsGone { get; set; }

        public override I2cConnectionSettings ConnectionSettings { get; } = new(1, 0x48);

        public int this[byte register]
        {
            get => registers.GetValueOrDefault(register);
            set => registers[register] = value;
        }

        public override void Read(Span<byte> buffer)
        {
            Answer();
            for (int i = 0; i < buffer.Length; i++)
            {
                buffer[i] = (byte)(this[pointer] >> (8 * (1 - i)));
            }
        }

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            Answer();
            pointer = buffer[0];
        }

        public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer)
        {
            Write(writeBuffer);
            Read(readBuffer);
        }

        private void Answer()
        {
            if (IsGone)
            {
                throw new IOException("no answer");
            }
        }
    }

    /// <summary>An SSD1306 in horizontal addressing: eight rows of 128 bytes, the address goes round.</summary>
    private sealed class FakeDisplay : I2cDevice
    {
        private readonly byte[] memory = new byte[8 * 128];
        private (int First, int Last) columns = (0, 127);
        private (int First, int Last) rows = (0, 7);
        private (int Column, int Row) at;

        public byte MultiplexRatio { get; private set; }

        public override I2cConnectionSettings ConnectionSettings { get; } = new(1, 0x3C);

        public IEnumerable<int> LitRows() =>
            Enumerable.Range(0, 8).Where(row => memory.AsSpan(row * 128, 128).ContainsAnyExcept((byte)0));

        public byte[] Columns(int row, int count) => memory[(row * 128)..((row * 128) + count)];

        public override void Read(Span<byte> buffer) => buffer.Clear();

        public override void WriteRead(ReadOnlySpan<byte> writeBuffer, Span<byte> readBuffer) => Write(writeBuffer);

        public override void Write(ReadOnlySpan<byte> buffer)
        {
            if (buffer[0] == 0x40)
            {
                foreach (byte column in buffer[1..])
                {
                    memory[(at.Row * 128) + at.Column] = column;
                    Step();
                }
            }
            else
            {
                Command(buffer[1..]);
            }
        }

        private void Command(ReadOnlySpan<byte> command)
        {
            switch (command[0])
            {
                case 0x21:
                    (columns, at.Column) = ((command[1], command[2]), command[1]);
                    break;
                case 0x22:
                    (rows, at.Row) = ((command[1], command[2]), command[1]);
                    break;
                case 0xA8:
                    MultiplexRatio = command[1];
                    break;
            }
        }

        private void Step()
        {
            if (++at.Column > columns.Last)
            {
                at.Column = columns.First;
                at.Row = at.Row == rows.Last ? rows.First : at.Row + 1;
            }
        }
    }
}
#endif
