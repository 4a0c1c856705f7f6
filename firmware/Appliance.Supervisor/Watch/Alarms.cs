using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Watch;

/// <summary>
/// Alarms: which stand, and which the host has not recorded yet. What must not be forgotten is kept over a loss of
/// power and told again to each host that starts, until AlarmRecorded names it. When the memory is full a tamper
/// takes the place of the newest alarm that is none; anything else is told and not kept.
/// </summary>
internal sealed class Alarms
{
    /// <summary>Alarms that are kept: two pages each, up to the first image.</summary>
    public const int KeptMax = 16;

    private readonly IBoard board;
    private readonly LinkPort link;
    private readonly WallClock time;
    private readonly KeptRecord[] records = new KeptRecord[KeptMax];
    private readonly AlarmMessage[] kept = new AlarmMessage[KeptMax];
    private readonly bool[] isTold = new bool[KeptMax];
    private readonly AlarmMessage message = new AlarmMessage();
    private readonly byte[] payload = new byte[AlarmMessage.Bytes];
    private int session = -1;
    private int underWay = -1;

    public Alarms(IBoard board, LinkPort link, WallClock time, Memory memory)
    {
        this.board = board;
        this.link = link;
        this.time = time;
        for (int i = 0; i < KeptMax; i++)
        {
            records[i] = new KeptRecord(memory, Places.FirstAlarm + i, AlarmMessage.Bytes);
            kept[i] = new AlarmMessage();
            if (records[i].Load(payload))
            {
                kept[i].Read(payload, AlarmMessage.Bytes);
                LastNumber = kept[i].Number > LastNumber ? kept[i].Number : LastNumber;
            }
        }
    }

    /// <summary>Highest number so far; the latches keep it too, because recorded alarms are erased.</summary>
    public long LastNumber { get; set; }

    /// <summary>Bit n: an alarm of kind n stands.</summary>
    public long Active { get; private set; }

    /// <summary>Kind that was raised last, for the panel.</summary>
    public int LastKind { get; private set; }

    public bool IsActive(int kind) => (Active & (1L << kind)) != 0;

    /// <summary>Raises or clears a kind where that is news.</summary>
    public void Set(int kind, bool on, int source, int value)
    {
        if (on != IsActive(kind))
        {
            Active = on ? Active | (1L << kind) : Active & ~(1L << kind);
            Tell(kind, on, source, value);
        }
    }

    /// <summary>Tells of one among several of a kind; the caller knows which of them stand.</summary>
    public void SetOneOf(int kind, bool on, int source, int value, bool anyLeft)
    {
        Active = anyLeft ? Active | (1L << kind) : Active & ~(1L << kind);
        Tell(kind, on, source, value);
    }

    /// <summary>Marks what stood before this start, without telling it again.</summary>
    public void Stands(int kind) => Active |= 1L << kind;

    /// <summary>The host has it durably.</summary>
    public void Recorded(long number)
    {
        for (int i = 0; i < KeptMax; i++)
        {
            if (number > 0 && kept[i].Number == number)
            {
                kept[i].Number = 0;
                kept[i].Write(payload);
                records[i].Store(payload);
            }
        }
    }

    /// <summary>Alarms that wait to be recorded.</summary>
    public int Unrecorded()
    {
        int count = 0;
        for (int i = 0; i < KeptMax; i++)
        {
            count += kept[i].Number > 0 ? 1 : 0;
        }

        return count;
    }

    /// <summary>Tells everything that is kept once more.</summary>
    public void TellAgain()
    {
        for (int i = 0; i < KeptMax; i++)
        {
            isTold[i] = false;
        }
    }

    /// <summary>Tells what is not told yet, the oldest first, and all anew to a host that started.</summary>
    public void Poll()
    {
        if (link.PeerSession != session)
        {
            // What is under way reaches the new host as it is.
            session = link.PeerSession;
            TellAgain();
            if (link.Waiting > 0 && underWay >= 0)
            {
                isTold[underWay] = true;
            }
        }

        int oldest = -1;
        for (int i = 0; i < KeptMax; i++)
        {
            if (kept[i].Number > 0 && !isTold[i] && (oldest < 0 || kept[i].Number < kept[oldest].Number))
            {
                oldest = i;
            }
        }

        if (oldest >= 0 && link.Waiting == 0)
        {
            underWay = oldest;
            isTold[oldest] = link.Send(LinkKind.Alarm, payload, kept[oldest].Write(payload));
        }
    }

    private void Tell(int kind, bool on, int source, int value)
    {
        LastNumber++;
        LastKind = on ? kind : LastKind;
        message.Number = LastNumber;
        message.Kind = kind;
        message.Raised = on ? 1 : 0;
        message.Source = source;
        message.TimeQuality = time.Quality;
        message.UnixSeconds = time.UnixSeconds;
        message.TicksMs = board.NowMs;
        message.Value = value;
        int place = IsKept(kind) ? Place(kind) : -1;
        message.Write(payload);
        if (place >= 0)
        {
            kept[place].Read(payload, AlarmMessage.Bytes);
            isTold[place] = false;
            records[place].Store(payload);
        }
        else
        {
            link.Send(LinkKind.Alarm, payload, AlarmMessage.Bytes);
        }
    }

    private int Place(int kind)
    {
        int newest = -1;
        for (int i = 0; i < KeptMax; i++)
        {
            if (kept[i].Number == 0)
            {
                return i;
            }

            if (!IsTamper(kept[i].Kind) && (newest < 0 || kept[i].Number > kept[newest].Number))
            {
                newest = i;
            }
        }

        return IsTamper(kind) ? newest : -1;
    }

    private static bool IsTamper(int kind) =>
        kind == AlarmKind.TamperLid || kind == AlarmKind.TamperMesh || kind == AlarmKind.TamperWithoutPower;

    private static bool IsKept(int kind)
    {
        return IsTamper(kind) || kind == AlarmKind.PowerFailing || kind == AlarmKind.HostHung
            || kind == AlarmKind.BootLoop || kind == AlarmKind.ClockStopped || kind == AlarmKind.UpdateFailed
            || kind == AlarmKind.MemoryFault;
    }
}
