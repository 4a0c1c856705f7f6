namespace Appliance.Supervisor.Link;

/// <summary>What the board measures, and what went wrong so far. Drawn in LINK.md.</summary>
public sealed class HealthMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 34;

    /// <summary>Milliseconds since the chip's start.</summary>
    public long TicksMs;

    /// <summary>Input rail.</summary>
    public int SupplyMillivolts;

    /// <summary>Drawn from it.</summary>
    public int SupplyMilliamps;

    /// <summary>Beside the battery-backed clock, 0.001 degrees Celsius.</summary>
    public int BoardMilliC;

    /// <summary>0: standing, or no fan.</summary>
    public int FanRpm;

    /// <summary>Drive, 0 to 100.</summary>
    public int FanPercent;

    /// <summary><see cref="HostState"/>.</summary>
    public int HostState;

    /// <summary>Bit 0 lid, bit 1 mesh: open now.</summary>
    public int TamperNow;

    /// <summary>Bit 0 lid, bit 1 mesh, bit 2 opened without power.</summary>
    public int TamperLatched;

    /// <summary>Bit n: an alarm of kind n stands.</summary>
    public long ActiveAlarms;

    /// <summary>Frames of the host that were wrong.</summary>
    public int LinkBadFrames;

    /// <summary>UBX frames of the receiver that were wrong.</summary>
    public int GnssBadFrames;

    /// <summary>Times that the chip cut the host's power.</summary>
    public int PowerCycles;

    /// <summary>Transfers that failed.</summary>
    public int I2cFaults;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Put64(payload, 0, TicksMs);
        LinkBytes.PutU16(payload, 8, SupplyMillivolts);
        LinkBytes.PutU16(payload, 10, SupplyMilliamps);
        LinkBytes.Put32(payload, 12, BoardMilliC);
        LinkBytes.PutU16(payload, 16, FanRpm);
        payload[18] = (byte)FanPercent;
        payload[19] = (byte)HostState;
        payload[20] = (byte)TamperNow;
        payload[21] = (byte)TamperLatched;
        LinkBytes.Put32(payload, 22, ActiveAlarms);
        LinkBytes.PutU16(payload, 26, LinkBadFrames);
        LinkBytes.PutU16(payload, 28, GnssBadFrames);
        LinkBytes.PutU16(payload, 30, PowerCycles);
        LinkBytes.PutU16(payload, 32, I2cFaults);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes)
        {
            return false;
        }

        TicksMs = LinkBytes.I64(payload, 0);
        SupplyMillivolts = LinkBytes.U16(payload, 8);
        SupplyMilliamps = LinkBytes.U16(payload, 10);
        BoardMilliC = LinkBytes.I32(payload, 12);
        FanRpm = LinkBytes.U16(payload, 16);
        FanPercent = payload[18];
        HostState = payload[19];
        TamperNow = payload[20];
        TamperLatched = payload[21];
        ActiveAlarms = LinkBytes.U32(payload, 22);
        LinkBadFrames = LinkBytes.U16(payload, 26);
        GnssBadFrames = LinkBytes.U16(payload, 28);
        PowerCycles = LinkBytes.U16(payload, 30);
        I2cFaults = LinkBytes.U16(payload, 32);
        return true;
    }
}
