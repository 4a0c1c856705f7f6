namespace Appliance.Supervisor.Link;

/// <summary>The P-256 key that signs updates of the chip; taken once, while it has none. Drawn in LINK.md.</summary>
public sealed class ProvisionKeyMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 64;

    /// <summary>x and y, most significant byte first.</summary>
    public byte[] PublicKey = new byte[64];

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Copy(PublicKey, 0, payload, 0, 64);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes)
        {
            return false;
        }

        LinkBytes.Copy(payload, 0, PublicKey, 0, 64);
        return true;
    }
}
