using System.Runtime.InteropServices;

namespace Appliance.Lab.Oracle;

/// <summary>One packet of the inside leg, as much of it as is compared.</summary>
[StructLayout(LayoutKind.Sequential, Pack = 8)]
internal struct OracleNote
{
    public ulong DigestHigh;
    public ulong DigestLow;
    public long StampNs;
    public int Flow;
    public ushort IpId;

    public readonly UInt128 Digest => new(DigestHigh, DigestLow);
}

/// <summary>
/// All comparable packets of the inside leg, 32 bytes each, kept until the outside leg is known whole. In pieces, so
/// that growing copies nothing.
/// </summary>
internal sealed class OracleNotes
{
    private const int PieceNotes = 1 << 16;
    private readonly List<OracleNote[]> pieces = [];
    private int used = PieceNotes;

    public void Add(in OracleNote note)
    {
        if (used == PieceNotes)
        {
            pieces.Add(new OracleNote[PieceNotes]);
            used = 0;
        }

        pieces[^1][used++] = note;
    }

    public int Pieces => pieces.Count;

    /// <summary>Notes of a piece, in order of their coming.</summary>
    public ReadOnlySpan<OracleNote> Piece(int number) =>
        pieces[number].AsSpan(0, number + 1 == pieces.Count ? used : PieceNotes);
}
