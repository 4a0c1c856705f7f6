using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Watch;

/// <summary>
/// The tamper inputs. An input that opens pulls the host's line at once, before anything is written or sent: the host
/// evicts its keys on the line. Then the latch is kept over a loss of power, then the alarm goes out. The latch opens
/// only by ClearTamper, with every input closed and every alarm known to the host.
/// </summary>
internal sealed class Tamper
{
    public const int Lid = 1;
    public const int Mesh = 2;
    public const int WithoutPower = 4;

    private readonly IBoard board;
    private readonly Alarms alarms;
    private readonly KeptRecord record;
    private readonly byte[] bytes = new byte[8];
    private int before;
    private bool isFirst = true;
    private bool isStored = true;

    public Tamper(IBoard board, Alarms alarms, Memory memory)
    {
        this.board = board;
        this.alarms = alarms;
        record = new KeptRecord(memory, Places.Latches, bytes.Length);
        if (record.Load(bytes))
        {
            Latched = bytes[0];
            long last = LinkBytes.U32(bytes, 4);
            alarms.LastNumber = last > alarms.LastNumber ? last : alarms.LastNumber;
        }

        Stand();
        board.WritePin(BoardPins.HostTamper, Latched == 0);
    }

    /// <summary>Inputs that are open now.</summary>
    public int Now { get; private set; }

    /// <summary>What was open since it was cleared.</summary>
    public int Latched { get; private set; }

    /// <summary>
    /// Every turn: two equal readings 10 ms apart are believed; a chattering switch latches all the same.
    /// </summary>
    public void Poll()
    {
        int read = (board.ReadPin(BoardPins.TamperLid) ? Lid : 0) | (board.ReadPin(BoardPins.TamperLoop) ? Mesh : 0);
        int both = read & before;
        Now = read | (Now & before);
        before = read;
        int opened = both & ~Latched;
        if (opened != 0)
        {
            Latch(opened);
        }

        if (!isStored)
        {
            Store();
        }
    }

    /// <summary>Opens the latches; false where an input is open or the host does not know every alarm.</summary>
    public bool Clear(long lastNumber)
    {
        if (Now != 0 || lastNumber < alarms.LastNumber || Latched == 0)
        {
            return Latched == 0;
        }

        int was = Latched;
        Latched = 0;
        if (!Store())
        {
            Latched = was;
            return false;
        }

        board.WritePin(BoardPins.HostTamper, true);
        alarms.Set(AlarmKind.TamperLid, false, 0, 0);
        alarms.Set(AlarmKind.TamperMesh, false, 0, 0);
        alarms.Set(AlarmKind.TamperWithoutPower, false, 0, 0);
        return true;
    }

    private void Latch(int opened)
    {
        board.WritePin(BoardPins.HostTamper, false);

        // Open at the first look: nobody knows since when, so it counts as opened without power.
        Latched |= IsEarly() ? opened | WithoutPower : opened;
        Store();
        if ((opened & Lid) != 0)
        {
            alarms.Set(AlarmKind.TamperLid, true, Lid, 0);
        }

        if ((opened & Mesh) != 0)
        {
            alarms.Set(AlarmKind.TamperMesh, true, Mesh, 0);
        }

        alarms.Set(AlarmKind.TamperWithoutPower, (Latched & WithoutPower) != 0, opened, 0);
        Store();
    }

    private bool IsEarly()
    {
        bool early = isFirst && board.NowMs < 1000;
        isFirst = false;
        return early;
    }

    private bool Store()
    {
        bytes[0] = (byte)Latched;
        LinkBytes.Put32(bytes, 4, alarms.LastNumber);
        isStored = record.Store(bytes);
        return isStored;
    }

    private void Stand()
    {
        if ((Latched & Lid) != 0)
        {
            alarms.Stands(AlarmKind.TamperLid);
        }

        if ((Latched & Mesh) != 0)
        {
            alarms.Stands(AlarmKind.TamperMesh);
        }

        if ((Latched & WithoutPower) != 0)
        {
            alarms.Stands(AlarmKind.TamperWithoutPower);
        }
    }
}
