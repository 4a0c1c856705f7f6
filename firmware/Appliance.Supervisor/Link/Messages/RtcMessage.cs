namespace Appliance.Supervisor.Link;

/// <summary>The battery-backed clock. Drawn in LINK.md.</summary>
public sealed class RtcMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 20;

    /// <summary>UTC.</summary>
    public long UnixSeconds;

    /// <summary>The chip's milliseconds at which it was read.</summary>
    public long TicksMs;

    /// <summary>1: set once and its oscillator never stopped since.</summary>
    public int IsValid;

    /// <summary>Of the clock's crystal, 0.01 degrees Celsius.</summary>
    public int TemperatureCentiC;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Put64(payload, 0, UnixSeconds);
        LinkBytes.Put64(payload, 8, TicksMs);
        payload[16] = (byte)IsValid;
        payload[17] = 0;
        LinkBytes.PutU16(payload, 18, TemperatureCentiC);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length or a reserved byte is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes || !LinkBytes.AreZero(payload, 17, 1))
        {
            return false;
        }

        UnixSeconds = LinkBytes.I64(payload, 0);
        TicksMs = LinkBytes.I64(payload, 8);
        IsValid = payload[16];
        TemperatureCentiC = LinkBytes.I16(payload, 18);
        return true;
    }
}
