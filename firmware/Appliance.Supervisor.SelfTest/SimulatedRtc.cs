using Appliance.Supervisor.Clock;

namespace Appliance.Supervisor.SelfTest;

/// <summary>The DS3231 with its battery: goes on without power, unless the battery is empty.</summary>
internal sealed class SimulatedRtc
{
    private readonly int[] date = new int[3];
    private readonly SimulatedBoard board;
    private long milliseconds;

    public SimulatedRtc(SimulatedBoard board)
    {
        this.board = board;
    }

    /// <summary>It lost its time, as a new one or one with an empty battery.</summary>
    public bool HasStopped { get; set; } = true;

    public long UnixSeconds => milliseconds / 1000;

    public void Millisecond() => milliseconds++;

    /// <summary>Sets it as the factory would.</summary>
    public void Set(long unixSeconds)
    {
        milliseconds = unixSeconds * 1000;
        HasStopped = false;
    }

    public void Write(byte[] bytes, int count)
    {
        if (bytes[0] == 0 && count == 8)
        {
            int second = (Plain(bytes[3]) * 3600) + (Plain(bytes[2]) * 60) + Plain(bytes[1]);
            milliseconds = Calendar.ToUnix(2000 + Plain(bytes[7]), Plain(bytes[6]), Plain(bytes[5]), second) * 1000;
        }
        else if (bytes[0] == 0x0F)
        {
            HasStopped = (bytes[1] & 0x80) != 0;
        }
    }

    public void Read(int register, byte[] read, int count)
    {
        Calendar.FromDays(UnixSeconds / 86400, date);
        int second = (int)(UnixSeconds % 86400);
        int quarters = board.OscillatorMilliC / 250;
        for (int i = 0; i < count; i++)
        {
            read[i] = (byte)Value(register + i, second, quarters);
        }
    }

    private int Value(int register, int second, int quarters)
    {
        switch (register)
        {
            case 0:
                return Bcd(second % 60);
            case 1:
                return Bcd((second / 60) % 60);
            case 2:
                return Bcd(second / 3600);
            case 3:
                return 1;
            case 4:
                return Bcd(date[2]);
            case 5:
                return Bcd(date[1]);
            case 6:
                return Bcd(date[0] % 100);
            case 0x0F:
                return HasStopped ? 0x80 : 0;
            case 0x11:
                return quarters >> 2;
            case 0x12:
                return (quarters & 3) << 6;
            default:
                return 0;
        }
    }

    private static int Plain(int bcd) => ((bcd >> 4) * 10) + (bcd & 0x0F);

    private static int Bcd(int plain) => ((plain / 10) << 4) | (plain % 10);
}
