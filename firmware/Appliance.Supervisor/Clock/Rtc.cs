using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Clock;

/// <summary>
/// The DS3231: time for a cold start. Registers 0 to 6 in BCD, status at 0x0F with OSF (bit 7) that says that its
/// oscillator stopped, temperature at 0x11. What stopped once is not believed until it is set again.
/// </summary>
internal sealed class Rtc
{
    private const int StatusRegister = 0x0F;
    private readonly I2cBus bus;
    private readonly byte[] asked = new byte[1];
    private readonly byte[] read = new byte[19];
    private readonly byte[] set = new byte[8];
    private readonly int[] date = new int[3];

    public Rtc(I2cBus bus)
    {
        this.bus = bus;
    }

    /// <summary>UTC when it was read last.</summary>
    public long UnixSeconds { get; private set; }

    /// <summary>It was set once, never stopped since, and what it says is a date.</summary>
    public bool IsValid { get; private set; }

    /// <summary>Degrees Celsius, hundredths.</summary>
    public int TemperatureCentiC { get; private set; }

    /// <summary>Reads time and temperature; false where it does not answer.</summary>
    public bool Read()
    {
        asked[0] = 0;
        if (!bus.Read(BoardPins.ClockAddress, asked, 1, read, 19))
        {
            IsValid = false;
            return false;
        }

        int year = 2000 + Plain(read[6]);
        int month = Plain(read[5] & 0x1F);
        int day = Plain(read[4] & 0x3F);
        int second = (Plain(read[2] & 0x3F) * 3600) + (Plain(read[1] & 0x7F) * 60) + Plain(read[0] & 0x7F);
        UnixSeconds = Calendar.ToUnix(year, month, day, second);
        Calendar.FromDays(UnixSeconds / 86400, date);
        bool isDate = date[0] == year && date[1] == month && date[2] == day && second < 86400;
        IsValid = isDate && (read[StatusRegister] & 0x80) == 0;
        TemperatureCentiC = ((sbyte)read[0x11] * 100) + ((read[0x12] >> 6) * 25);
        return true;
    }

    /// <summary>Sets it, and clears the mark that says that it stopped; false where it does not answer.</summary>
    public bool Set(long unixSeconds)
    {
        if (unixSeconds < 946684800 || unixSeconds >= 4102444800L)
        {
            return false;
        }

        long days = unixSeconds / 86400;
        int second = (int)(unixSeconds % 86400);
        Calendar.FromDays(days, date);
        set[0] = 0;
        set[1] = Bcd(second % 60);
        set[2] = Bcd((second / 60) % 60);
        set[3] = Bcd(second / 3600);
        set[4] = (byte)(((days + 4) % 7) + 1);
        set[5] = Bcd(date[2]);
        set[6] = Bcd(date[1]);
        set[7] = Bcd(date[0] - 2000);
        return bus.Write(BoardPins.ClockAddress, set, 8) && bus.Write8(BoardPins.ClockAddress, StatusRegister, 0);
    }

    private static int Plain(int bcd) => ((bcd >> 4) * 10) + (bcd & 0x0F);

    private static byte Bcd(int plain) => (byte)(((plain / 10) << 4) | (plain % 10));
}
