using System.Formats.Cbor;

namespace Appliance.Wire;

/// <summary>
/// Session that a correction names by what it is, for a session is recorded again and again: whichever of its records
/// somebody reads, it is this one.
/// </summary>
/// <param name="Realm">Address space that it is in, at most 256 bytes.</param>
/// <param name="Prefix">Address or prefix that was held.</param>
/// <param name="BeginFrom">Earliest begin; the begin itself where it is known to the microsecond.</param>
/// <param name="BeginTo">Latest begin, at most <see cref="Limits.CorrectedBeginUsMax"/> later.</param>
public readonly record struct CorrectedSession(string Realm, IpPrefix Prefix, TaiTime BeginFrom, TaiTime BeginTo)
{
    internal const int ItemCount = 5;

    /// <summary>Whether a session is the one that is meant.</summary>
    public bool Is(string realm, in IpPrefix prefix, TaiTime begin) =>
        realm == Realm && prefix == Prefix && BeginFrom <= begin && begin <= BeginTo;

    internal void Write(CborWriter writer)
    {
        writer.WriteStartArray(ItemCount);
        writer.WriteTextString(Realm);
        writer.Write(Prefix.Address);
        writer.WriteInt32(Prefix.Length);
        writer.Write(BeginFrom);
        writer.Write(BeginTo);
        writer.WriteEndArray();
    }

    internal static CorrectedSession Read(CborItem item, Fields within)
    {
        Fields fields = Fields.OfArray(item, ItemCount);
        var read = new CorrectedSession(
            fields.Text(), new IpPrefix(fields.Address(), (int)fields.Unsigned(128)), fields.Time(), fields.Time());
        long apart = read.BeginTo.Microseconds - read.BeginFrom.Microseconds;
        if (apart is < 0 or > Limits.CorrectedBeginUsMax || read.Prefix.Length > (read.Prefix.Address.IsV4 ? 32 : 128))
        {
            fields.Refuse();
        }

        within.Join(fields);
        return read;
    }
}
