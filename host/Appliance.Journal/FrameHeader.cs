using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Appliance.Journal;

/// <summary>What a frame holds.</summary>
public enum FrameKind : byte
{
    /// <summary>No payload: the first block of a segment that is used again (FORMAT.md, "Used again").</summary>
    Blank = 0,

    /// <summary>obj("epoch").</summary>
    EpochStatement = 1,

    /// <summary>One batch.</summary>
    Batch = 2,

    /// <summary>obj("head").</summary>
    Checkpoint = 3,

    /// <summary>obj("receipt"); epoch and sequence are those of the batch it is for.</summary>
    Receipt = 4,
}

/// <summary>What the journal is told about a payload. Day and rows only matter for batches.</summary>
/// <param name="Kind">What the payload is.</param>
/// <param name="Epoch">Number of the epoch.</param>
/// <param name="Sequence">Number of the batch in its epoch; 0 for an epoch statement.</param>
/// <param name="Day">UTC days since 1970.</param>
/// <param name="Rows">Records in the batch.</param>
public readonly record struct FrameLabel(FrameKind Kind, uint Epoch, uint Sequence, uint Day = 0, uint Rows = 0);

/// <summary>
/// The first 64 bytes of every frame, little-endian. They lie in one 512-byte sector, which a disk writes whole or not
/// at all: a wrong header checksum is therefore rot, never a torn write.
/// <code>
///  0        4   5   6   7   8                16       20       24     26     28
///  | "ICRF" |ver|knd|flg|idx| segment number | block  | length |commit|blocks|
/// 28       32       36       40       44                    60       64
///  | epoch  | seq    | day    | rows   | digest of payload   | crc32c |
/// </code>
/// </summary>
internal readonly record struct FrameHeader
{
    public const int Bytes = 64;
    public const byte VersionNow = 0;
    private const uint Magic = 0x4652_4349; // "ICRF" in the order of the file.
    private const int DigestAt = 44;
    private const int DigestBytes = 16;
    private const int ChecksumAt = 60;
    private const byte FlagCopy = 1;

    public required ulong Segment { get; init; }

    /// <summary>Where the frame begins, in blocks: a write that went astray is noticed.</summary>
    public required uint Block { get; init; }

    public required uint Length { get; init; }

    /// <summary>Rising by one in the segment from 1; frames of one commit were flushed together.</summary>
    public required ushort Commit { get; init; }

    /// <summary>
    /// Blocks that the segment was made with: a shorter file was sealed, so all of it had been durable.
    /// </summary>
    public required ushort SegmentBlocks { get; init; }

    /// <summary>Place of the frame in its commit, from 0.</summary>
    public required byte Index { get; init; }

    public required FrameLabel Label { get; init; }

    /// <summary>An epoch statement that was written before and stands here again, first in a later segment.</summary>
    public bool IsCopy { get; init; }

    /// <summary>0 is the only version there is.</summary>
    public byte Version { get; init; }

    /// <summary>Bytes of the frame on the device: header, payload, zeros up to the next block.</summary>
    public long Span => SpanOf((int)Length);

    public static long SpanOf(int payloadBytes) =>
        ((long)Bytes + payloadBytes + Limits.BlockBytes - 1) / Limits.BlockBytes * Limits.BlockBytes;

    /// <summary>Writes header, payload and padding into exactly <see cref="Span"/> bytes.</summary>
    public void Write(Span<byte> frame, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = frame[..Bytes];
        BinaryPrimitives.WriteUInt32LittleEndian(head, Magic);
        head[4] = VersionNow;
        head[5] = (byte)Label.Kind;
        head[6] = IsCopy ? FlagCopy : (byte)0;
        head[7] = Index;
        BinaryPrimitives.WriteUInt64LittleEndian(head[8..], Segment);
        BinaryPrimitives.WriteUInt32LittleEndian(head[16..], Block);
        BinaryPrimitives.WriteUInt32LittleEndian(head[20..], Length);
        BinaryPrimitives.WriteUInt16LittleEndian(head[24..], Commit);
        BinaryPrimitives.WriteUInt16LittleEndian(head[26..], SegmentBlocks);
        BinaryPrimitives.WriteUInt32LittleEndian(head[28..], Label.Epoch);
        BinaryPrimitives.WriteUInt32LittleEndian(head[32..], Label.Sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(head[36..], Label.Day);
        BinaryPrimitives.WriteUInt32LittleEndian(head[40..], Label.Rows);
        Digest(payload, head[DigestAt..ChecksumAt]);
        BinaryPrimitives.WriteUInt32LittleEndian(head[ChecksumAt..], Checksum(head));
        payload.CopyTo(frame[Bytes..]);
        frame[(Bytes + payload.Length)..].Clear();
    }

    /// <summary>Reads a header whose checksum is right, of whatever segment and version; false otherwise.</summary>
    public static bool TryRead(ReadOnlySpan<byte> head, out FrameHeader header)
    {
        header = default;
        if (head.Length < Bytes || BinaryPrimitives.ReadUInt32LittleEndian(head) != Magic
            || BinaryPrimitives.ReadUInt32LittleEndian(head[ChecksumAt..]) != Checksum(head))
        {
            return false;
        }

        uint epoch = BinaryPrimitives.ReadUInt32LittleEndian(head[28..]);
        uint sequence = BinaryPrimitives.ReadUInt32LittleEndian(head[32..]);
        uint day = BinaryPrimitives.ReadUInt32LittleEndian(head[36..]);
        uint rows = BinaryPrimitives.ReadUInt32LittleEndian(head[40..]);
        header = new FrameHeader
        {
            Version = head[4],
            IsCopy = (head[6] & FlagCopy) != 0,
            Index = head[7],
            Segment = BinaryPrimitives.ReadUInt64LittleEndian(head[8..]),
            Block = BinaryPrimitives.ReadUInt32LittleEndian(head[16..]),
            Length = BinaryPrimitives.ReadUInt32LittleEndian(head[20..]),
            Commit = BinaryPrimitives.ReadUInt16LittleEndian(head[24..]),
            SegmentBlocks = BinaryPrimitives.ReadUInt16LittleEndian(head[26..]),
            Label = new FrameLabel((FrameKind)head[5], epoch, sequence, day, rows),
        };
        return header.Length <= Limits.SegmentBytesMax - Bytes;
    }

    /// <summary>True where this is a version and a kind that this program writes, with the unused flags zero.</summary>
    public static bool IsKnown(ReadOnlySpan<byte> head) =>
        head[4] == VersionNow && head[5] <= (byte)FrameKind.Receipt && (head[6] & ~FlagCopy) == 0;

    /// <summary>True where the payload, and the zeros after it, are what was written.</summary>
    public static bool IsBodyRight(ReadOnlySpan<byte> frame, int payloadBytes)
    {
        Span<byte> digest = stackalloc byte[DigestBytes];
        Digest(frame.Slice(Bytes, payloadBytes), digest);
        return digest.SequenceEqual(frame[DigestAt..ChecksumAt])
            && frame[(Bytes + payloadBytes)..].IndexOfAnyExcept((byte)0) < 0;
    }

    /// <summary>
    /// A header whose checksum is wrong, but that was once one of this place: two of magic, segment and block are
    /// right.
    /// Chance agreement of bytes from an earlier life of the segment is out of the question with 64 bits or more.
    /// </summary>
    public static bool LooksDamaged(ReadOnlySpan<byte> head, ulong segment, uint block)
    {
        bool magic = BinaryPrimitives.ReadUInt32LittleEndian(head) == Magic;
        bool number = BinaryPrimitives.ReadUInt64LittleEndian(head[8..]) == segment;
        bool place = BinaryPrimitives.ReadUInt32LittleEndian(head[16..]) == block;
        return head[..Bytes].IndexOfAnyExcept((byte)0) >= 0 && ((magic && (number || place)) || (number && place));
    }

    private static void Digest(ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        Span<byte> whole = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(payload, whole);
        whole[..DigestBytes].CopyTo(destination);
    }

    private static uint Checksum(ReadOnlySpan<byte> head)
    {
        uint crc = uint.MaxValue;
        for (int at = 0; at < ChecksumAt; at += sizeof(uint))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt32LittleEndian(head[at..]));
        }

        return ~crc;
    }
}
