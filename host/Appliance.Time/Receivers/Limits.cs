namespace Appliance.Time.Receivers;

/// <summary>Every bound of the receivers, with its reason.</summary>
internal static class ReceiverLimits
{
    /// <summary>
    /// Payload of a UBX frame. The longest that a receiver sends is RXM-RAWX of 255 measurements, 8,176 bytes; what
    /// claims more is a false start, and waiting for its end would hold up what stands behind it.
    /// </summary>
    public const int UbxPayloadBytesMax = 8192;

    /// <summary>
    /// An NMEA sentence from $ to its line end. The standard allows 82 characters; u-blox's PUBX,03 of 40 satellites
    /// has about 1,000.
    /// </summary>
    public const int NmeaSentenceBytesMax = 1024;

    /// <summary>Fields of a sentence; PUBX,03 of 40 satellites has 243.</summary>
    public const int NmeaFieldsMax = 250;

    /// <summary>
    /// Power of satellites that are counted in one epoch; four constellations of two bands have fewer in view.
    /// </summary>
    public const int SatellitesMax = 255;

    /// <summary>How far after the build of the program a date may lie: longer than a box serves.</summary>
    public const int YearsAfterBuildMax = 15;

    /// <summary>
    /// Sawtooth: beyond one period of the slowest receiver clock (23 MHz of the LEA-4T) the value is not one.
    /// </summary>
    public const int SawtoothPsMax = 44_000;

    /// <summary>Tries of one message of a set-up: a line that loses three in a row is not one.</summary>
    public const int SetUpTriesMax = 3;
}
