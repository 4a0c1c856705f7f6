using System.Buffers.Binary;

namespace Appliance.Time.Receivers;

/// <summary>Family of u-blox timing receivers, by how it is configured.</summary>
public enum ReceiverFamily : byte
{
    /// <summary>M8T and before: one CFG message a subject.</summary>
    Generation8 = 8,

    /// <summary>F9T, M9, M10: CFG-VALSET with keys.</summary>
    Generation9 = 9,
}

/// <summary>Which port of the receiver our line is at.</summary>
public enum ReceiverPort : byte
{
    Uart1 = 1,
    Uart2 = 2,
    Usb = 3,
}

/// <summary>What a timing receiver is set up for.</summary>
/// <param name="Family">How it is configured.</param>
/// <param name="Port">Where our line is; generation 8 takes the port that the message came by.</param>
/// <param name="AntennaCableDelayNs">Delay of the antenna's cable, about 5 ns a metre; 0 to 32767.</param>
/// <param name="SurveySeconds">Shortest survey of the position; 0 leaves the position mode as it is.</param>
/// <param name="SurveyAccuracyMm">How good the surveyed position has to be.</param>
/// <param name="PulseLengthUs">Length of the pulse.</param>
public sealed record SetUpOptions(
    ReceiverFamily Family, ReceiverPort Port = ReceiverPort.Uart1, short AntennaCableDelayNs = 50,
    uint SurveySeconds = 3600, uint SurveyAccuracyMm = 5000, uint PulseLengthUs = 100_000);

/// <summary>One message of a set-up.</summary>
/// <param name="Name">What it sets, for a message to people.</param>
/// <param name="Message">Class and identity, 0xCCII.</param>
/// <param name="Payload">Its payload.</param>
/// <param name="IsRequired">Without it there is no timing; what is not required may be refused by old firmware.</param>
internal sealed record SetUpStep(string Name, ushort Message, byte[] Payload, bool IsRequired);

/// <summary>
/// The messages that make a u-blox timing receiver ours, as data. All goes to RAM only and is sent at each start, so a
/// receiver that was swapped or reset is set up again, and none keeps what it was told by somebody else.
/// </summary>
/// <remarks>
/// The pulse is on the grid of GPS, not of UTC: the offset that satellites broadcast for UTC was wrong by 13.7 us on
/// 2016-01-26 and pulses on the grid of UTC followed it. Without a fix there is no pulse (length 0), so that a pulse
/// always means something. Sources: u-blox M8 UBX-13003221 (CFG-TP5, CFG-TMODE2, CFG-ITFM), F9 TIM 2.20 UBX-21048598.
/// </remarks>
internal static class SetUpSteps
{
    private const uint SecondUs = 1_000_000;
    private const byte Survey = 1;
    private const byte Stationary = 2;
    private const byte GridGps = 1;

    // Message and its key for UART1; the ports lie next to each other.
    private static readonly (string Name, ushort Message, uint Key, byte Every, bool IsRequired)[] Outputs =
    [
        ("NAV-PVT", UbxId.NavPvt, 0x20910007, 1, true),
        ("TIM-TP", UbxId.TimTp, 0x2091017E, 1, true),
        ("NAV-TIMEGPS", UbxId.NavTimeGps, 0x20910048, 1, true),
        ("NAV-TIMELS", UbxId.NavTimeLs, 0x20910061, 10, true),
        ("NAV-CLOCK", UbxId.NavClock, 0x20910066, 1, false),
        ("NAV-STATUS", UbxId.NavStatus, 0x2091001B, 1, false),
        ("NAV-SAT", UbxId.NavSat, 0x20910016, 5, false),
        ("TIM-TM2", UbxId.TimTm2, 0x20910179, 1, false),
        ("SEC-SIG", UbxId.SecSig, 0x20910635, 1, false),
    ];

    public static SetUpStep[] For(SetUpOptions options) =>
        options.Family == ReceiverFamily.Generation9 ? ByKeys(options) : ByMessages(options);

    private static SetUpStep[] ByKeys(SetUpOptions options)
    {
        List<SetUpStep> steps =
        [
            ValSet("rate", true, (0x30210001, 1000), (0x30210002, 1)),
            ValSet("stationary", false, (0x20110021, Stationary)),
            ValSet(
                "pulse", true, (0x30050001, (uint)(ushort)options.AntennaCableDelayNs), (0x20050023, 0),
                (0x20050030, 1), (0x40050002, SecondUs), (0x40050003, SecondUs), (0x40050004, 0),
                (0x40050005, options.PulseLengthUs), (0x10050007, 1), (0x10050008, 1), (0x10050009, 1),
                (0x1005000A, 1), (0x1005000B, 1), (0x2005000C, GridGps)),
            ValSet("jamming monitor", false, (0x1041000D, 1)),
        ];
        if (options.SurveySeconds > 0)
        {
            // The limit of accuracy is in tenths of a millimetre here.
            steps.Add(ValSet(
                "survey", true, (0x20030001, Survey), (0x40030010, options.SurveySeconds),
                (0x40030011, options.SurveyAccuracyMm * 10)));
        }

        uint port = (uint)options.Port - (uint)ReceiverPort.Uart1;
        foreach ((string name, _, uint key, byte every, bool isRequired) in Outputs)
        {
            steps.Add(ValSet(name, isRequired, (key + port, every)));
        }

        steps.Add(ValSet("MON-RF", false, (0x2091035A + port, 1)));
        return [.. steps];
    }

    private static SetUpStep[] ByMessages(SetUpOptions options)
    {
        List<SetUpStep> steps =
        [
            new("rate", UbxId.CfgRate, [0xE8, 3, 1, 0, 1, 0], true), // 1,000 ms, every one, on the time of GPS
            new("stationary", UbxId.CfgNav5, [1, 0, Stationary, .. new byte[33]], false),
            new("pulse", UbxId.CfgTp5, TimePulse(options), true),
            new("jamming monitor", UbxId.CfgItfm, [0xF3, 0xAC, 0x62, 0xAD, 0x1E, 3, 0, 0], false),
        ];
        if (options.SurveySeconds > 0)
        {
            byte[] survey = new byte[28];
            survey[0] = Survey;
            BinaryPrimitives.WriteUInt32LittleEndian(survey.AsSpan(20), options.SurveySeconds);
            BinaryPrimitives.WriteUInt32LittleEndian(survey.AsSpan(24), options.SurveyAccuracyMm);
            steps.Add(new("survey", UbxId.CfgTmode2, survey, true));
        }

        foreach ((string name, ushort message, _, byte every, bool isRequired) in Outputs)
        {
            steps.Add(new(name, UbxId.CfgMsg, [(byte)(message >> 8), (byte)message, every], isRequired));
        }

        steps.Add(new("MON-HW", UbxId.CfgMsg, [UbxId.MonHw >> 8, UbxId.MonHw & 0xFF, 1], false));
        return [.. steps];
    }

    // CFG-TP5: 0 tpIdx | 1 version | 4 antCableDelay i2 ns | 6 rfGroupDelay | 8 period u4 us | 12 period locked | 16
    // length u4 us | 20 length locked | 24 userConfigDelay | 28 flags x4: 1 active, 2 lock, 4 other when locked, 0x10
    // is length, 0x20 align to time of week, 0x40 rising edge, bits 7..10 grid.
    private static byte[] TimePulse(SetUpOptions options)
    {
        byte[] payload = new byte[32];
        payload[1] = 1;
        BinaryPrimitives.WriteInt16LittleEndian(payload.AsSpan(4), options.AntennaCableDelayNs);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(8), SecondUs);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(12), SecondUs);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(20), options.PulseLengthUs);
        BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(28), 0x77 | (GridGps << 7));
        return payload;
    }

    // CFG-VALSET: 0 version | 1 layers (1 RAM) | then key u4 and value, whose size the key's bits 28..30 say.
    private static SetUpStep ValSet(string name, bool isRequired, params (uint Key, uint Value)[] items)
    {
        byte[] payload = new byte[4 + (8 * items.Length)];
        payload[1] = 1;
        int end = 4;
        foreach ((uint key, uint value) in items)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(end), key);
            BinaryPrimitives.WriteUInt32LittleEndian(payload.AsSpan(end + 4), value);
            end += 4 + ((key >> 28) switch { 1 or 2 => 1, 3 => 2, _ => 4 });
            payload.AsSpan(end).Clear();
        }

        return new(name, UbxId.CfgValSet, payload[..end], isRequired);
    }
}
