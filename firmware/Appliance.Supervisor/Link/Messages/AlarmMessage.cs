namespace Appliance.Supervisor.Link;

/// <summary>
/// An alarm was raised or went. Kept over a loss of power until the host has recorded it. Drawn in LINK.md.
/// </summary>
public sealed class AlarmMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 28;

    /// <summary>Counts up from 1 over the whole life of the board.</summary>
    public long Number;

    /// <summary><see cref="AlarmKind"/>.</summary>
    public int Kind;

    /// <summary>1 raised, 0 gone.</summary>
    public int Raised;

    /// <summary>Which one: input, I2C address; 0 where there is one only.</summary>
    public int Source;

    /// <summary>Of UnixSeconds: 0 unknown, 1 battery-backed clock, 2 receiver.</summary>
    public int TimeQuality;

    /// <summary>UTC, or 0.</summary>
    public long UnixSeconds;

    /// <summary>Milliseconds since the start in which it happened.</summary>
    public long TicksMs;

    /// <summary>Measured value in the unit of the kind, or 0.</summary>
    public int Value;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Put32(payload, 0, Number);
        payload[4] = (byte)Kind;
        payload[5] = (byte)Raised;
        payload[6] = (byte)Source;
        payload[7] = (byte)TimeQuality;
        LinkBytes.Put64(payload, 8, UnixSeconds);
        LinkBytes.Put64(payload, 16, TicksMs);
        LinkBytes.Put32(payload, 24, Value);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes)
        {
            return false;
        }

        Number = LinkBytes.U32(payload, 0);
        Kind = payload[4];
        Raised = payload[5];
        Source = payload[6];
        TimeQuality = payload[7];
        UnixSeconds = LinkBytes.I64(payload, 8);
        TicksMs = LinkBytes.I64(payload, 16);
        Value = LinkBytes.I32(payload, 24);
        return true;
    }
}
