using Appliance.Time.Estimation;
using Appliance.Time.Observations;

namespace Appliance.Time.Intake;

/// <summary>
/// What a receiver says of itself, as checks 3, 4 and 5 read it. A verdict holds until the receiver says otherwise, and
/// ends with its silence: then the pulses are without a message, which is a check of its own.
/// </summary>
internal sealed class ReceiverWatch
{
    private const long SecondNs = RawTime.NanosecondsPerSecond;
    private const long SilentNs = 15 * SecondNs;
    private const int DriftJumpNs = 20;
    private const double FarMetres = 50;
    private const double MetresPerUnit = 0.0111;
    private const double UnitsPerRadian = 1e7 * 180 / Math.PI;
    private const int FixesToSettle = 60;
    private const double SpreadTooEven = 1.5;
    private const int EnoughSatellites = 5;
    private const int GainFallPercent = 30;
    private const double StrongCno = 40;

    private HealthObservation health;
    private bool hasHealth;
    private double meanGain;
    private bool isGainFallen;
    private ReceiverClockObservation clock;
    private long clockJumpedAt = long.MinValue / 2;
    private SatelliteObservation satellites;
    private bool hasSatellites;
    private double latitude;
    private double longitude;
    private int fixes;
    private bool isFar;

    /// <summary>Satellites used and seen at the last epoch.</summary>
    public (int Used, int InView, double MeanCno) Satellites =>
        hasSatellites ? (satellites.Used, satellites.InView, satellites.MeanCno) : default;

    public void Take(in HealthObservation seen)
    {
        if (seen.GainCount is ushort gain)
        {
            meanGain = meanGain == 0 ? gain : meanGain + ((gain - meanGain) / 300);
            isGainFallen = gain < meanGain * (100 - GainFallPercent) / 100;
        }

        health = seen;
        hasHealth = true;
    }

    public void Take(in SatelliteObservation seen)
    {
        satellites = seen;
        hasSatellites = true;
    }

    public void Take(in ReceiverClockObservation seen)
    {
        long apart = seen.At - clock.At;
        if (clock.At.Nanoseconds != 0 && apart is > 0 and < 3 * SecondNs
            && Math.Abs(seen.DriftNsPerSecond - clock.DriftNsPerSecond) > DriftJumpNs)
        {
            clockJumpedAt = seen.At.Nanoseconds;
        }

        clock = seen;
    }

    /// <summary>The antenna is screwed to a roof: its place is the mean of the first fixes, and stays there.</summary>
    public void Take(in PositionObservation seen)
    {
        if (fixes < FixesToSettle)
        {
            fixes++;
            latitude += (seen.LatitudeE7 - latitude) / fixes;
            longitude += (seen.LongitudeE7 - longitude) / fixes;
            return;
        }

        double north = (seen.LatitudeE7 - latitude) * MetresPerUnit;
        double east = (seen.LongitudeE7 - longitude) * MetresPerUnit * Math.Cos(latitude / UnitsPerRadian);
        isFar = (north * north) + (east * east) > FarMetres * FarMetres;
    }

    /// <summary>The checks that hold at a raw time.</summary>
    public Checks At(RawTime now)
    {
        Checks checks = isFar ? Checks.Position : Checks.None;
        checks |= now.Nanoseconds - clockJumpedAt < SilentNs ? Checks.ReceiverClock : Checks.None;
        if (hasHealth && now - health.At < SilentNs)
        {
            checks |= health.Spoofing >= SpoofingState.Indicated ? Checks.Spoofing : Checks.None;
            checks |= health.Jamming == JammingState.Critical ? Checks.Jamming : Checks.None;
            checks |= health.Antenna is AntennaState.Short or AntennaState.Open ? Checks.Antenna : Checks.None;
        }

        if (hasSatellites && now - satellites.At < SilentNs && satellites.Used >= EnoughSatellites)
        {
            bool isEven = satellites.SpreadCno < SpreadTooEven;
            bool isLoud = isGainFallen && satellites.MeanCno > StrongCno;
            checks |= isEven || isLoud ? Checks.Signals : Checks.None;
        }

        return checks;
    }
}
