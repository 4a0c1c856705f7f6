namespace Appliance.Supervisor.Link;

/// <summary>The host lives. Feeds its watchdog. Drawn in LINK.md.</summary>
public sealed class HeartbeatMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 8;

    /// <summary>Of the daemon.</summary>
    public long UptimeSeconds;

    /// <summary>0 starting, 1 recording, 2 impaired, 3 stopping.</summary>
    public int State;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Put32(payload, 0, UptimeSeconds);
        payload[4] = (byte)State;
        payload[5] = 0;
        LinkBytes.PutU16(payload, 6, 0);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length or a reserved byte is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes || !LinkBytes.AreZero(payload, 5, 3))
        {
            return false;
        }

        UptimeSeconds = LinkBytes.U32(payload, 0);
        State = payload[4];
        return true;
    }
}
