namespace Appliance.Supervisor.Link;

/// <summary>
/// Opens the tamper latches after service; refused while an input is open or a newer alarm is unknown to the host.
/// Drawn in LINK.md.
/// </summary>
public sealed class ClearTamperMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 4;

    /// <summary>Highest alarm number that the host knows.</summary>
    public long LastNumber;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Put32(payload, 0, LastNumber);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes)
        {
            return false;
        }

        LastNumber = LinkBytes.U32(payload, 0);
        return true;
    }
}
