namespace Appliance.Supervisor.Link;

/// <summary>Bytes from the host that the chip passes to the receiver. Drawn in LINK.md.</summary>
public sealed class ReceiverBytesMessage
{
    /// <summary>Bytes in use, 1 to the longest payload.</summary>
    public int Count;

    /// <summary>The bytes.</summary>
    public byte[] Data = new byte[LinkLimits.PayloadBytesMax];

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Copy(Data, 0, payload, 0, Count);
        return Count;
    }

    /// <summary>Reads a payload; false where its length is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length < 1 || length > LinkLimits.PayloadBytesMax)
        {
            return false;
        }

        Count = length;
        LinkBytes.Copy(payload, 0, Data, 0, length);
        return true;
    }
}
