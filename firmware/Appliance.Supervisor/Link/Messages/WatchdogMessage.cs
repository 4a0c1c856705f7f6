namespace Appliance.Supervisor.Link;

/// <summary>Arms or disarms the watchdog of the host. Drawn in LINK.md.</summary>
public sealed class WatchdogMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 4;

    /// <summary>1 arms, 0 disarms.</summary>
    public int Arm;

    /// <summary>5 to 600; 0 when disarmed.</summary>
    public int TimeoutSeconds;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        payload[0] = (byte)Arm;
        payload[1] = 0;
        LinkBytes.PutU16(payload, 2, TimeoutSeconds);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length or a reserved byte is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes || !LinkBytes.AreZero(payload, 1, 1))
        {
            return false;
        }

        Arm = payload[0];
        TimeoutSeconds = LinkBytes.U16(payload, 2);
        return true;
    }
}
