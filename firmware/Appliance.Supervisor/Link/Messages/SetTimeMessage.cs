namespace Appliance.Supervisor.Link;

/// <summary>Sets the battery-backed clock. Drawn in LINK.md.</summary>
public sealed class SetTimeMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 16;

    /// <summary>UTC at the moment of sending.</summary>
    public long UnixSeconds;

    /// <summary>Half width of the host's bound; above 1,000 it is not taken.</summary>
    public long AccuracyMs;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Put64(payload, 0, UnixSeconds);
        LinkBytes.Put32(payload, 8, AccuracyMs);
        LinkBytes.Put32(payload, 12, 0);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length or a reserved byte is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes || !LinkBytes.AreZero(payload, 12, 4))
        {
            return false;
        }

        UnixSeconds = LinkBytes.I64(payload, 0);
        AccuracyMs = LinkBytes.U32(payload, 8);
        return true;
    }
}
