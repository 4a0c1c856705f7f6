namespace Appliance.Supervisor.Link;

/// <summary>The host asks to be switched off. Drawn in LINK.md.</summary>
public sealed class PowerRequestMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 4;

    /// <summary>1 off and on again; 2 off until the button is pressed; 3 take back.</summary>
    public int Action;

    /// <summary>Time for its own shutdown, 0 to 600.</summary>
    public int AfterSeconds;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        payload[0] = (byte)Action;
        payload[1] = 0;
        LinkBytes.PutU16(payload, 2, AfterSeconds);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length or a reserved byte is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes || !LinkBytes.AreZero(payload, 1, 1))
        {
            return false;
        }

        Action = payload[0];
        AfterSeconds = LinkBytes.U16(payload, 2);
        return true;
    }
}
