namespace Appliance.Supervisor.Link;

/// <summary>
/// The signed head of an update: everything that the chip believes about the image. The signature is ECDSA P-256 over
/// SHA-256 of the <see cref="SignedBytes"/> bytes before it. Drawn in LINK.md.
/// </summary>
public sealed class UpdateBeginMessage
{
    /// <summary>Bytes that the signature covers.</summary>
    public const int SignedBytes = 56;

    /// <summary>Length of the payload.</summary>
    public const int Bytes = SignedBytes + 64;

    /// <summary>What the signed bytes begin with, so that no other signature of this key fits: "ICRSUPV1".</summary>
    public static readonly byte[] Mark = new byte[]
    {
        (byte)'I', (byte)'C', (byte)'R', (byte)'S', (byte)'U', (byte)'P', (byte)'V', (byte)'1',
    };

    /// <summary>The board that the image is for.</summary>
    public long Board;

    /// <summary>Counts up with each release that mends a weakness; never goes back.</summary>
    public long Rollback;

    /// <summary>Version as in <see cref="HelloMessage.Software"/>.</summary>
    public long Software;

    /// <summary>Length of the image.</summary>
    public long Length;

    /// <summary>SHA-256 of the image.</summary>
    public byte[] Hash = new byte[32];

    /// <summary>r and s, most significant byte first.</summary>
    public byte[] Signature = new byte[64];

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Copy(Mark, 0, payload, 0, 8);
        LinkBytes.Put32(payload, 8, Board);
        LinkBytes.Put32(payload, 12, Rollback);
        LinkBytes.Put32(payload, 16, Software);
        LinkBytes.Put32(payload, 20, Length);
        LinkBytes.Copy(Hash, 0, payload, 24, 32);
        LinkBytes.Copy(Signature, 0, payload, SignedBytes, 64);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length or mark is wrong. The signature is not checked here.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes)
        {
            return false;
        }

        for (int i = 0; i < Mark.Length; i++)
        {
            if (payload[i] != Mark[i])
            {
                return false;
            }
        }

        Board = LinkBytes.U32(payload, 8);
        Rollback = LinkBytes.U32(payload, 12);
        Software = LinkBytes.U32(payload, 16);
        Length = LinkBytes.U32(payload, 20);
        LinkBytes.Copy(payload, 24, Hash, 0, 32);
        LinkBytes.Copy(payload, SignedBytes, Signature, 0, 64);
        return true;
    }
}
