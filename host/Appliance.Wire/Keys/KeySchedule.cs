using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>The recipients of one section on one day.</summary>
/// <param name="Keys">Sorted by key id.</param>
/// <param name="Exhausted">True where the schedule has no keys of that day and its last day's serve instead.</param>
public readonly record struct DayKeys(IReadOnlyList<RecipientKey> Keys, bool Exhausted);

/// <summary>
/// The public day keys that a device seals for, some 40 days ahead. A batch is never left unsealed for want of a key:
/// where the schedule ends, its last day's keys go on, and the batch says so.
/// </summary>
public sealed class KeySchedule
{
    private readonly RecipientKey[] keys;

    /// <summary>A schedule of the public halves of the given keys.</summary>
    /// <exception cref="ArgumentException">
    /// A section has no key at all, or more on one day than a batch has room for, or the same twice.
    /// </exception>
    public KeySchedule(IEnumerable<RecipientKey> recipients)
    {
        var list = new List<RecipientKey>();
        foreach (RecipientKey key in recipients)
        {
            list.Add(key.PublicOnly());
        }

        list.Sort(Compare);
        keys = [.. list];
        Hash = HashOf(keys);
        CheckDays();
        for (byte section = 1; section <= Limits.SectionsMax; section++)
        {
            if (Pick(section, int.MaxValue).Keys.Count == 0)
            {
                throw new ArgumentException($"the key schedule has no key of section {section}", nameof(recipients));
            }
        }
    }

    /// <summary>SHA-256 of the schedule: manifest key 8.</summary>
    public Hash32 Hash { get; }

    /// <summary>
    /// Keys of a section on a day; of the nearest day before where that day has none, of the first day where the day
    /// lies before all.
    /// </summary>
    public DayKeys Pick(byte section, int day)
    {
        int best = -1;
        foreach (RecipientKey key in keys)
        {
            // Ascending by day: the first one found stays where all are later than the day asked for.
            if (key.Section == section && (best < 0 || key.Day <= day))
            {
                best = key.Day;
            }
        }

        var picked = new List<RecipientKey>();
        foreach (RecipientKey key in keys)
        {
            if (key.Section == section && key.Day == best)
            {
                picked.Add(key);
            }
        }

        return new DayKeys(picked, best != day);
    }

    /// <summary>A list that no reader would take must not get as far as a batch.</summary>
    private void CheckDays()
    {
        int run = 1;
        for (int i = 1; i < keys.Length; i++)
        {
            bool isSame = keys[i].Day == keys[i - 1].Day && keys[i].Section == keys[i - 1].Section;
            run = isSame ? run + 1 : 1;
            if (run > Limits.RecipientsMax / Limits.SectionsMax || (isSame && keys[i].Kid == keys[i - 1].Kid))
            {
                throw new ArgumentException($"the key schedule has too many keys or one twice on day {keys[i].Day}");
            }
        }
    }

    private static int Compare(RecipientKey left, RecipientKey right) =>
        (left.Day, left.Section, left.Kid).CompareTo((right.Day, right.Section, right.Kid));

    private static Hash32 HashOf(RecipientKey[] keys)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(keys.Length);
        foreach (RecipientKey key in keys)
        {
            writer.WriteStartArray(4);
            writer.WriteInt32(key.Section);
            writer.WriteInt32(key.Day);
            writer.WriteInt32((int)key.Role);
            writer.WriteByteString(key.Public.Point.Span);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        return Hash32.Of(writer.Encode());
    }
}
