using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>A public address, with a port where it is known, that a request may ask about.</summary>
/// <param name="Address">Public address.</param>
/// <param name="Port">Public port; 0 where none is known.</param>
/// <param name="Protocol">IP protocol number; 0 where it is not known.</param>
public readonly record struct ScopeAddress(Ip Address, ushort Port, byte Protocol);

/// <summary>
/// What a request may ask about, and nothing else: public addresses (purpose 1), lines (2, 3, 4), services and remote
/// addresses (3, or to narrow 1). Each list is sorted as it was written; an empty one allows nothing of its kind.
/// </summary>
public sealed record Scope
{
    private const int KeyCount = 4;

    public IReadOnlyList<ScopeAddress> Addresses { get; init; } = [];

    /// <summary>Line references as a resolve answered them.</summary>
    public IReadOnlyList<string> Lines { get; init; } = [];

    /// <summary>Host names; a question may ask for these and names below them.</summary>
    public IReadOnlyList<string> Services { get; init; } = [];

    public IReadOnlyList<Ip> Remotes { get; init; } = [];

    internal void Write(CborWriter writer)
    {
        writer.WriteStartMap(KeyCount);
        writer.Key(1).WriteStartArray(Addresses.Count);
        foreach (ScopeAddress address in Addresses)
        {
            writer.WriteStartArray(3);
            writer.Write(address.Address);
            writer.WriteInt32(address.Port);
            writer.WriteInt32(address.Protocol);
            writer.WriteEndArray();
        }

        writer.WriteEndArray();
        WriteTexts(writer.Key(2), Lines);
        WriteTexts(writer.Key(3), Services);
        writer.Key(4).WriteStartArray(Remotes.Count);
        foreach (Ip remote in Remotes)
        {
            writer.Write(remote);
        }

        writer.WriteEndArray();
        writer.WriteEndMap();
    }

    internal static Scope Read(Fields outer)
    {
        Fields fields = Fields.OfMap(outer.Item(), KeyCount);
        ScopeAddress[] addresses = Array.ConvertAll(
            fields.Array(Limits.ScopeItemsMax), item => ReadAddress(fields, item));
        string[] lines = ReadTexts(fields);
        string[] services = ReadTexts(fields);
        CborItem[] items = fields.Array(Limits.ScopeItemsMax);
        Fields inner = Fields.OfItems(items);
        var remotes = new Ip[items.Length];
        for (int i = 0; i < remotes.Length; i++)
        {
            remotes[i] = inner.Address();
        }

        fields.Join(inner);
        outer.Join(fields);
        return new Scope { Addresses = addresses, Lines = lines, Services = services, Remotes = remotes };
    }

    private static ScopeAddress ReadAddress(Fields outer, CborItem item)
    {
        Fields fields = Fields.OfArray(item, 3);
        var address = new ScopeAddress(
            fields.Address(), (ushort)fields.Unsigned(ushort.MaxValue), (byte)fields.Unsigned(byte.MaxValue));
        outer.Join(fields);
        return address;
    }

    private static void WriteTexts(CborWriter writer, IReadOnlyList<string> texts)
    {
        writer.WriteStartArray(texts.Count);
        foreach (string text in texts)
        {
            writer.WriteTextString(text);
        }

        writer.WriteEndArray();
    }

    private static string[] ReadTexts(Fields fields)
    {
        CborItem[] items = fields.Array(Limits.ScopeItemsMax);
        Fields inner = Fields.OfItems(items);
        var texts = new string[items.Length];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = inner.Text();
        }

        fields.Join(inner);
        return texts;
    }
}
