namespace Appliance.Supervisor.Link;

/// <summary>Bytes of an image. Drawn in LINK.md.</summary>
public sealed class UpdateBlockMessage
{
    /// <summary>Place of the first byte in the image; a multiple of the longest block.</summary>
    public long Offset;

    /// <summary>Bytes in use; only the last block of an image is shorter than the longest.</summary>
    public int Count;

    /// <summary>The bytes.</summary>
    public byte[] Data = new byte[LinkLimits.UpdateBlockBytesMax];

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Put32(payload, 0, Offset);
        LinkBytes.Copy(Data, 0, payload, 4, Count);
        return 4 + Count;
    }

    /// <summary>Reads a payload; false where its length or place is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length < 5 || length > 4 + LinkLimits.UpdateBlockBytesMax)
        {
            return false;
        }

        Offset = LinkBytes.U32(payload, 0);
        Count = length - 4;
        LinkBytes.Copy(payload, 4, Data, 0, Count);
        return Offset % LinkLimits.UpdateBlockBytesMax == 0;
    }
}
