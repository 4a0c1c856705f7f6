using System.Text;
using Appliance.Retention.Archive;
using Appliance.Wire;

namespace Appliance.Retention.Referrals;

/// <summary>A referral's file as store and warden both read it: its digest, and its lines by row.</summary>
internal sealed class KnownReferral
{
    private readonly Dictionary<int, ReferralLine> byRow;

    /// <param name="bytes">The file as it came.</param>
    public KnownReferral(byte[] bytes)
    {
        Bytes = bytes;
        Digest = Hash32.Of(bytes);
        Lines = ReferralFile.Parse(LinesOf(bytes));
        byRow = Lines.ToDictionary(line => line.Row);
    }

    public byte[] Bytes { get; }

    public Hash32 Digest { get; }

    public IReadOnlyList<ReferralLine> Lines { get; }

    /// <summary>Reads a file.</summary>
    /// <exception cref="ArchiveException">It cannot be read, has no lines, or too many.</exception>
    public static KnownReferral Read(string file)
    {
        KnownReferral known;
        try
        {
            known = new KnownReferral(File.ReadAllBytes(file));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(
                $"{file} cannot be read: {failure.Message}; give a CSV of {ReferralFile.Header}", failure);
        }

        return known.Lines.Count switch
        {
            0 => throw new ArchiveException($"{file} has no lines; give a CSV of {ReferralFile.Header}"),
            > Limits.LinesMax => throw new ArchiveException(
                $"{file} has more than {Limits.LinesMax} lines; split it by case"),
            _ => known,
        };
    }

    /// <summary>The lines of these rows; null where there is none of one of them.</summary>
    public IReadOnlyList<ReferralLine>? Find(IReadOnlyList<int> rows)
    {
        var found = new ReferralLine[rows.Count];
        for (int i = 0; i < found.Length; i++)
        {
            if (!byRow.TryGetValue(rows[i], out ReferralLine? line))
            {
                return null;
            }

            found[i] = line;
        }

        return found;
    }

    private static IEnumerable<string> LinesOf(byte[] bytes)
    {
        using var reader = new StreamReader(new MemoryStream(bytes), Encoding.UTF8);
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
