using System.Buffers.Binary;

namespace Appliance.Time.Receivers;

/// <summary>
/// Class and identity of the UBX messages that matter for time, as 0xCCII (u-blox M8 UBX-13003221, F9 HPG 1.32
/// UBX-22008968, F9 TIM 2.20 UBX-21048598).
/// </summary>
internal static class UbxId
{
    public const ushort NavStatus = 0x0103;
    public const ushort NavSol = 0x0106;
    public const ushort NavPvt = 0x0107;
    public const ushort NavTimeGps = 0x0120;
    public const ushort NavTimeUtc = 0x0121;
    public const ushort NavClock = 0x0122;
    public const ushort NavTimeLs = 0x0126;
    public const ushort NavSvInfo = 0x0130;
    public const ushort NavSat = 0x0135;
    public const ushort NavSvin = 0x013B;
    public const ushort AckNak = 0x0500;
    public const ushort AckAck = 0x0501;
    public const ushort CfgMsg = 0x0601;
    public const ushort CfgRate = 0x0608;
    public const ushort CfgCfg = 0x0609;
    public const ushort CfgNav5 = 0x0624;
    public const ushort CfgTp5 = 0x0631;
    public const ushort CfgItfm = 0x0639;
    public const ushort CfgTmode2 = 0x063D;
    public const ushort CfgValSet = 0x068A;
    public const ushort MonHw = 0x0A09;
    public const ushort MonRf = 0x0A38;
    public const ushort TimTp = 0x0D01;
    public const ushort TimTm2 = 0x0D03;
    public const ushort TimSvin = 0x0D04;
    public const ushort SecSig = 0x2709;
}

/// <summary>
/// NAV-PVT: time, fix and position of an epoch.
/// <code>
///  0 iTOW u4 ms | 4 year u2 | 6 month 7 day 8 hour 9 min 10 sec (0..60) | 11 valid x1 | 12 tAcc u4 ns | 16 nano i4
/// 20 fixType u1 | 21 flags x1 | 22 flags2 x1 | 23 numSV u1 | 24 lon i4 1e-7 | 28 lat i4 1e-7 | 32 height i4 mm
/// 36 hMSL i4 mm | 40 hAcc u4 mm | ... 84 bytes in protocol 14, 92 since 15
/// </code>
/// </summary>
internal readonly ref struct NavPvt(ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> body = body;

    public const int BytesMin = 84;

    public int Year => BinaryPrimitives.ReadUInt16LittleEndian(body[4..]);

    public int Month => body[6];

    public int Day => body[7];

    public int Hour => body[8];

    public int Minute => body[9];

    public int Second => body[10];

    /// <summary>1 date, 2 time, 4 fully resolved, 8 magnetic declination.</summary>
    public byte Valid => body[11];

    public uint AccuracyNs => BinaryPrimitives.ReadUInt32LittleEndian(body[12..]);

    public int Nanoseconds => BinaryPrimitives.ReadInt32LittleEndian(body[16..]);

    public byte FixType => body[20];

    public bool IsFixOk => (body[21] & 1) != 0;

    /// <summary>0x20: the next two mean something; 0x40 date and 0x80 time confirmed.</summary>
    public byte Confirmation => body[22];

    public int LongitudeE7 => BinaryPrimitives.ReadInt32LittleEndian(body[24..]);

    public int LatitudeE7 => BinaryPrimitives.ReadInt32LittleEndian(body[28..]);

    public int HeightMm => BinaryPrimitives.ReadInt32LittleEndian(body[32..]);

    public uint HorizontalAccuracyMm => BinaryPrimitives.ReadUInt32LittleEndian(body[40..]);
}

/// <summary>
/// NAV-TIMEUTC: <c>0 iTOW u4 | 4 tAcc u4 ns | 8 nano i4 | 12 year u2 | 14 month 15 day 16 hour 17 min 18 sec | 19 valid
/// x1</c> (1 time of week, 2 week, 4 UTC: the leap second is known).
/// </summary>
internal readonly ref struct NavTimeUtc(ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> body = body;

    public const int Bytes = 20;

    public uint AccuracyNs => BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);

    public int Nanoseconds => BinaryPrimitives.ReadInt32LittleEndian(body[8..]);

    public int Year => BinaryPrimitives.ReadUInt16LittleEndian(body[12..]);

    public int Month => body[14];

    public int Day => body[15];

    public int Hour => body[16];

    public int Minute => body[17];

    public int Second => body[18];

    public byte Valid => body[19];
}

/// <summary>
/// A GPS week and time of week: NAV-TIMEGPS <c>0 iTOW u4 ms | 4 fTOW i4 ns | 8 week i2 | 10 leapS i1 | 11 valid x1 | 12
/// tAcc u4 ns</c>, and the head of NAV-SOL, which is the same up to week and has <c>10 gpsFix u1 | 11 flags x1</c>.
/// </summary>
internal readonly ref struct GpsTime(ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> body = body;

    public const int TimeGpsBytes = 16;
    public const int SolBytes = 52;

    public uint TowMs => BinaryPrimitives.ReadUInt32LittleEndian(body);

    public int FractionNs => BinaryPrimitives.ReadInt32LittleEndian(body[4..]);

    public int Week => BinaryPrimitives.ReadInt16LittleEndian(body[8..]);

    /// <summary>NAV-TIMEGPS: GPS less UTC, seconds.</summary>
    public sbyte LeapSeconds => (sbyte)body[10];

    /// <summary>NAV-TIMEGPS: 1 time of week, 2 week, 4 leap second.</summary>
    public byte Valid => body[11];

    public uint AccuracyNs => BinaryPrimitives.ReadUInt32LittleEndian(body[12..]);

    /// <summary>NAV-SOL: kind of fix.</summary>
    public byte FixType => body[10];

    /// <summary>NAV-SOL: 1 fix within limits, 4 week valid, 8 time of week valid.</summary>
    public byte Flags => body[11];
}

/// <summary>
/// NAV-TIMELS: <c>0 iTOW u4 | 4 version u1 | 8 srcOfCurrLs u1 | 9 currLs i1 | 10 srcOfLsChange u1 | 11 lsChange i1 | 12
/// timeToLsEvent i4 s | 16 dateOfLsGpsWn u2 | 18 dateOfLsGpsDn u2 | 23 valid x1</c> (1 currLs, 2 timeToLsEvent).
/// </summary>
internal readonly ref struct NavTimeLs(ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> body = body;

    public const int Bytes = 24;

    public byte SourceOfCurrent => body[8];

    public sbyte Current => (sbyte)body[9];

    public byte SourceOfChange => body[10];

    public sbyte Change => (sbyte)body[11];

    public int SecondsToEvent => BinaryPrimitives.ReadInt32LittleEndian(body[12..]);

    /// <summary>Week of the event, in 8 or 10 bits in old firmware: only the seconds to it are used.</summary>
    public ushort EventWeek => BinaryPrimitives.ReadUInt16LittleEndian(body[16..]);

    public byte Valid => body[23];
}

/// <summary>
/// TIM-TP, about the next pulse: <c>0 towMS u4 | 4 towSubMS u4 2^-32 ms | 8 qErr i4 ps | 12 week u2 | 14 flags x1 | 15
/// refInfo x1</c>.
/// </summary>
internal readonly ref struct TimTp(ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> body = body;

    public const int Bytes = 16;

    public uint TowMs => BinaryPrimitives.ReadUInt32LittleEndian(body);

    public uint TowFraction => BinaryPrimitives.ReadUInt32LittleEndian(body[4..]);

    public int QuantisationErrorPs => BinaryPrimitives.ReadInt32LittleEndian(body[8..]);

    public int Week => BinaryPrimitives.ReadUInt16LittleEndian(body[12..]);

    /// <summary>1: UTC, 0: the time of a constellation.</summary>
    public bool IsUtc => (body[14] & 1) != 0;

    /// <summary>UTC is available; without it a UTC base is not.</summary>
    public bool HasUtc => (body[14] & 2) != 0;

    /// <summary>Integrity check: 0 none, 1 not active, 2 active; 1 and 2 say nothing bad.</summary>
    public bool IsQuantisationInvalid => (body[14] & 0x10) != 0;

    /// <summary>Constellation of the time: 0 GPS, 1 GLONASS, 2 BeiDou, 3 Galileo, 15 none.</summary>
    public int Reference => body[15] & 0x0F;
}

/// <summary>
/// TIM-TM2, an edge at the receiver's input: <c>0 ch | 1 flags x1 | 2 count u2 | 4 wnR u2 | 6 wnF u2 | 8 towMsR u4 | 12
/// towSubMsR u4 ns | 16 towMsF u4 | 20 towSubMsF u4 ns | 24 accEst u4 ns</c>.
/// </summary>
internal readonly ref struct TimTm2(ReadOnlySpan<byte> body)
{
    private readonly ReadOnlySpan<byte> body = body;

    public const int Bytes = 28;

    /// <summary>4 new falling edge, 0x18 base (0 receiver, 1 GNSS, 2 UTC), 0x20 UTC, 0x40 valid, 0x80 rising.</summary>
    public byte Flags => body[1];

    public ushort Count => BinaryPrimitives.ReadUInt16LittleEndian(body[2..]);

    public int Week(bool rising) => BinaryPrimitives.ReadUInt16LittleEndian(body[(rising ? 4 : 6)..]);

    public uint TowMs(bool rising) => BinaryPrimitives.ReadUInt32LittleEndian(body[(rising ? 8 : 16)..]);

    public uint FractionNs(bool rising) => BinaryPrimitives.ReadUInt32LittleEndian(body[(rising ? 12 : 20)..]);

    public uint AccuracyNs => BinaryPrimitives.ReadUInt32LittleEndian(body[24..]);
}
