namespace Appliance.Supervisor.Link;

/// <summary>Finishes, abandons, starts or confirms an update. Drawn in LINK.md.</summary>
public sealed class UpdateCommandMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 4;

    /// <summary>
    /// 1 all blocks are sent: check and stage; 2 abandon; 3 the new image works: keep it; 4 start anew with what is
    /// staged.
    /// </summary>
    public int Action;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        payload[0] = (byte)Action;
        payload[1] = 0;
        LinkBytes.PutU16(payload, 2, 0);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length or a reserved byte is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes || !LinkBytes.AreZero(payload, 1, 3))
        {
            return false;
        }

        Action = payload[0];
        return true;
    }
}
