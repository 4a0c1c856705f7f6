namespace Appliance.Supervisor.Link;

/// <summary>The host has recorded an alarm durably; the chip forgets it. Drawn in LINK.md.</summary>
public sealed class AlarmRecordedMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 4;

    /// <summary>Of the alarm.</summary>
    public long Number;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Put32(payload, 0, Number);
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
        return true;
    }
}
