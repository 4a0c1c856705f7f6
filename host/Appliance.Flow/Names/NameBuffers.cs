using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>One direction of one flow: who a buffer belongs to.</summary>
internal readonly record struct NameOwner(Ip Source, Ip Destination, uint Ports, uint Token)
{
    public static NameOwner Of(in PacketView view, uint token) =>
        new(view.Source, view.Destination, ((uint)view.SourcePort << 16) | view.DestinationPort, token);
}

/// <summary>
/// Buffers for hellos that come in pieces, in any order. All are taken at start. When none is free, one whose hello
/// stopped long ago gives way; else there is none, which the caller counts. Number 0 is the scratch buffer of the
/// packet at hand, the others are handed out.
/// </summary>
internal sealed class NameBuffers
{
    private readonly byte[] bytes;
    private readonly Buffer[] buffers;
    private readonly ushort[] free;
    private int freeCount;
    private int hand = 1;

    public NameBuffers(int count)
    {
        bytes = new byte[(count + 1) * Limits.NameBufferBytes];
        buffers = new Buffer[count + 1];
        free = new ushort[count];
        for (int i = 0; i < buffers.Length; i++)
        {
            buffers[i].Ranges = new Range[Limits.NameRangesMax];
        }

        for (int i = count; i > 0; i--)
        {
            free[freeCount++] = (ushort)i;
        }
    }

    /// <summary>Buffers that no flow holds.</summary>
    public int Free => freeCount;

    /// <summary>Takes a buffer, empty; 0 where there is none.</summary>
    public ushort Take(in NameOwner owner, long stampNs)
    {
        ushort number = freeCount > 0 ? free[--freeCount] : Steal(stampNs);
        if (number != 0)
        {
            Reset(number, owner, stampNs);
        }

        return number;
    }

    /// <summary>Empties a buffer for a new owner.</summary>
    public void Reset(ushort number, in NameOwner owner, long stampNs)
    {
        ref Buffer buffer = ref buffers[number];
        buffer.Owner = owner;
        buffer.StampNs = stampNs;
        buffer.RangeCount = 0;
        buffer.HasKeys = false;
        buffer.IsTaken = number != 0;
    }

    /// <summary>True where the buffer still is the owner's.</summary>
    public bool Belongs(ushort number, in NameOwner owner) => buffers[number].Owner == owner;

    /// <summary>True where the buffer is still held with the token that it was taken with.</summary>
    public bool IsTakenWith(ushort number, uint token) =>
        buffers[number].IsTaken && buffers[number].Owner.Token == token;

    /// <summary>Gives a buffer back, if it still carries the token that it was taken with.</summary>
    public void Return(ushort number, uint token)
    {
        ref Buffer buffer = ref buffers[number];
        if (number != 0 && IsTakenWith(number, token))
        {
            buffer.IsTaken = false;
            buffer.Owner = default;
            free[freeCount++] = number;
        }
    }

    /// <summary>Moves what the scratch buffer holds into another.</summary>
    public void CopyScratch(ushort number)
    {
        ref Buffer from = ref buffers[0];
        ref Buffer to = ref buffers[number];
        from.Ranges.AsSpan(0, from.RangeCount).CopyTo(to.Ranges);
        to.RangeCount = from.RangeCount;
        to.Keys = from.Keys;
        to.HasKeys = from.HasKeys;
        for (int i = 0; i < from.RangeCount; i++)
        {
            Range range = from.Ranges[i];
            All(0)[range.Start..range.End].CopyTo(All(number)[range.Start..]);
        }
    }

    /// <summary>
    /// Puts a piece at its offset; what lies beyond the buffer, or is one stretch too many, is left out.
    /// </summary>
    public void Add(ushort number, uint offset, ReadOnlySpan<byte> piece)
    {
        if (offset >= Limits.NameBufferBytes || piece.IsEmpty)
        {
            return;
        }

        piece = piece[..Math.Min(piece.Length, Limits.NameBufferBytes - (int)offset)];
        if (buffers[number].Note((int)offset, (int)offset + piece.Length))
        {
            piece.CopyTo(All(number)[(int)offset..]);
        }
    }

    /// <summary>The bytes from the beginning up to the first hole.</summary>
    public ReadOnlySpan<byte> Prefix(ushort number)
    {
        ref Buffer buffer = ref buffers[number];
        return buffer.RangeCount > 0 && buffer.Ranges[0].Start == 0 ? All(number)[..buffer.Ranges[0].End] : default;
    }

    /// <summary>True where keys were derived for this buffer's connection.</summary>
    public bool HasKeys(ushort number) => buffers[number].HasKeys;

    public void SetKeys(ushort number, in InitialKeys keys)
    {
        buffers[number].Keys = keys;
        buffers[number].HasKeys = true;
    }

    public ref readonly InitialKeys Keys(ushort number) => ref buffers[number].Keys;

    private Span<byte> All(ushort number) =>
        bytes.AsSpan(number * Limits.NameBufferBytes, Limits.NameBufferBytes);

    private ushort Steal(long stampNs)
    {
        for (int i = 0; i < Math.Min(Limits.NameBufferProbes, buffers.Length - 1); i++)
        {
            hand = hand + 1 < buffers.Length ? hand + 1 : 1;
            if (stampNs - buffers[hand].StampNs > Limits.NameBufferLifeNs)
            {
                return (ushort)hand;
            }
        }

        return 0;
    }

    private struct Range
    {
        public int Start;
        public int End;
    }

    private struct Buffer
    {
        public NameOwner Owner;
        public long StampNs;
        public InitialKeys Keys;
        public Range[] Ranges;
        public int RangeCount;
        public bool HasKeys;
        public bool IsTaken;

        // Ranges stay sorted and apart: the new one swallows all that it touches.
        public bool Note(int start, int end)
        {
            int first = 0;
            while (first < RangeCount && Ranges[first].End < start)
            {
                first++;
            }

            int after = first;
            int newStart = start;
            int newEnd = end;
            while (after < RangeCount && Ranges[after].Start <= end)
            {
                newStart = Math.Min(newStart, Ranges[after].Start);
                newEnd = Math.Max(newEnd, Ranges[after].End);
                after++;
            }

            if (after == first && RangeCount == Ranges.Length)
            {
                return false;
            }

            Ranges.AsSpan(after, RangeCount - after).CopyTo(Ranges.AsSpan(first + 1));
            RangeCount += first + 1 - after;
            Ranges[first] = new Range { Start = newStart, End = newEnd };
            return true;
        }
    }
}
