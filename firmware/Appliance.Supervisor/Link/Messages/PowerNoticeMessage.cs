namespace Appliance.Supervisor.Link;

/// <summary>Power of the host will be cut, or was. Drawn in LINK.md.</summary>
public sealed class PowerNoticeMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 16;

    /// <summary><see cref="PowerReason"/>.</summary>
    public int Reason;

    /// <summary>1 will be cut, 2 was cut and is back, 3 stays off: the brake holds.</summary>
    public int Phase;

    /// <summary>Until it is cut (phase 1), or until the next try (phase 3).</summary>
    public int Seconds;

    /// <summary>Cuts so far.</summary>
    public long Cycles;

    /// <summary>UTC, or 0.</summary>
    public long UnixSeconds;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        payload[0] = (byte)Reason;
        payload[1] = (byte)Phase;
        LinkBytes.PutU16(payload, 2, Seconds);
        LinkBytes.Put32(payload, 4, Cycles);
        LinkBytes.Put64(payload, 8, UnixSeconds);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes)
        {
            return false;
        }

        Reason = payload[0];
        Phase = payload[1];
        Seconds = LinkBytes.U16(payload, 2);
        Cycles = LinkBytes.U32(payload, 4);
        UnixSeconds = LinkBytes.I64(payload, 8);
        return true;
    }
}
