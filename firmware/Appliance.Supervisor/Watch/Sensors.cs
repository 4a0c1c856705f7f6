using Appliance.Supervisor.Board;
using Appliance.Supervisor.Clock;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Watch;

/// <summary>
/// Supply (INA226), temperature at the oscillator (TMP117) and at the clock (DS3231), fans (EMC2301), once a second.
/// A limit has a distance between raising and clearing, so that a value at the edge does not chatter. A device counts
/// as missing after five failures in a row; without any temperature the fans run at full speed.
/// </summary>
internal sealed class Sensors
{
    private const int MissingAfter = 5;
    private const int SupplyLowMv = 11000;
    private const int SupplyHighMv = 13200;
    private const int SupplyBackMv = 300;
    private const int HotMilliC = 75000;
    private const int ColdMilliC = -20000;
    private const int TemperatureBackMilliC = 5000;
    private const int StalledRpm = 300;
    private const int StalledSeconds = 10;
    private const int FanLeastPercent = 30;

    // INA226 alert: bus under-voltage (bit 12) at 10.5 V, 1.25 mV a step; its pin is PowerFail.
    private const int AlertOnUnderVoltage = 0x1000;
    private const int AlertLimit = 8400;

    private static readonly int[] Addresses = new int[]
    {
        BoardPins.SupplyAddress, BoardPins.TemperatureAddress, BoardPins.FanAddress, BoardPins.ClockAddress,
        BoardPins.DacAddress, BoardPins.DisplayAddress,
    };

    private readonly I2cBus bus;
    private readonly Alarms alarms;
    private readonly int[] failures = new int[6];
    private bool isAlertSet;
    private int stalled;

    public Sensors(I2cBus bus, Alarms alarms)
    {
        this.bus = bus;
        this.alarms = alarms;
    }

    public int SupplyMillivolts { get; private set; }

    public int SupplyMilliamps { get; private set; }

    public int OscillatorMilliC { get; private set; }

    public int BoardMilliC { get; private set; }

    public int FanRpm { get; private set; }

    public int FanPercent { get; private set; } = 100;

    /// <summary>Once a second, with what the clock said.</summary>
    public void Second(Rtc rtc, bool rtcAnswers)
    {
        ReadSupply();
        bool hasOscillator = ReadTemperature();
        BoardMilliC = rtcAnswers ? rtc.TemperatureCentiC * 10 : BoardMilliC;
        Present(3, rtcAnswers);
        alarms.Set(AlarmKind.ClockStopped, rtcAnswers && !rtc.IsValid, BoardPins.ClockAddress, 0);
        bool hot = IsAbove(AlarmKind.TooHot, HotMilliC, hasOscillator, rtcAnswers);
        alarms.Set(AlarmKind.TooHot, hot, BoardPins.TemperatureAddress, OscillatorMilliC);
        bool cold = IsBelow(AlarmKind.TooCold, ColdMilliC, hasOscillator);
        alarms.Set(AlarmKind.TooCold, cold, BoardPins.TemperatureAddress, OscillatorMilliC);
        Fans(hasOscillator || rtcAnswers);
    }

    /// <summary>A device answered, or did not: 4 the DAC, 5 the display.</summary>
    public void Present(int index, bool answers)
    {
        bool wasMissing = failures[index] >= MissingAfter;
        failures[index] = answers ? 0 : failures[index] < MissingAfter ? failures[index] + 1 : MissingAfter;
        bool isMissing = failures[index] >= MissingAfter;
        if (isMissing != wasMissing)
        {
            alarms.SetOneOf(AlarmKind.DeviceMissing, isMissing, Addresses[index], 0, AnyMissing());
        }
    }

    private bool AnyMissing()
    {
        for (int i = 0; i < failures.Length; i++)
        {
            if (failures[i] >= MissingAfter)
            {
                return true;
            }
        }

        return false;
    }

    private void ReadSupply()
    {
        if (!isAlertSet)
        {
            isAlertSet = bus.Write16(BoardPins.SupplyAddress, 7, AlertLimit)
                && bus.Write16(BoardPins.SupplyAddress, 6, AlertOnUnderVoltage);
        }

        int volts = bus.Read16(BoardPins.SupplyAddress, 2);
        int shunt = bus.Read16(BoardPins.SupplyAddress, 1);
        Present(0, volts >= 0);
        if (volts < 0)
        {
            isAlertSet = false;
            return;
        }

        // 1.25 mV a step; 2.5 uV a step over 2 milliohm is 1.25 mA.
        SupplyMillivolts = volts * 5 / 4;
        SupplyMilliamps = shunt >= 0 && shunt < 0x8000 ? shunt * 5 / 4 : 0;
        int low = SupplyLowMv + (alarms.IsActive(AlarmKind.SupplyLow) ? SupplyBackMv : 0);
        int high = SupplyHighMv - (alarms.IsActive(AlarmKind.SupplyHigh) ? SupplyBackMv : 0);
        alarms.Set(AlarmKind.SupplyLow, SupplyMillivolts < low, 0, SupplyMillivolts);
        alarms.Set(AlarmKind.SupplyHigh, SupplyMillivolts > high, 0, SupplyMillivolts);
    }

    private bool ReadTemperature()
    {
        int raw = bus.Read16(BoardPins.TemperatureAddress, 0);
        Present(1, raw >= 0);
        if (raw < 0)
        {
            return false;
        }

        // TMP117: 1/128 degree a step, two's complement.
        OscillatorMilliC = (short)raw * 1000 / 128;
        return true;
    }

    private bool IsAbove(int kind, int limit, bool hasOscillator, bool hasBoard)
    {
        int bound = limit - (alarms.IsActive(kind) ? TemperatureBackMilliC : 0);
        return (hasOscillator && OscillatorMilliC > bound) || (hasBoard && BoardMilliC > bound);
    }

    private bool IsBelow(int kind, int limit, bool hasOscillator) =>
        hasOscillator && OscillatorMilliC < limit + (alarms.IsActive(kind) ? TemperatureBackMilliC : 0);

    // 30 % up to 35 degrees, rising to 100 % at 60.
    private void Fans(bool hasTemperature)
    {
        int warmest = OscillatorMilliC > BoardMilliC ? OscillatorMilliC : BoardMilliC;
        int percent = FanLeastPercent + ((warmest - 35000) * (100 - FanLeastPercent) / 25000);
        percent = percent < FanLeastPercent ? FanLeastPercent : percent > 100 ? 100 : percent;
        FanPercent = hasTemperature ? percent : 100;
        bool written = bus.Write8(BoardPins.FanAddress, 0x30, FanPercent * 255 / 100);
        int raw = bus.Read16(BoardPins.FanAddress, 0x3E);
        Present(2, written && raw >= 0);
        if (raw < 0)
        {
            return;
        }

        // EMC2301: 13 bits of count in the upper ones; 3,932,160 times 2 (its range of 1,000 rpm) by the count.
        int count = raw >> 3;
        FanRpm = count > 0 && count < 0x1FFF ? 7864320 / count : 0;
        stalled = FanRpm < StalledRpm ? stalled + 1 : 0;
        alarms.Set(AlarmKind.FanStalled, stalled >= StalledSeconds, 0, FanRpm);
    }
}
