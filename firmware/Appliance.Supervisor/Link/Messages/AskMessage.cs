namespace Appliance.Supervisor.Link;

/// <summary>Asks for messages out of turn. Drawn in LINK.md.</summary>
public sealed class AskMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 1;

    /// <summary>Bits: 1 hello, 2 battery-backed clock, 4 health, 8 open alarms, 16 update status.</summary>
    public int What;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        payload[0] = (byte)What;
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes)
        {
            return false;
        }

        What = payload[0];
        return true;
    }
}
