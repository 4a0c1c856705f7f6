using Appliance.Wire;

namespace Appliance.Flow.Lines;

/// <summary>
/// Turns an Accounting-Request into an event. Nothing throws: a packet that is not one is counted; an attribute that
/// contradicts its own form is counted and left out, as RFC 2865 section 5 and RFC 6929 section 2.8 ask.
/// </summary>
public sealed class RadiusDecoder(LineTally tally)
{
    private readonly RadiusVendors vendors = new(tally);

    /// <summary>Decodes one datagram; false, and counted, where it is no event.</summary>
    /// <param name="bytes">The datagram; what lies behind its length field is not looked at.</param>
    /// <param name="secret">Secret of the sender, to check it by; empty for a mirrored packet without one.</param>
    /// <param name="sender">Where it came from: stands in for an access server that does not name itself.</param>
    /// <param name="heardNs">Raw time.</param>
    /// <param name="into">Overwritten.</param>
    public bool TryDecode(
        ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> secret, Ip sender, long heardNs, LineEvent into)
    {
        into.Clear();
        if (!RadiusReader.TryRead(bytes, out RadiusReader reader))
        {
            tally.Malformed++;
            return false;
        }

        if (reader.Code != RadiusNumbers.AccountingRequest)
        {
            tally.Other++;
            return false;
        }

        if (!secret.IsEmpty && !RadiusSecret.IsAuthentic(bytes, secret))
        {
            tally.Unauthentic++;
            return false;
        }

        into.Source = secret.IsEmpty ? LineSource.RadiusUnchecked : LineSource.Radius;
        into.HeardNs = heardNs;
        var facts = new Facts { Status = uint.MaxValue };
        vendors.Begin();
        while (reader.TryNext(out byte type, out ReadOnlySpan<byte> value))
        {
            // A zero-length text says nothing; FreeRADIUS leaves it out as well.
            if (!value.IsEmpty && !Take(type, value, into, ref facts))
            {
                tally.BadAttributes++;
            }
        }

        return Finish(facts, sender, into);
    }

    private bool Take(byte type, ReadOnlySpan<byte> value, LineEvent into, ref Facts facts)
    {
        switch (type)
        {
            case RadiusNumbers.VendorSpecific:
                return vendors.TryTake(value, into);
            case RadiusNumbers.Extended1:
                return RadiusVendors.TryTakeExtended(value, into);
            case RadiusNumbers.FramedIpAddress or RadiusNumbers.FramedIpv6Address:
                return TryHost(value, into);
            case RadiusNumbers.FramedIpv6Prefix or RadiusNumbers.DelegatedIpv6Prefix:
                return TryPrefix(value, into);
            case RadiusNumbers.FramedRoute or RadiusNumbers.FramedIpv6Route:
                return TryRoute(LineText.Of(value), into);
            case RadiusNumbers.NasIpAddress or RadiusNumbers.NasIpv6Address:
                facts.Server = Ip.FromBytes(value);
                return !facts.Server.IsNone;
            default:
                return TakeText(type, value, into, ref facts);
        }
    }

    private static bool TakeText(byte type, ReadOnlySpan<byte> value, LineEvent into, ref Facts facts)
    {
        switch (type)
        {
            case RadiusNumbers.UserName:
                into.User = LineText.Of(value);
                return true;
            case RadiusNumbers.CalledStationId:
                into.Called = LineText.Of(value);
                return true;
            case RadiusNumbers.CallingStationId:
                // A telephone number of a SIM, or the MAC address of what is plugged into a line.
                into.Mac = LineText.Mac(value);
                into.Msisdn = LineText.Digits(value, Limits.MsisdnDigitsMin, Limits.MsisdnDigitsMax);
                return true;
            case RadiusNumbers.NasIdentifier:
                into.Server = LineText.Of(value);
                return true;
            case RadiusNumbers.AcctSessionId:
                into.Session = LineText.Of(value);
                return true;
            case RadiusNumbers.NasPortId:
                into.Port = LineText.Of(value);
                return true;
            default:
                return TakeNumber(type, value, into, ref facts);
        }
    }

    private static bool TakeNumber(byte type, ReadOnlySpan<byte> value, LineEvent into, ref Facts facts)
    {
        bool isNumber = RadiusReader.TryNumber(value, out uint number);
        switch (type)
        {
            case RadiusNumbers.AcctStatusType:
                facts.Status = isNumber ? number : facts.Status;
                return isNumber;
            case RadiusNumbers.AcctDelayTime:
                into.DelaySeconds = number;
                return isNumber;
            case RadiusNumbers.AcctSessionTime:
                into.SessionSeconds = isNumber ? number : null;
                return isNumber;
            case RadiusNumbers.EventTimestamp:
                into.SenderSeconds = number;
                return isNumber;
            case RadiusNumbers.AcctInputOctets or RadiusNumbers.AcctOutputOctets:
                into.Octets += number;
                return isNumber;
            case RadiusNumbers.AcctInputGigawords or RadiusNumbers.AcctOutputGigawords:
                into.Octets += (ulong)number << 32;
                return isNumber;
            case RadiusNumbers.AcctTerminateCause:
                facts.HasCause = isNumber;
                return isNumber;
            case RadiusNumbers.NasPort:
                facts.Port = number;
                facts.HasPort = isNumber;
                return isNumber;
            default:
                return true;
        }
    }

    private bool Finish(in Facts facts, Ip sender, LineEvent into)
    {
        switch (facts.Status)
        {
            case RadiusNumbers.Start:
                into.Kind = LineEventKind.Start;
                break;
            case RadiusNumbers.Interim:
                into.Kind = LineEventKind.Interim;
                break;
            case RadiusNumbers.Stop:
                into.Kind = LineEventKind.Stop;
                break;
            case RadiusNumbers.AccountingOn or RadiusNumbers.AccountingOff:
                into.Kind = LineEventKind.ServerReset;
                break;
            default:
                tally.Other++;
                return false;
        }

        // A server that gives ranges back while the session goes on says why (Nokia: Acct-Terminate-Cause).
        into.IsRelease |= into.Kind == LineEventKind.Interim && facts.HasCause;
        into.Server = into.Server.Length > 0 ? into.Server
            : facts.Server.IsNone ? sender.ToString() : facts.Server.ToString();
        into.Port = into.Port.Length > 0 || !facts.HasPort ? into.Port : facts.Port.ToString(Invariant);
        vendors.Finish(into);
        tally.Taken++;
        return true;
    }

    private static bool TryHost(ReadOnlySpan<byte> value, LineEvent into)
    {
        Ip address = Ip.FromBytes(value);
        // RFC 2865 section 5.8: all ones and all ones but the last stand for "choose one"; nobody holds them.
        bool isHeld = !address.IsNone && (!address.IsV4 || address.V4 is not (0 or 0xFFFF_FFFF or 0xFFFF_FFFE));
        return isHeld && into.Add(new IpPrefix(address, address.IsV4 ? 32 : 128));
    }

    /// <summary>Reserved byte, length in bits, as many bytes as are not zero (RFC 3162 section 2.3).</summary>
    private static bool TryPrefix(ReadOnlySpan<byte> value, LineEvent into)
    {
        const int Address = 2;
        const int AddressBytes = 16;
        if (value.Length is < Address or > Address + AddressBytes || value[1] > 128)
        {
            return false;
        }

        Span<byte> whole = stackalloc byte[AddressBytes];
        value[Address..].CopyTo(whole);
        IpPrefix prefix = Prefixes.Cut(Ip.FromBytes(whole), value[1]);
        // FreeRADIUS, too, takes a value that is longer than its length needs, as long as the rest is zero.
        return prefix.Address == Ip.FromBytes(whole) && Prefixes.IsNarrow(prefix) && into.Add(prefix);
    }

    /// <summary>A route of the line's own network: prefix, gateway, metrics (RFC 2865 section 5.22).</summary>
    private static bool TryRoute(string text, LineEvent into)
    {
        int space = text.IndexOf(' ');
        ReadOnlySpan<char> first = space < 0 ? text : text.AsSpan(0, space);
        return IpPrefix.TryParse(first, out IpPrefix prefix) && Prefixes.IsNarrow(prefix)
            && into.Add(Prefixes.Cut(prefix.Address, prefix.Length));
    }

    private static System.Globalization.CultureInfo Invariant => System.Globalization.CultureInfo.InvariantCulture;

    private struct Facts
    {
        public uint Status;
        public Ip Server;
        public uint Port;
        public bool HasPort;
        public bool HasCause;
    }
}
