using Appliance.Supervisor.Board;
using Appliance.Supervisor.Clock;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.SelfTest;

/// <summary>
/// A timing receiver: acknowledges CFG-VALSET, and when it is set up sends NAV-PVT, TIM-TP and TIM-TM2 each second.
/// Its stamp has five nanoseconds of noise, and whatever error a scenario gives it.
/// </summary>
internal sealed class SimulatedReceiver
{
    private readonly SimulatedBoard board;
    private readonly byte[] frame = new byte[300];
    private readonly UbxReader reader = new UbxReader();
    private readonly int[] date = new int[3];
    private long noise = 777;

    public SimulatedReceiver(SimulatedBoard board)
    {
        this.board = board;
    }

    public ByteQueue ToChip { get; } = new ByteQueue(8192);

    /// <summary>It answers and sends at all.</summary>
    public bool IsAlive { get; set; } = true;

    /// <summary>It has a fix.</summary>
    public bool HasFix { get; set; } = true;

    /// <summary>It refuses this step of the set-up, counted from 1; 0: none.</summary>
    public int RefusesStep { get; set; }

    /// <summary>It sends noise instead of messages.</summary>
    public bool Babbles { get; set; }

    /// <summary>Error of its time, picoseconds.</summary>
    public long ErrorPs { get; set; }

    /// <summary>UTC at world time zero.</summary>
    public long EpochSeconds { get; set; } = 1800000000;

    /// <summary>Messages of the set-up that it took.</summary>
    public int StepsTaken { get; private set; }

    public int Resets { get; private set; }

    public bool HasPulse => IsAlive && HasFix;

    public void Reset()
    {
        Resets++;
        StepsTaken = 0;
    }

    /// <summary>Bytes from the chip.</summary>
    public void Take(byte[] bytes, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (reader.Take(bytes[i]) && IsAlive && reader.Class == 0x06)
            {
                StepsTaken++;
                frame[6] = (byte)reader.Class;
                frame[7] = (byte)reader.Id;
                Send(0x05, StepsTaken == RefusesStep ? 0 : 1, 2);
            }
        }
    }

    public void Second()
    {
        if (!IsAlive)
        {
            return;
        }

        if (Babbles)
        {
            Babble();
            return;
        }

        if (StepsTaken > 0)
        {
            SendTime();
            SendPulse();
            SendStamp();
        }
    }

    private void SendTime()
    {
        Blank();
        long unix = EpochSeconds + (board.WorldMs / 1000);
        Calendar.FromDays(unix / 86400, date);
        int second = (int)(unix % 86400);
        LinkBytes.PutU16(frame, 6 + 4, date[0]);
        frame[6 + 6] = (byte)date[1];
        frame[6 + 7] = (byte)date[2];
        frame[6 + 8] = (byte)(second / 3600);
        frame[6 + 9] = (byte)((second / 60) % 60);
        frame[6 + 10] = (byte)(second % 60);
        frame[6 + 11] = (byte)(HasFix ? 7 : 0);
        frame[6 + 20] = (byte)(HasFix ? 5 : 0);
        frame[6 + 21] = (byte)(HasFix ? 1 : 0);
        Send(0x01, 0x07, 92);
    }

    private void SendPulse()
    {
        Blank();
        LinkBytes.Put32(frame, 6 + 8, (Next() % 8000) - 4000);
        Send(0x0D, 0x01, 16);
    }

    private void SendStamp()
    {
        Blank();
        long ps = board.Oscillator.PhasePs - ErrorPs + (Next() % 10000) - 5000;
        long ns = ps >= 0 ? ps / 1000 : (ps - 999) / 1000;
        ns = ((ns % 1000000000) + 1000000000) % 1000000000;
        frame[6 + 1] = (byte)(0x80 | (HasFix ? 0x40 : 0));
        LinkBytes.PutU16(frame, 6 + 2, board.Oscillator.Pulses);
        LinkBytes.Put32(frame, 6 + 8, (board.WorldMs / 1000 * 1000 % 604800000) + (ns / 1000000));
        LinkBytes.Put32(frame, 6 + 12, ns % 1000000);
        LinkBytes.Put32(frame, 6 + 24, 5);
        Send(0x0D, 0x03, 28);
    }

    private void Babble()
    {
        for (int i = 0; i < 250; i++)
        {
            frame[i] = (byte)(i % 50 == 0 ? 0xB5 : i % 50 == 1 ? 0x62 : (int)Next());
        }

        for (int i = 0; i < 40; i++)
        {
            ToChip.Put(frame, 250);
        }
    }

    private void Blank()
    {
        for (int i = 0; i < frame.Length; i++)
        {
            frame[i] = 0;
        }
    }

    private void Send(int messageClass, int id, int length) =>
        ToChip.Put(frame, ReceiverSetUp.Close(messageClass, id, frame, length));

    private long Next()
    {
        noise = ((noise * 1664525) + 1013904223) & 0xFFFFFFFFL;
        return noise >> 8;
    }
}
