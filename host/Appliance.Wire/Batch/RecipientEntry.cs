using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>The content key of one section, sealed for one key.</summary>
internal readonly record struct RecipientEntry(
    byte Section, KeyId Kid, ReadOnlyMemory<byte> Encapsulated, ReadOnlyMemory<byte> Wrap)
{
    public const int WrapSize = SectionSecrets.KeySize + Gcm.TagSize;

    /// <summary>Canonical bytes of a list that is sorted already.</summary>
    public static byte[] EncodeAll(List<RecipientEntry> entries)
    {
        CborWriter writer = CborOut.New();
        writer.WriteStartArray(entries.Count);
        foreach (RecipientEntry entry in entries)
        {
            writer.WriteStartArray(4);
            writer.WriteInt32(entry.Section);
            writer.Write(entry.Kid);
            writer.WriteByteString(entry.Encapsulated.Span);
            writer.WriteByteString(entry.Wrap.Span);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        return writer.Encode();
    }

    /// <summary>Reads a list whose hash was checked; it must be sorted by section and key, each pair once.</summary>
    public static Refusal TryDecodeAll(ReadOnlyMemory<byte> bytes, out RecipientEntry[] entries)
    {
        entries = [];
        Refusal refusal = CborStrict.TryRead(bytes, Limits.SignedObjectBytesMax, out CborItem? list);
        if (refusal != Refusal.None)
        {
            return refusal;
        }

        if (list!.Kind != CborKind.Array || list.Items.Length > Limits.RecipientsMax)
        {
            return Refusal.WrongStructure;
        }

        var read = new RecipientEntry[list.Items.Length];
        for (int i = 0; i < read.Length; i++)
        {
            Fields entry = Fields.OfArray(list.Items[i], 4);
            read[i] = new RecipientEntry(
                (byte)entry.Unsigned(SectionPlain.ContactNumber),
                entry.Kid(),
                entry.Bytes(Hpke.EncapsulatedSize, Hpke.EncapsulatedSize),
                entry.Bytes(WrapSize, WrapSize));
            if (!entry.Ok)
            {
                return Refusal.WrongStructure;
            }

            if (i > 0 && Compare(read[i - 1], read[i]) >= 0)
            {
                return Refusal.RecipientsList;
            }
        }

        entries = read;
        return Refusal.None;
    }

    public static int Compare(RecipientEntry left, RecipientEntry right) =>
        left.Section != right.Section ? left.Section.CompareTo(right.Section) : left.Kid.CompareTo(right.Kid);
}
