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
        ReferralFile.Read(file);
        return new KnownReferral(File.ReadAllBytes(file));
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
        using var reader = new StringReader(Encoding.UTF8.GetString(bytes));
        while (reader.ReadLine() is { } line)
        {
            yield return line;
        }
    }
}
