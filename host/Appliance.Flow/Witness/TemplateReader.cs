using System.Buffers.Binary;

namespace Appliance.Flow;

/// <summary>
/// Reads template sets, one template a turn.
/// <code>
/// template          id, fields | fields x (element, length [, enterprise where the element's top bit is set, IPFIX])
/// options, IPFIX    id, fields, of them scope | as above
/// options, v9       id, bytes of scope, bytes of options | scope and option fields, each (type, length)
/// </code>
/// A template without fields takes the one of its number back; with the set's own number, all (RFC 7011 section 8.1).
/// </summary>
internal sealed class TemplateReader(ExportSources sources, LogTally tally)
{
    private const ushort EnterpriseBit = 0x8000;
    private const ushort FirstTemplate = 256;
    private readonly TemplateField[] fields = new TemplateField[Limits.TemplateFieldsMax];
    private ExportSource source = null!;
    private bool isV9;
    private bool isOptions;
    private int at;

    public void Begin(ExportSource of, ReadOnlySpan<byte> body, bool isV9, bool isOptions)
    {
        source = of;
        this.isV9 = isV9;
        this.isOptions = isOptions;
        at = 0;
        tally.Malformed += body.Length < 4 ? 1 : 0;
    }

    /// <summary>Takes the next template of the set; false when none is left.</summary>
    public bool TryNext(ReadOnlySpan<byte> body, out ushort taken)
    {
        taken = 0;
        if (body.Length - at < 4)
        {
            return false;
        }

        ushort id = BinaryPrimitives.ReadUInt16BigEndian(body[at..]);
        int count = BinaryPrimitives.ReadUInt16BigEndian(body[(at + 2)..]);
        if (isV9 && isOptions && body.Length - at >= 6)
        {
            count = (count + BinaryPrimitives.ReadUInt16BigEndian(body[(at + 4)..])) / 4;
        }

        if (id == 0 && count == 0)
        {
            // Padding behind the last template.
            return false;
        }

        bool isWithdrawal = count == 0;
        at += isOptions && !(isWithdrawal && !isV9) ? 6 : 4;
        if (isWithdrawal)
        {
            Withdraw(id);
            return true;
        }

        if (!TryReadFields(body, count))
        {
            tally.Malformed++;
            at = body.Length;
            return false;
        }

        Take(id, count);
        taken = id;
        return true;
    }

    /// <summary>All templates of a stream are void.</summary>
    public void Forget(ExportSource of)
    {
        tally.TemplatesWithdrawn += of.Templates.Count;
        sources.Templates -= of.Templates.Count;
        of.Templates.Clear();
    }

    private void Withdraw(ushort id)
    {
        if (id < FirstTemplate)
        {
            Forget(source);
        }
        else if (source.Templates.Remove(id))
        {
            sources.Templates--;
            tally.TemplatesWithdrawn++;
        }
    }

    private bool TryReadFields(ReadOnlySpan<byte> body, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (body.Length - at < 4)
            {
                return false;
            }

            ushort element = BinaryPrimitives.ReadUInt16BigEndian(body[at..]);
            ushort length = BinaryPrimitives.ReadUInt16BigEndian(body[(at + 2)..]);
            at += 4;
            uint enterprise = 0;
            if (!isV9 && (element & EnterpriseBit) != 0)
            {
                if (body.Length - at < 4)
                {
                    return false;
                }

                enterprise = BinaryPrimitives.ReadUInt32BigEndian(body[at..]);
                element &= EnterpriseBit - 1;
                at += 4;
            }

            if (i < fields.Length)
            {
                fields[i] = new TemplateField(FieldOf(enterprise, element, length), length);
            }
        }

        return true;
    }

    /// <summary>A field of a length that its element cannot have is not read: skipping it is always right.</summary>
    private static ExportField FieldOf(uint enterprise, ushort element, ushort length)
    {
        ExportField field = ExportFields.Of(enterprise, element);
        return ExportFields.IsLength(field, length, element) ? field : ExportField.Ignored;
    }

    private void Take(ushort id, int count)
    {
        if (id < FirstTemplate || count > fields.Length)
        {
            tally.TemplatesRefused++;
            return;
        }

        ReadOnlySpan<TemplateField> read = fields.AsSpan(0, count);
        bool isKnown = source.Templates.TryGetValue(id, out ExportTemplate? before);
        if (isKnown && before!.Equals(read, isOptions))
        {
            return;
        }

        if ((!isKnown && sources.Templates >= Limits.TemplatesMax)
            || ExportTemplate.Make(read, isOptions) is not { } template)
        {
            tally.TemplatesRefused++;
            return;
        }

        tally.Templates++;
        tally.TemplatesChanged += isKnown ? 1 : 0;
        sources.Templates += isKnown ? 0 : 1;
        source.Templates[id] = template;
    }
}
