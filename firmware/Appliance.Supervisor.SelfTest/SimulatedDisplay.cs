namespace Appliance.Supervisor.SelfTest;

/// <summary>The SSD1306: keeps what is shown.</summary>
internal sealed class SimulatedDisplay
{
    private int page;
    private int column;

    public byte[] Dots { get; } = new byte[1024];

    public bool IsOn { get; private set; }

    public void Take(byte[] bytes, int count)
    {
        if (bytes[0] == 0x40)
        {
            for (int i = 1; i < count; i++)
            {
                Dots[(page * 128) + column] = bytes[i];
                column = (column + 1) % 128;
            }
        }
        else if (bytes[1] >= 0xB0 && bytes[1] <= 0xB7)
        {
            page = bytes[1] & 7;
            column = 0;
        }
        else
        {
            IsOn = bytes[count - 1] == 0xAF;
        }
    }

    public bool IsLit(int x, int y) => ((Dots[(y / 8 * 128) + x] >> (y % 8)) & 1) != 0;

    public int LitDots()
    {
        int count = 0;
        for (int i = 0; i < Dots.Length * 8; i++)
        {
            count += ((Dots[i / 8] >> (i % 8)) & 1) != 0 ? 1 : 0;
        }

        return count;
    }
}
