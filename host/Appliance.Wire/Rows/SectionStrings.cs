namespace Appliance.Wire;

/// <summary>Renumbers string columns between the batch's pool and the section's own table.</summary>
internal sealed class SectionStrings
{
    private readonly List<int> used = [];
    private int[] map = [];

    /// <summary>
    /// Collects the pool strings that the columns use into the section's table and renumbers the columns.
    /// </summary>
    public void ToTable(SectionColumns columns, byte section, StringPool pool)
    {
        Reset(pool.Count);
        foreach (ColumnPart part in Parts(section))
        {
            foreach (ulong number in columns.Of(part.Kind)[part.Column])
            {
                Use((int)number);
            }
        }

        used.Sort((left, right) => pool[left].SequenceCompareTo(pool[right]));
        columns.Strings.Clear();
        foreach (int number in used)
        {
            columns.Strings.Add(pool[number]);
            map[number] = columns.Strings.Count;
        }

        Renumber(columns, section);
    }

    /// <summary>Adds the table's strings to the pool and renumbers the columns.</summary>
    public void ToPool(SectionColumns columns, byte section, StringPool pool)
    {
        Reset(columns.Strings.Count + 1);
        for (int number = 1; number <= columns.Strings.Count; number++)
        {
            map[number] = pool.Add(columns.Strings[number]);
        }

        Renumber(columns, section);
    }

    /// <summary>
    /// Whether every string of the table is used; a table with more would be a second encoding of the rows.
    /// </summary>
    public bool AllUsed(SectionColumns columns, byte section)
    {
        Reset(columns.Strings.Count + 1);
        foreach (ColumnPart part in Parts(section))
        {
            foreach (ulong number in columns.Of(part.Kind)[part.Column])
            {
                Use((int)number);
            }
        }

        return used.Count == columns.Strings.Count;
    }

    private void Reset(int count)
    {
        if (map.Length < count)
        {
            map = new int[count];
        }

        map.AsSpan(0, count).Clear();
        used.Clear();
    }

    private void Use(int number)
    {
        if (number != 0 && map[number] == 0)
        {
            map[number] = -1;
            used.Add(number);
        }
    }

    private void Renumber(SectionColumns columns, byte section)
    {
        foreach (ColumnPart part in Parts(section))
        {
            foreach (ref ulong number in columns.Of(part.Kind)[part.Column])
            {
                number = (ulong)map[(int)number];
            }
        }
    }

    private static ReadOnlySpan<ColumnPart> Parts(byte section) =>
        section == SectionPlain.ContactNumber ? ContactParts : AttributionParts;

    private static readonly ColumnPart[] AttributionParts = Find(SectionPlain.AttributionNumber);
    private static readonly ColumnPart[] ContactParts = Find(SectionPlain.ContactNumber);

    private static ColumnPart[] Find(byte section)
    {
        List<ColumnPart> parts = [];
        for (RecordKind kind = RecordKind.Flow; kind <= RecordKind.Gap; kind++)
        {
            ReadOnlySpan<ColumnSpec> specs = ColumnSpecs.Of(section, kind);
            for (int c = 0; c < specs.Length; c++)
            {
                if (specs[c].IsString)
                {
                    parts.Add(new ColumnPart(kind, c));
                }
            }
        }

        return [.. parts];
    }

    private readonly record struct ColumnPart(RecordKind Kind, int Column);
}
