namespace Appliance.Supervisor.Link;

/// <summary>Bytes of the receiver, as they came, with their place in its stream. Drawn in LINK.md.</summary>
public sealed class GnssBytesMessage
{
    /// <summary>Bytes before the receiver's.</summary>
    public const int HeadBytes = 12;

    /// <summary>Place of the first byte in all that the receiver said since the chip's start; wraps at 2^32.</summary>
    public long StreamOffset;

    /// <summary>The chip's milliseconds when the first byte was read.</summary>
    public long TicksMs;

    /// <summary>Bytes in use.</summary>
    public int Count;

    /// <summary>The bytes.</summary>
    public byte[] Data = new byte[LinkLimits.GnssBytesMax];

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Put32(payload, 0, StreamOffset);
        LinkBytes.Put64(payload, 4, TicksMs);
        LinkBytes.Copy(Data, 0, payload, HeadBytes, Count);
        return HeadBytes + Count;
    }

    /// <summary>Reads a payload; false where its length is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length <= HeadBytes || length > HeadBytes + LinkLimits.GnssBytesMax)
        {
            return false;
        }

        StreamOffset = LinkBytes.U32(payload, 0);
        TicksMs = LinkBytes.I64(payload, 4);
        Count = length - HeadBytes;
        LinkBytes.Copy(payload, HeadBytes, Data, 0, Count);
        return true;
    }
}
