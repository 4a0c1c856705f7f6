using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>
/// Makes the vectors of the row format: rows of every kind and size, and columns that no writer makes.
/// </summary>
internal static class RowVectors
{
    /// <summary>Writes each vector as a file of its name; returns how many.</summary>
    public static int Write(string folder)
    {
        Directory.CreateDirectory(folder);
        List<RowVector> all = All();
        foreach (RowVector vector in all)
        {
            File.WriteAllText(Path.Combine(folder, vector.Name + ".json"), vector.ToJson());
        }

        return all.Count;
    }

    public static List<RowVector> All() =>
    [
        .. Accepted("empty", "No rows.", new RowBatch()),
        .. Accepted("nothing-known", "One flow with every field at 0.", RowVectorRows.Blank()),
        .. Accepted("largest", "One row of each kind, every field at its largest.", RowVectorRows.Largest()),
        .. Accepted("traffic", "64 flows: IPv4 and IPv6, open and ended, ambiguous.", RowVectorRows.Traffic(64)),
        .. Accepted("step", "256 gaps whose estimates lie far apart in the two blocks.", RowVectorRows.Step()),
        .. Headers(),
        .. Strings(),
        .. Columns(),
    ];

    private static IEnumerable<RowVector> Accepted(string name, string about, RowBatch batch)
    {
        foreach (byte section in new[] { SectionPlain.AttributionNumber, SectionPlain.ContactNumber })
        {
            SectionPlain made = new RowEncoder().Encode(batch, section);
            List<string> rows = [];
            for (int i = 0; i < made.Rows.Count; i++)
            {
                rows.Add(Convert.ToHexStringLower(made.Rows[i]));
            }

            string columns = Convert.ToHexStringLower(made.Columns.Span);
            yield return new RowVector($"{name}-{section}", about, RowVector.Accepted, section, columns, rows);
        }
    }

    private static IEnumerable<RowVector> Headers()
    {
        byte[] empty = [1, 1, 0, 0, 0, 0, 0];
        yield return Bad("unknown-schema", "Schema 2.", RowFault.UnknownSchema, [2, .. empty[1..]]);
        yield return Bad("no-bytes", "Nothing at all.", RowFault.UnknownSchema, []);
        yield return Bad("wrong-section", "Section 1 where section 2 is asked for.", RowFault.WrongSection, empty, 2);
        yield return Bad("no-such-section", "Section 3.", RowFault.WrongSection, [1, 3, .. empty[2..]], 3);
        yield return Bad("too-many-rows", "2^17 flows and a session.", RowFault.TooLarge,
            [1, 1, 0x80, 0x80, 0x08, 1, 0, 0, 0]);
        yield return Bad("trailing-byte", "A byte behind the last column.", RowFault.TrailingBytes, [.. empty, 0]);
    }

    private static IEnumerable<RowVector> Strings()
    {
        yield return Bad("unused-string", "A string that no row uses.", RowFault.BadStrings,
            [1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, (byte)'a']);
        yield return Bad("unsorted-strings", "b before a.", RowFault.BadStrings,
            [1, 1, 0, 0, 0, 0, 2, 0, 0, 0, 1, (byte)'b', (byte)'a']);
        yield return Bad("same-string-twice", "a and a.", RowFault.BadStrings,
            [1, 1, 0, 0, 0, 0, 2, 0, 0, 0, 1, (byte)'a', (byte)'a']);
        yield return Bad("string-not-utf8", "A byte FF.", RowFault.BadStrings,
            [1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 1, 0xFF]);
        yield return Bad("string-cut-off", "Two bytes are said, one is there.", RowFault.BadStrings,
            [1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 2, (byte)'a']);
        yield return Bad("string-too-long", "257 bytes are said.", RowFault.BadStrings,
            [1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0x81, 0x02, .. new byte[257]]);
    }

    // One gap: five columns of number, length, encoding, content.
    private static IEnumerable<RowVector> Columns()
    {
        byte[] start = [1, 1, 0, 0, 0, 1, 0];
        byte[] rest = [1, 2, 0, 1, 2, 2, 0, 0, 3, 2, 0, 0, 4, 2, 0, 0];
        yield return Bad("column-out-of-place", "Column 1 where column 0 stands.", RowFault.BadColumn,
            [.. start, 1, 2, 0, 5, .. rest]);
        yield return Bad("column-cut-off", "The last column ends early.", RowFault.BadColumn,
            [.. start, 0, 2, 0, 5, .. rest[..^1]]);
        yield return Bad("column-too-long", "A byte behind the content of a column.", RowFault.BadColumn,
            [.. start, 0, 3, 0, 5, 0, .. rest]);
        yield return Bad("unknown-encoding", "Encoding 7.", RowFault.BadColumn, [.. start, 0, 2, 7, 5, .. rest]);
        yield return Bad("string-number-without-string", "Leg 1 of no strings.", RowFault.BadColumn,
            [.. start, 0, 2, 0, 5, 1, 2, 0, 1, 2, 2, 0, 1, 3, 2, 0, 0, 4, 2, 0, 0]);
        yield return Bad("width-of-65", "Packed with 65 bits.", RowFault.BadColumn,
            [.. start, 0, 12, 1, 5, 65, .. new byte[9], .. rest]);
        yield return Bad("longer-varint", "5 as 85 00.", RowFault.NotCanonical,
            [.. start, 0, 3, 0, 0x85, 0, .. rest]);
        yield return Bad("longer-encoding", "A constant as packed with 0 bits.", RowFault.NotCanonical,
            [.. start, 0, 3, 1, 5, 0, .. rest]);
        yield return Bad("padding-not-zero", "A packed 5 and 6 with a bit behind them.", RowFault.NotCanonical,
            [1, 1, 0, 0, 0, 2, 0, 0, 4, 1, 5, 1, 0x06, .. rest]);
        yield return UndefinedWord();
    }

    private static RowVector UndefinedWord()
    {
        byte[] bytes = new RowEncoder().Encode(RowVectorRows.Blank(), SectionPlain.AttributionNumber).Columns.ToArray();
        // Column 3, kind, constant 0: 4 is no kind.
        bytes[bytes.AsSpan().IndexOf<byte>([3, 2, 0, 0]) + 3] = 4;
        return Bad("undefined-word", "A flow of kind 4.", RowFault.BadColumn, bytes);
    }

    private static RowVector Bad(string name, string about, RowFault fault, byte[] columns, byte section = 1) =>
        new(name, about, RowVector.Refused(fault), section, Convert.ToHexStringLower(columns), []);
}
