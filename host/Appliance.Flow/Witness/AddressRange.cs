using Appliance.Wire;

namespace Appliance.Flow;

/// <summary>IPv4 addresses one after the other. NATs differ in whether a prefix's first and last are of it.</summary>
public readonly record struct AddressRange(uint First, long Count)
{
    /// <summary>
    /// All addresses of a prefix ("100.64.0.0/22"), or from the first to the last ("a.b.c.d-e.f.g.h").
    /// </summary>
    public static bool TryParse(string text, out AddressRange range)
    {
        range = default;
        string[] ends = text.Split('-');
        if (ends.Length == 2 && Ip.TryParse(ends[0], out Ip first) && Ip.TryParse(ends[1], out Ip last)
            && first.IsV4 && last.IsV4 && first <= last)
        {
            range = new AddressRange(first.V4, (long)last.V4 - first.V4 + 1);
        }
        else if (IpPrefix.TryParse(text, out IpPrefix prefix) && prefix.Address.IsV4)
        {
            uint mask = prefix.Length == 0 ? 0 : uint.MaxValue << (32 - prefix.Length);
            range = new AddressRange(prefix.Address.V4 & mask, 1L << (32 - prefix.Length));
        }

        return range.Count > 0;
    }

    /// <summary>The address at a place, from 0.</summary>
    public Ip At(long place) => Ip.FromV4((uint)(First + place));

    /// <summary>The place of an address; false where it is none of these.</summary>
    public bool TryPlace(in Ip address, out long place)
    {
        place = (long)address.V4 - First;
        return address.IsV4 && place >= 0 && place < Count;
    }
}
