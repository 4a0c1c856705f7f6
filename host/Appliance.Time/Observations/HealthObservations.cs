namespace Appliance.Time.Observations;

/// <summary>Jamming as u-blox grades it (MON-HW, MON-RF, SEC-SIG jammingState).</summary>
public enum JammingState : byte
{
    Unknown = 0,
    None = 1,

    /// <summary>Visible, the fix still stands.</summary>
    Warning = 2,

    /// <summary>No reliable fix.</summary>
    Critical = 3,
}

/// <summary>Spoofing as u-blox grades it (NAV-STATUS spoofDetState, SEC-SIG spoofingState).</summary>
public enum SpoofingState : byte
{
    Unknown = 0,
    None = 1,
    Indicated = 2,

    /// <summary>Indicated by several detectors.</summary>
    Affirmed = 3,
}

/// <summary>State of the antenna's supply (MON-HW, MON-RF antStatus).</summary>
public enum AntennaState : byte
{
    Initialising = 0,
    Unknown = 1,
    Working = 2,
    Short = 3,
    Open = 4,
}

/// <summary>What a receiver's front end says of its surroundings; a value it did not give is null.</summary>
/// <param name="Source">The receiver.</param>
/// <param name="At">MONOTONIC_RAW of the message.</param>
/// <param name="Jamming">The receiver's verdict on jamming.</param>
/// <param name="Spoofing">The receiver's verdict on spoofing.</param>
/// <param name="Antenna">Supply of the antenna.</param>
/// <param name="GainCount">Automatic gain control, 0 to 8191; falls when power comes in.</param>
/// <param name="CarrierWave">Continuous-wave jamming, 0 none to 255 strong.</param>
/// <param name="NoisePerMs">Noise level of the receiver.</param>
public readonly record struct HealthObservation(
    SourceId Source, RawTime At, JammingState Jamming, SpoofingState Spoofing, AntennaState Antenna,
    ushort? GainCount, byte? CarrierWave, ushort? NoisePerMs);

/// <summary>The satellites of one epoch; of power only those with a signal count.</summary>
/// <param name="Source">The receiver.</param>
/// <param name="At">MONOTONIC_RAW of the message.</param>
/// <param name="InView">Listed.</param>
/// <param name="Used">Used in the solution.</param>
/// <param name="MeanCno">Mean carrier to noise density of those with a signal, dBHz; 0 without any.</param>
/// <param name="SpreadCno">
/// Standard deviation of it, dB. Below 1.5 all come from one place: one transmitter on the ground.
/// </param>
public readonly record struct SatelliteObservation(
    SourceId Source, RawTime At, ushort InView, ushort Used, double MeanCno, double SpreadCno);

/// <summary>Position of the antenna as the receiver solved it. It is screwed to a roof: it cannot move.</summary>
/// <param name="Source">The receiver.</param>
/// <param name="At">MONOTONIC_RAW of the message.</param>
/// <param name="LatitudeE7">Degrees times 10^7, north positive.</param>
/// <param name="LongitudeE7">Degrees times 10^7, east positive.</param>
/// <param name="HeightMm">Millimetres above the ellipsoid or mean sea level, as the receiver gives it.</param>
/// <param name="AccuracyMm">The receiver's estimate, horizontal; uint.MaxValue where it gives none.</param>
public readonly record struct PositionObservation(
    SourceId Source, RawTime At, int LatitudeE7, int LongitudeE7, int HeightMm, uint AccuracyMm);

/// <summary>Bias and drift of the receiver's own clock (NAV-CLOCK).</summary>
/// <param name="Source">The receiver.</param>
/// <param name="At">MONOTONIC_RAW of the message.</param>
/// <param name="BiasNs">Nanoseconds.</param>
/// <param name="DriftNsPerSecond">Nanoseconds a second (10^-9).</param>
/// <param name="TimeAccuracyNs">The receiver's estimate.</param>
public readonly record struct ReceiverClockObservation(
    SourceId Source, RawTime At, int BiasNs, int DriftNsPerSecond, uint TimeAccuracyNs);

/// <summary>Temperature beside the oscillator.</summary>
/// <param name="Source">Whose thermometer.</param>
/// <param name="At">MONOTONIC_RAW.</param>
/// <param name="Millidegrees">Thousandths of a degree Celsius.</param>
public readonly record struct TemperatureObservation(SourceId Source, RawTime At, int Millidegrees);
