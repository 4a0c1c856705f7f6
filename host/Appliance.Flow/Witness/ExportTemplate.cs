namespace Appliance.Flow;

/// <summary>One field of a template, ready for reading records.</summary>
internal readonly record struct TemplateField(ExportField Field, ushort Length);

/// <summary>A template as its exporter announced it; made when one is taken, never for a record.</summary>
internal sealed class ExportTemplate
{
    /// <summary>Length that says that each record brings its own (RFC 7011 section 7).</summary>
    public const ushort Variable = 65535;

    private ExportTemplate(TemplateField[] fields, bool isOptions, int bytesMin)
    {
        Fields = fields;
        IsOptions = isOptions;
        BytesMin = bytesMin;
    }

    public TemplateField[] Fields { get; }

    /// <summary>Records are about the exporter, not about traffic.</summary>
    public bool IsOptions { get; }

    /// <summary>Least length of a record, never 0.</summary>
    public int BytesMin { get; }

    /// <summary>A template of checked fields; null where a record of it would have no length.</summary>
    public static ExportTemplate? Make(ReadOnlySpan<TemplateField> fields, bool isOptions)
    {
        int bytes = 0;
        foreach (TemplateField field in fields)
        {
            bytes += field.Length == Variable ? 1 : field.Length;
        }

        return bytes == 0 ? null : new ExportTemplate(fields.ToArray(), isOptions, bytes);
    }

    public bool Equals(ReadOnlySpan<TemplateField> fields, bool isOptions) =>
        isOptions == IsOptions && fields.SequenceEqual(Fields);
}
