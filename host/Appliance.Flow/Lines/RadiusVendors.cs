using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>
/// Attributes of vendors: 3GPP names and places, ADSL-Forum line ids, port ranges of Nokia, Huawei and RFC 8045. What
/// is not known is passed over.
/// </summary>
internal sealed class RadiusVendors(LineTally tally)
{
    private const int VendorBytes = 4;
    private Ip huaweiAddress;
    private uint huaweiFirst;
    private uint huaweiLast;
    private bool isMobile;

    /// <summary>Forgets the packet before.</summary>
    public void Begin()
    {
        huaweiAddress = default;
        huaweiFirst = huaweiLast = 0;
        isMobile = false;
    }

    /// <summary>Takes a Vendor-Specific attribute: vendor, then types and lengths of one byte each.</summary>
    public bool TryTake(ReadOnlySpan<byte> value, LineEvent into)
    {
        if (value.Length < VendorBytes || !RadiusReader.TryNumber(value[..VendorBytes], out uint vendor))
        {
            return false;
        }

        ReadOnlySpan<byte> rest = value[VendorBytes..];
        if (vendor is not (RadiusNumbers.Mobile or RadiusNumbers.AdslForum or RadiusNumbers.NokiaSr
            or RadiusNumbers.Huawei))
        {
            return true;
        }

        while (RadiusReader.TryTake(ref rest, out byte type, out ReadOnlySpan<byte> inner))
        {
            if (!inner.IsEmpty && !Take(vendor, type, inner, into))
            {
                tally.BadAttributes++;
            }
        }

        return rest.IsEmpty;
    }

    /// <summary>Takes an Extended-Attribute-1; of these only IP-Port-Range is known (RFC 8045 section 3.1.2).</summary>
    public static bool TryTakeExtended(ReadOnlySpan<byte> value, LineEvent into)
    {
        if (value[0] != RadiusNumbers.PortRange)
        {
            return true;
        }

        ReadOnlySpan<byte> rest = value[1..];
        Ip external = default;
        Ip inside = default;
        (uint first, uint last, uint allocation) = (0, 0, 0);
        while (RadiusReader.TryTake(ref rest, out byte type, out ReadOnlySpan<byte> inner))
        {
            _ = RadiusReader.TryNumber(inner, out uint number);
            external = type == RadiusNumbers.PortExternalV4 ? Ip.FromBytes(inner) : external;
            inside = type is RadiusNumbers.PortInternalV4 or RadiusNumbers.PortInternalV6
                ? Ip.FromBytes(inner) : inside;
            first = type == RadiusNumbers.PortRangeStart ? number : first;
            last = type == RadiusNumbers.PortRangeEnd ? number : last;
            allocation = type == RadiusNumbers.PortAllocation ? number : allocation;
        }

        if (!rest.IsEmpty || !PortRanges.TryAdd(external, first, last, into))
        {
            return false;
        }

        into.IsRelease |= allocation == RadiusNumbers.Deallocation;
        return inside.IsNone || into.Add(new IpPrefix(inside, inside.IsV4 ? 32 : 128));
    }

    /// <summary>Puts together what stood in several attributes.</summary>
    public void Finish(LineEvent into)
    {
        if (!huaweiAddress.IsNone && !PortRanges.TryAdd(huaweiAddress, huaweiFirst, huaweiLast, into))
        {
            tally.BadAttributes++;
        }

        // Digits in the Calling-Station-Id of a fixed line may be anything.
        into.Msisdn = isMobile ? into.Msisdn : "";
    }

    private bool Take(uint vendor, byte type, ReadOnlySpan<byte> value, LineEvent into)
    {
        switch (vendor)
        {
            case RadiusNumbers.Mobile:
                isMobile = true;
                return TakeMobile(type, value, into);
            case RadiusNumbers.AdslForum when type == RadiusNumbers.AgentCircuitId:
                into.CircuitId = LineText.Of(value);
                return true;
            case RadiusNumbers.AdslForum when type == RadiusNumbers.AgentRemoteId:
                into.RemoteId = LineText.Of(value);
                return true;
            case RadiusNumbers.NokiaSr:
                return TakeNokia(type, value, into);
            case RadiusNumbers.Huawei:
                return TakeHuawei(type, value);
            default:
                return true;
        }
    }

    private static bool TakeMobile(byte type, ReadOnlySpan<byte> value, LineEvent into)
    {
        switch (type)
        {
            case RadiusNumbers.Imsi:
                into.Imsi = LineText.Digits(value, Limits.ImsiDigitsMin, Limits.ImsiDigitsMax);
                return into.Imsi.Length > 0;
            case RadiusNumbers.ImeiSv:
                into.Imei = LineText.Digits(value, Limits.ImeiDigitsMin, Limits.ImeiDigitsMax);
                return into.Imei.Length > 0;
            case RadiusNumbers.UserLocation:
                into.Location = UserLocation.Of(value);
                return into.Location.Length > 0;
            default:
                return true;
        }
    }

    private static bool TakeNokia(byte type, ReadOnlySpan<byte> value, LineEvent into)
    {
        switch (type)
        {
            case RadiusNumbers.AlcSubscriberId:
                into.LineName = LineText.Of(value);
                // What the NAT itself calls its user: the inside address over again.
                into.IsOfNat = IsNatUser(into.LineName);
                return true;
            case RadiusNumbers.AlcServiceId:
                into.Instance = RadiusReader.TryNumber(value, out uint instance) ? instance : null;
                return into.Instance is not null;
            case RadiusNumbers.AlcNatPortRange:
                return PortRanges.TryParse(LineText.Of(value), into);
            default:
                return true;
        }
    }

    private bool TakeHuawei(byte type, ReadOnlySpan<byte> value)
    {
        bool isNumber = RadiusReader.TryNumber(value, out uint number);
        switch (type)
        {
            case RadiusNumbers.HuaweiNatAddress:
                huaweiAddress = Ip.FromBytes(value);
                return huaweiAddress.IsV4;
            case RadiusNumbers.HuaweiNatStartPort:
                huaweiFirst = number;
                return isNumber;
            case RadiusNumbers.HuaweiNatEndPort:
                huaweiLast = number;
                return isNumber;
            default:
                return true;
        }
    }

    private static bool IsNatUser(string name) =>
        name.StartsWith("LSN44@", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("DS-Lite@", StringComparison.OrdinalIgnoreCase)
        || name.StartsWith("NAT64@", StringComparison.OrdinalIgnoreCase);
}
