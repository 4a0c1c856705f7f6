namespace Appliance.Supervisor.Link;

/// <summary>The host has evicted its keys because of an alarm. Drawn in LINK.md.</summary>
public sealed class KeysEvictedMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 4;

    /// <summary>Of the alarm.</summary>
    public long AlarmNumber;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Put32(payload, 0, AlarmNumber);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes)
        {
            return false;
        }

        AlarmNumber = LinkBytes.U32(payload, 0);
        return true;
    }
}
