using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Clock;

/// <summary>
/// The receiver's line: every byte goes to the host as it came, with its place in the stream; the few messages that the
/// oscillator's loop needs are read here. A receiver that is silent for ten seconds is reset and set up again.
/// </summary>
internal sealed class GnssLine
{
    /// <summary>Without a good frame for so long the receiver counts as silent.</summary>
    public const int SilentMs = 10000;

    private const int ResetMs = 200;
    private readonly IBoard board;
    private readonly LinkPort link;
    private readonly UbxReader reader = new UbxReader();
    private readonly GnssBytesMessage relayed = new GnssBytesMessage();
    private readonly byte[] payload = new byte[LinkLimits.PayloadBytesMax];
    private readonly byte[] frame = new byte[160];
    private long lastGoodMs;
    private long resetAtMs = -1;
    private long pulseTakenMs;

    public GnssLine(IBoard board, LinkPort link)
    {
        this.board = board;
        this.link = link;
        lastGoodMs = board.NowMs;
        board.WritePin(BoardPins.GnssReset, true);
    }

    public ReceiverSetUp SetUp { get; } = new ReceiverSetUp();

    /// <summary>Frames of the receiver that were wrong.</summary>
    public int BadFrames => reader.Bad;

    public bool IsSilent => board.NowMs - lastGoodMs >= SilentMs;

    /// <summary>A new stamp of the oscillator's pulse, once; the loop clears it.</summary>
    public bool HasPhase { get; set; }

    /// <summary>Pulse of the oscillator after the second of GPS, nanoseconds, -500,000,000 to 499,999,999.</summary>
    public int PhaseNs { get; private set; }

    public long PhaseAccuracyNs { get; private set; }

    public int Pulses { get; private set; }

    /// <summary>The receiver says that time and date are resolved, and the stamp's time base is valid.</summary>
    public bool IsTimeValid { get; private set; }

    public int SawtoothPs { get; private set; }

    public bool IsSawtoothValid { get; private set; }

    /// <summary>UTC of the last NAV-PVT, or 0, and the chip's time at which it came.</summary>
    public long UtcSeconds { get; private set; }

    public long UtcAtMs { get; private set; }

    /// <summary>Sends bytes of the host to the receiver.</summary>
    public void Forward(byte[] bytes, int count) => board.WriteUart(BoardPins.GnssUart, bytes, count);

    public void Poll()
    {
        Relay();
        int length = SetUp.Next(frame, board.NowMs);
        if (length > 0)
        {
            board.WriteUart(BoardPins.GnssUart, frame, length);
        }

        Recover();
    }

    private void Relay()
    {
        // A few messages a turn: a receiver that babbles cannot hold the loop.
        for (int turn = 0; turn < 4; turn++)
        {
            int count = board.ReadUart(BoardPins.GnssUart, relayed.Data, LinkLimits.GnssBytesMax);
            if (count <= 0)
            {
                return;
            }

            relayed.Count = count;
            relayed.TicksMs = board.NowMs;
            link.Send(LinkKind.GnssBytes, payload, relayed.Write(payload));
            relayed.StreamOffset = (relayed.StreamOffset + count) & 0xFFFFFFFFL;
            for (int i = 0; i < count; i++)
            {
                if (reader.Take(relayed.Data[i]))
                {
                    lastGoodMs = board.NowMs;
                    Read();
                }
            }
        }
    }

    private void Recover()
    {
        if (resetAtMs >= 0)
        {
            if (board.NowMs - resetAtMs >= ResetMs)
            {
                board.WritePin(BoardPins.GnssReset, true);
                resetAtMs = -1;
                SetUp.Begin();
            }
        }
        else if (IsSilent && board.NowMs - pulseTakenMs >= 6L * SilentMs)
        {
            board.WritePin(BoardPins.GnssReset, false);
            resetAtMs = board.NowMs;
            pulseTakenMs = board.NowMs;
            IsTimeValid = false;
        }
    }

    private void Read()
    {
        byte[] body = reader.Payload;
        int message = (reader.Class << 8) | reader.Id;
        if (message == 0x0D03 && reader.Length >= 28)
        {
            ReadStamp(body);
        }
        else if (message == 0x0D01 && reader.Length >= 16)
        {
            SawtoothPs = LinkBytes.I32(body, 8);
            IsSawtoothValid = (body[14] & 0x10) == 0;
        }
        else if (message == 0x0107 && reader.Length >= 92)
        {
            ReadTime(body);
        }
        else if (reader.Class == 0x05)
        {
            SetUp.Answer(reader.Id == 1, body, reader.Length);
        }
    }

    // TIM-TM2: flags bit 6 time valid, bit 7 new rising edge; towMsR at 8, towSubMsR in ns at 12, accEst at 24.
    private void ReadStamp(byte[] body)
    {
        if ((body[1] & 0x80) == 0)
        {
            return;
        }

        bool isValid = (body[1] & 0x40) != 0;
        int inSecondMs = (int)(LinkBytes.U32(body, 8) % 1000);
        int phase = (inSecondMs * 1000000) + LinkBytes.I32(body, 12);
        PhaseNs = phase >= 500000000 ? phase - 1000000000 : phase;
        PhaseAccuracyNs = LinkBytes.U32(body, 24);
        Pulses = LinkBytes.U16(body, 2);
        HasPhase = isValid && IsTimeValid;
    }

    // NAV-PVT: year u16 at 4, then month, day, hour, minute, second; valid at 11: date, time, fully resolved; fix at
    // 20.
    private void ReadTime(byte[] body)
    {
        int fix = body[20];
        IsTimeValid = (body[11] & 7) == 7 && (fix == 3 || fix == 5) && (body[21] & 1) != 0;
        if (IsTimeValid)
        {
            UtcSeconds = Calendar.ToUnix(
                LinkBytes.U16(body, 4), body[6], body[7], (body[8] * 3600) + (body[9] * 60) + body[10]);
            UtcAtMs = board.NowMs;
        }
    }
}
