namespace Appliance.Supervisor.Link;

/// <summary>
/// Who speaks: the first message of a session, and the answer to <see cref="AskMessage"/>. Its layout never
/// changes. Drawn in LINK.md.
/// </summary>
public sealed class HelloMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 24;

    /// <summary>Lowest version spoken.</summary>
    public int ProtocolMin;

    /// <summary>Highest version spoken.</summary>
    public int ProtocolMax;

    /// <summary><see cref="LinkRole"/>.</summary>
    public int Role;

    /// <summary>Chip: 1 power, 2 update, 3 fault of the firmware; 0 from the host.</summary>
    public int ResetCause;

    /// <summary>Version as major * 65,536 + minor * 256 + patch.</summary>
    public long Software;

    /// <summary>Starts so far; 0 from the host.</summary>
    public long StartCount;

    /// <summary>Lowest rollback number that an update may have; 0 from the host.</summary>
    public long RollbackFloor;

    /// <summary>First bytes of SHA-256 of the running image; zero where unknown.</summary>
    public byte[] ImageHash = new byte[8];

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        payload[0] = (byte)ProtocolMin;
        payload[1] = (byte)ProtocolMax;
        payload[2] = (byte)Role;
        payload[3] = (byte)ResetCause;
        LinkBytes.Put32(payload, 4, Software);
        LinkBytes.Put32(payload, 8, StartCount);
        LinkBytes.Put32(payload, 12, RollbackFloor);
        LinkBytes.Copy(ImageHash, 0, payload, 16, 8);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes)
        {
            return false;
        }

        ProtocolMin = payload[0];
        ProtocolMax = payload[1];
        Role = payload[2];
        ResetCause = payload[3];
        Software = LinkBytes.U32(payload, 4);
        StartCount = LinkBytes.U32(payload, 8);
        RollbackFloor = LinkBytes.U32(payload, 12);
        LinkBytes.Copy(payload, 16, ImageHash, 0, 8);
        return true;
    }
}
