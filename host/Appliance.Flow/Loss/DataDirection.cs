using System.Runtime.InteropServices;

namespace Appliance.Flow;

/// <summary>How much one direction of a followed TCP flow has told of itself.</summary>
internal enum DirectionState : byte
{
    /// <summary>Nothing.</summary>
    Unseen,

    /// <summary>
    /// Only what the other direction acknowledged: data may be under way, so nothing counts as missing.
    /// </summary>
    Acknowledged,

    /// <summary>Packets of the direction itself.</summary>
    Shown,
}

/// <summary>
/// The sequence space of one direction of a TCP flow, as one leg shows it. A hole is a stretch that the leg stepped
/// over. It is filled by what comes late or again, and is lost to the mirror once the receiver has acknowledged it and
/// the time for stragglers is over: the network carried it, the leg never showed it. A hole that the network itself
/// made is not acknowledged before the repetition fills it. Numbers wrap; all comparisons are by signed difference.
/// <code>
///  shown ---- | hole | shown | later holes ... | shown ---- High
///         HoleFrom                         HoleEnd = High when the hole was taken up
/// </code>
/// </summary>
[StructLayout(LayoutKind.Sequential, Pack = 4, Size = 28)]
internal struct DataDirection
{
    /// <summary>One after the highest sequence number shown or acknowledged.</summary>
    public uint High;

    /// <summary>Highest acknowledgment of the other direction.</summary>
    public uint Acked;

    /// <summary>
    /// Where the hole that waits for its verdict begins, and where nothing more of it can be missing.
    /// </summary>
    public uint HoleFrom;
    public uint HoleEnd;

    /// <summary>Bytes of it that are missing.</summary>
    public uint Hole;

    /// <summary>Bytes missing of the holes behind it; 0 where there is none before them.</summary>
    public uint LaterHoles;

    /// <summary>Milliseconds, cut to 16 bits, since when the hole waits.</summary>
    public ushort HoleAtMs;
    public DirectionState State;
    public bool HasFin;

    /// <summary>Takes a segment; returns how many bytes of it are shown for the first time.</summary>
    /// <param name="sequence">First sequence number.</param>
    /// <param name="length">Sequence numbers that it takes: payload, and one each for SYN and FIN.</param>
    /// <param name="nowMs">Time.</param>
    public int Show(uint sequence, int length, uint nowMs)
    {
        uint end = sequence + (uint)length;
        int ahead = (int)(sequence - High);
        if (State == DirectionState.Shown && ahead == 0)
        {
            High = end;
            return length;
        }

        if (State != DirectionState.Shown)
        {
            Begin(sequence, end);
            return length;
        }

        if (ahead > 0)
        {
            StepOver(sequence, nowMs);
            High = end;
            return length;
        }

        int filled = Hole != 0 && length > 1 ? Fill(sequence, end) : 0;
        int fresh = Math.Max(0, (int)(end - High));
        High += (uint)fresh;
        return filled + fresh;
    }

    /// <summary>Takes an acknowledgment of the other direction.</summary>
    public void Acknowledge(uint number, uint nowMs)
    {
        if (State == DirectionState.Shown)
        {
            if ((int)(number - Acked) > 0)
            {
                Acked = number;
                if ((int)(number - High) > 0)
                {
                    StepOver(number, nowMs);
                }
            }
        }
        else if (State == DirectionState.Unseen || (int)(number - High) > 0)
        {
            High = Acked = number;
            State = DirectionState.Acknowledged;
        }
    }

    /// <summary>Bytes whose verdict is lost since the last call.</summary>
    public uint Settle(uint nowMs)
    {
        if (Hole == 0 || (ushort)(nowMs - HoleAtMs) < Limits.LossGraceMs || (int)(Acked - HoleEnd) < 0)
        {
            return 0;
        }

        uint lost = Hole;
        TakeUpLater(nowMs);
        return lost;
    }

    /// <summary>True for a first segment of another connection: all that was known is void.</summary>
    public readonly bool IsAnother(uint sequence, int length) =>
        State == DirectionState.Shown && sequence + (uint)length != High && sequence + 1 != High;

    private void Begin(uint sequence, uint end)
    {
        // What was acknowledged before may have been in flight when the flow was first seen.
        bool isNewer = State == DirectionState.Unseen || (int)(end - High) > 0;
        High = isNewer ? end : High;
        Acked = State == DirectionState.Unseen ? sequence : Acked;
        State = DirectionState.Shown;
    }

    private void StepOver(uint to, uint nowMs)
    {
        uint missing = to - High;
        if (missing > Limits.LossHoleBytesMax)
        {
            // Another connection whose start was not shown, or a leg that was dark: no estimate from it.
            Hole = LaterHoles = 0;
        }
        else if (Hole == 0)
        {
            Hole = missing;
            HoleFrom = High;
            HoleEnd = to;
            HoleAtMs = (ushort)nowMs;
        }
        else
        {
            LaterHoles += missing;
        }

        High = to;
    }

    private int Fill(uint sequence, uint end)
    {
        if ((int)(end - HoleFrom) <= 0)
        {
            return 0;
        }

        bool isLater = (int)(sequence - HoleEnd) >= 0;
        uint filled = Math.Min(end - sequence, isLater ? LaterHoles : Hole);
        if (isLater)
        {
            LaterHoles -= filled;
            return (int)filled;
        }

        Hole -= filled;
        if (Hole == 0)
        {
            TakeUpLater((uint)HoleAtMs);
        }

        return (int)filled;
    }

    private void TakeUpLater(uint nowMs)
    {
        Hole = LaterHoles;
        LaterHoles = 0;
        HoleFrom = HoleEnd;
        HoleEnd = High;
        HoleAtMs = (ushort)nowMs;
    }
}
