using System.Globalization;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>How an address of a scope is written: IP, IP:PORT or [IPv6]:PORT.</summary>
internal static class ScopeText
{
    public static bool TryAddress(string text, out ScopeAddress address)
    {
        if (Ip.TryParse(text, out Ip alone) && !alone.IsNone)
        {
            address = new ScopeAddress(alone, 0, 0);
            return true;
        }

        address = default;
        int colon = text.LastIndexOf(':');
        bool good = colon > 0
            && Ip.TryParse(text.AsSpan(0, colon).Trim("[]"), out Ip ip) && !ip.IsNone
            && ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port)
            && (address = new ScopeAddress(ip, port, 0)) != default;
        return good;
    }

    public static string Of(ScopeAddress address) => address.Port == 0
        ? address.Address.ToString()
        : address.Address.IsV4 ? $"{address.Address}:{address.Port}" : $"[{address.Address}]:{address.Port}";
}
