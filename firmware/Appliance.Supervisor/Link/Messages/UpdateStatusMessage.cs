namespace Appliance.Supervisor.Link;

/// <summary>How far an update of the chip is. Drawn in LINK.md.</summary>
public sealed class UpdateStatusMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 16;

    /// <summary><see cref="UpdatePhase"/>.</summary>
    public int Phase;

    /// <summary><see cref="UpdateReason"/>.</summary>
    public int Reason;

    /// <summary>Slot that is written or tried, 0 or 1.</summary>
    public int Slot;

    /// <summary>Slot that runs now.</summary>
    public int RunningSlot;

    /// <summary>First byte that is wanted next.</summary>
    public long NextOffset;

    /// <summary>Lowest rollback number that is accepted.</summary>
    public long RollbackFloor;

    /// <summary>How far the check of the signature is.</summary>
    public int VerifyPermille;

    /// <summary>1: the chip holds the key that signs updates; 0: it takes the first that is given.</summary>
    public int HoldsKey;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        payload[0] = (byte)Phase;
        payload[1] = (byte)Reason;
        payload[2] = (byte)Slot;
        payload[3] = (byte)RunningSlot;
        LinkBytes.Put32(payload, 4, NextOffset);
        LinkBytes.Put32(payload, 8, RollbackFloor);
        LinkBytes.PutU16(payload, 12, VerifyPermille);
        payload[14] = (byte)HoldsKey;
        payload[15] = 0;
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length or a reserved byte is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes || !LinkBytes.AreZero(payload, 15, 1))
        {
            return false;
        }

        Phase = payload[0];
        Reason = payload[1];
        Slot = payload[2];
        RunningSlot = payload[3];
        NextOffset = LinkBytes.U32(payload, 4);
        RollbackFloor = LinkBytes.U32(payload, 8);
        VerifyPermille = LinkBytes.U16(payload, 12);
        HoldsKey = payload[14];
        return true;
    }
}
