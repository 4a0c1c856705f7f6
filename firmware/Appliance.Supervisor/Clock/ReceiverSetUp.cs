using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Clock;

/// <summary>
/// Sets the timing receiver up (ZED-F9T: CFG-VALSET, to RAM, at each start), one message and its acknowledgement at a
/// time: second pulse on the grid of GPS while locked and none otherwise, survey of the position, and the messages that
/// the host's clock and our loop want. A message without an answer goes out again after a second, three times in all.
/// Keys: u-blox F9 TIM 2.20, UBX-21048598.
/// </summary>
internal sealed class ReceiverSetUp
{
    public const int Running = 0;
    public const int Done = 1;
    public const int Failed = 2;

    private const int TriesMax = 3;
    private const int PatienceMs = 1000;

    // Each step: how many pairs, then key and value. Steps before FirstWished must be accepted.
    private static readonly int[][] Steps = new int[][]
    {
        new int[] { 0x30210001, 1000, 0x30210002, 1 },
        new int[]
        {
            0x30050001, 50, 0x20050023, 0, 0x20050030, 1, 0x40050002, 1000000, 0x40050003, 1000000, 0x40050004, 0,
            0x40050005, 100000, 0x10050007, 1, 0x10050008, 1, 0x10050009, 1, 0x1005000A, 1, 0x1005000B, 1,
            0x2005000C, 1,
        },
        new int[] { 0x20030001, 1, 0x40030010, 3600, 0x40030011, 50000 },
        new int[] { 0x20910007, 1, 0x2091017E, 1, 0x20910048, 1, 0x20910061, 10 },
        new int[] { 0x20910179, 1 },
        new int[] { 0x20110021, 2 },
        new int[] { 0x1041000D, 1 },
        new int[] { 0x20910066, 1, 0x2091001B, 1, 0x20910016, 5 },
        new int[] { 0x20910635, 1 },
        new int[] { 0x2091035A, 1 },
    };

    private const int FirstWished = 5;

    private int tries;
    private long sentAtMs;

    /// <summary>How far it is.</summary>
    public int State { get; private set; }

    /// <summary>The step that is under way, or at which it failed.</summary>
    public int Step { get; private set; }

    /// <summary>Begins again: after a reset of the receiver.</summary>
    public void Begin()
    {
        State = Running;
        Step = 0;
        tries = 0;
    }

    /// <summary>The frame to send now; returns its length, 0 where there is none.</summary>
    public int Next(byte[] frame, long nowMs)
    {
        if (State != Running || (tries > 0 && nowMs - sentAtMs < PatienceMs))
        {
            return 0;
        }

        if (tries == TriesMax)
        {
            State = Failed;
            return 0;
        }

        tries++;
        sentAtMs = nowMs;
        return Frame(Steps[Step], frame);
    }

    /// <summary>Takes an acknowledgement (class 5) for CFG-VALSET.</summary>
    public void Answer(bool accepted, byte[] payload, int length)
    {
        if (State != Running || tries == 0 || length < 2 || payload[0] != 0x06 || payload[1] != 0x8A)
        {
            return;
        }

        if (!accepted && Step < FirstWished)
        {
            State = Failed;
            return;
        }

        Step++;
        tries = 0;
        State = Step == Steps.Length ? Done : Running;
    }

    // CFG-VALSET: 0 version | 1 layers (1 RAM) | 2..3 zero | then key u32 and value, whose size bits 28 to 30 say.
    private static int Frame(int[] step, byte[] frame)
    {
        int end = 10;
        LinkBytes.Put32(frame, 6, 0x0100);
        for (int i = 0; i < step.Length; i += 2)
        {
            LinkBytes.Put32(frame, end, step[i]);
            LinkBytes.Put32(frame, end + 4, step[i + 1]);
            int size = step[i] >> 28;
            end += 4 + (size < 3 ? 1 : size == 3 ? 2 : 4);
        }

        return Close(0x06, 0x8A, frame, end - 6);
    }

    /// <summary>Puts head and checksum around a payload that stands at 6; returns the frame's length.</summary>
    public static int Close(int messageClass, int id, byte[] frame, int payloadLength)
    {
        frame[0] = 0xB5;
        frame[1] = 0x62;
        frame[2] = (byte)messageClass;
        frame[3] = (byte)id;
        LinkBytes.PutU16(frame, 4, payloadLength);
        int a = 0;
        int b = 0;
        for (int i = 2; i < 6 + payloadLength; i++)
        {
            a = (a + frame[i]) & 0xFF;
            b = (b + a) & 0xFF;
        }

        frame[6 + payloadLength] = (byte)a;
        frame[7 + payloadLength] = (byte)b;
        return 8 + payloadLength;
    }
}
