using System.Device.I2c;
using Iot.Device.Graphics;
using Iot.Device.Ssd13xx.Commands;
using Iot.Device.Ssd13xx.Commands.Ssd1306Commands;

namespace Appliance.Devices.Panel;

/// <summary>
/// Text on an SSD1306 with 128 by 64 points at the board's own I2C bus: eight lines of 21 characters, for boards
/// without the supervisor. Commands and font are the binding's; its display class is not used, since it sets up 32
/// rows, draws no more, and wants an image library registered before it is made.
/// </summary>
public sealed class TextPanel : IDisposable
{
    /// <summary>Lines on the panel.</summary>
    public const int Lines = 8;

    /// <summary>Characters in a line: five points and one between.</summary>
    public const int Columns = Width / CharacterWidth;

    private const int Width = 128;
    private const int Height = 64;
    private const int CharacterWidth = 6;
    private const byte CommandFollows = 0x00; // data sheet 8.1.5.2: Co 0, D/C 0
    private const byte DataFollow = 0x40; // Co 0, D/C 1
    private readonly Font5x8 font = new();
    private readonly byte[] shown = new byte[Width * Lines];
    private readonly I2cDevice display;

    /// <param name="device">The display at its address, usually 0x3C; closed with this.</param>
    /// <exception cref="IOException">Nothing answers there.</exception>
    public TextPanel(I2cDevice device)
    {
        display = device;
        ICommand[] setUp =
        [
            new SetDisplayOff(),
            new SetDisplayClockDivideRatioOscillatorFrequency(0x00, 0x08),
            new SetMultiplexRatio(Height - 1),
            new SetDisplayOffset(0x00),
            new SetDisplayStartLine(0x00),
            new SetChargePump(true),
            new SetMemoryAddressingMode(SetMemoryAddressingMode.AddressingMode.Horizontal),
            new SetSegmentReMap(true),
            new SetComOutputScanDirection(false),
            new SetComPinsHardwareConfiguration(true, false),
            new SetContrastControlForBank0(0x8F),
            new SetPreChargePeriod(0x01, 0x0F),
            new SetVcomhDeselectLevel(SetVcomhDeselectLevel.DeselectLevel.Vcc1_00),
            new EntireDisplayOn(false),
            new SetNormalDisplay(),
        ];
        foreach (ICommand command in setUp)
        {
            Send(CommandFollows, command.GetBytes());
        }

        Show([]);
        Send(CommandFollows, new SetDisplayOn().GetBytes());
    }

    /// <summary>Shows these lines and nothing else; what is too long or too much is left out.</summary>
    /// <exception cref="IOException">The display does not answer.</exception>
    public void Show(IReadOnlyList<string> lines)
    {
        Array.Clear(shown);
        for (int line = 0; line < Math.Min(Lines, lines.Count); line++)
        {
            for (int column = 0; column < Math.Min(Columns, lines[line].Length); column++)
            {
                Draw(lines[line][column], shown.AsSpan((line * Width) + (column * CharacterWidth), CharacterWidth));
            }
        }

        Send(CommandFollows, new SetColumnAddress(0, Width - 1).GetBytes());
        Send(CommandFollows, new SetPageAddress(PageAddress.Page0, PageAddress.Page7).GetBytes());
        for (int line = 0; line < Lines; line++)
        {
            Send(DataFollow, shown.AsSpan(line * Width, Width));
        }
    }

    /// <inheritdoc/>
    public void Dispose() => display.Dispose();

    private void Send(byte control, ReadOnlySpan<byte> bytes)
    {
        Span<byte> message = stackalloc byte[bytes.Length + 1];
        message[0] = control;
        bytes.CopyTo(message[1..]);
        display.Write(message);
    }

    // The font has a number for each row, its leftmost point in bit 4; the display wants a byte for each column of
    // eight points, the uppermost in bit 0.
    private void Draw(char character, Span<byte> columns)
    {
        font.GetCharData(character is > ' ' and < (char)127 ? character : ' ', out ReadOnlySpan<ushort> rows);
        for (int row = 0; row < rows.Length; row++)
        {
            for (int column = 0; column < CharacterWidth - 1; column++)
            {
                bool isLit = (rows[row] & (0x10 >> column)) != 0;
                columns[column] |= (byte)(isLit ? 1 << row : 0);
            }
        }
    }
}
