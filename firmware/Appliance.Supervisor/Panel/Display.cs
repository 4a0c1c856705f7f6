using Appliance.Supervisor.Board;

namespace Appliance.Supervisor.Panel;

/// <summary>
/// The SSD1306, 128 x 64: a picture in memory, sent a band of eight rows a turn, and only the bands that changed. A
/// display that does not answer is set up again when it does.
/// </summary>
internal sealed class Display
{
    public const int Width = 128;
    public const int Height = 64;
    private const int Bands = 8;

    // Off, clock, 64 lines, no offset, start line 0, charge pump, addressing by page, mirrored both ways, pins,
    // contrast, precharge, level, follow the memory, not inverted, on.
    private static readonly byte[] Begin = new byte[]
    {
        0x00, 0xAE, 0xD5, 0x80, 0xA8, 0x3F, 0xD3, 0x00, 0x40, 0x8D, 0x14, 0x20, 0x02, 0xA1, 0xC8, 0xDA, 0x12,
        0x81, 0xCF, 0xD9, 0xF1, 0xDB, 0x40, 0xA4, 0xA6, 0xAF,
    };

    private readonly I2cBus bus;
    private readonly byte[] picture = new byte[Width * Bands];
    private readonly byte[] shown = new byte[Width * Bands];
    private readonly byte[] place = new byte[4];
    private readonly byte[] row = new byte[1 + Width];
    private bool isReady;
    private int band;
    private int toCheck;

    // One band is sent again with each picture: so a display that was pulled out is noticed, and a torn one healed.
    private int again;

    public Display(I2cBus bus)
    {
        this.bus = bus;
    }

    /// <summary>The last transfer was answered.</summary>
    public bool Answers { get; private set; }

    public void Clear(bool lit)
    {
        toCheck = Bands;
        again = (again + 1) % Bands;
        for (int i = 0; i < picture.Length; i++)
        {
            picture[i] = lit ? (byte)0xFF : (byte)0;
        }
    }

    /// <summary>
    /// Text with its upper left dot at x and y. Each dot of the letter becomes wide x high dots; strokes are bold, one
    /// dot wider than that, so that thin letters do not vanish in the dark.
    /// </summary>
    public void Text(string text, int x, int y, int wide, int high, int advance)
    {
        for (int i = 0; i < text.Length; i++)
        {
            Letter(text[i], x + (i * advance), y, wide, high);
        }
    }

    /// <summary>
    /// Looks at one band, and sends it where it changed: a comparison of 128 bytes is what a turn can spare.
    /// </summary>
    public void Poll()
    {
        if (!isReady)
        {
            isReady = bus.Write(BoardPins.DisplayAddress, Begin, Begin.Length);
            Answers = isReady;
            if (!isReady)
            {
                return;
            }

            toCheck = Bands;
            for (int i = 0; i < shown.Length; i++)
            {
                shown[i] = (byte)~picture[i];
            }
        }

        if (toCheck > 0)
        {
            toCheck--;
            band = (band + 1) % Bands;
            if (HasChanged() || band == again)
            {
                Send();
            }
        }
    }

    private void Letter(char letter, int x, int y, int wide, int high)
    {
        for (int column = 0; column < Font.Columns; column++)
        {
            int dots = Font.Column(letter, column);
            for (int line = 0; line < Font.Rows; line++)
            {
                if (((dots >> line) & 1) != 0)
                {
                    Fill(x + (column * wide), y + (line * high), wide + 1, high);
                }
            }
        }
    }

    private void Fill(int x, int y, int width, int height)
    {
        for (int i = x; i < x + width; i++)
        {
            for (int j = y; j < y + height; j++)
            {
                if (i >= 0 && i < Width && j >= 0 && j < Height)
                {
                    picture[((j / 8) * Width) + i] |= (byte)(1 << (j % 8));
                }
            }
        }
    }

    private bool HasChanged()
    {
        for (int i = band * Width; i < (band + 1) * Width; i++)
        {
            if (picture[i] != shown[i])
            {
                return true;
            }
        }

        return false;
    }

    private void Send()
    {
        place[0] = 0x00;
        place[1] = (byte)(0xB0 | band);
        place[2] = 0x00;
        place[3] = 0x10;
        row[0] = 0x40;
        Link.LinkBytes.Copy(picture, band * Width, row, 1, Width);
        isReady = bus.Write(BoardPins.DisplayAddress, place, 4)
            && bus.Write(BoardPins.DisplayAddress, row, row.Length);
        Answers = isReady;
        if (isReady)
        {
            Link.LinkBytes.Copy(picture, band * Width, shown, band * Width, Width);
        }
    }
}
