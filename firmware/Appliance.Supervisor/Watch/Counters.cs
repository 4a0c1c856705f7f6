using Appliance.Supervisor.Board;
using Appliance.Supervisor.Link;

namespace Appliance.Supervisor.Watch;

/// <summary>
/// What is counted over the life of the board: starts, power cycles, and those in a row for the brake.
/// </summary>
internal sealed class Counters
{
    private readonly KeptRecord record;
    private readonly byte[] bytes = new byte[12];

    public Counters(Memory memory)
    {
        record = new KeptRecord(memory, Places.Counters, bytes.Length);
        if (record.Load(bytes))
        {
            Starts = LinkBytes.U32(bytes, 0);
            PowerCycles = (int)LinkBytes.U32(bytes, 4);
            CyclesInRow = LinkBytes.U16(bytes, 8);
        }

        Starts++;
        IsKept = Store();
    }

    /// <summary>Starts of the chip; its low bits are the session of the link.</summary>
    public long Starts { get; }

    public int PowerCycles { get; set; }

    public int CyclesInRow { get; set; }

    /// <summary>The memory took the count of this start.</summary>
    public bool IsKept { get; }

    public bool Store()
    {
        LinkBytes.Put32(bytes, 0, Starts);
        LinkBytes.Put32(bytes, 4, PowerCycles);
        LinkBytes.PutU16(bytes, 8, CyclesInRow);
        return record.Store(bytes);
    }
}
