namespace Appliance.Flow.Lines;

/// <summary>Numbers of RADIUS: codes, attributes and vendors, each with where it is written.</summary>
internal static class RadiusNumbers
{
    // RFC 2865 section 3, RFC 2866 section 3.
    public const int HeaderBytes = 20;
    public const int PacketBytesMax = 4096;
    public const int AuthenticatorBytes = 16;
    public const byte AccountingRequest = 4;
    public const byte AccountingResponse = 5;

    /// <summary>A proxy asks whether the server is there (RFC 5997).</summary>
    public const byte StatusServer = 12;

    // RFC 2865 section 5.
    public const byte UserName = 1;
    public const byte NasIpAddress = 4;
    public const byte NasPort = 5;
    public const byte FramedIpAddress = 8;
    public const byte FramedRoute = 22;
    public const byte VendorSpecific = 26;
    public const byte CalledStationId = 30;
    public const byte CallingStationId = 31;
    public const byte NasIdentifier = 32;
    public const byte ProxyState = 33;

    // RFC 2866 section 5, RFC 2869 section 5.
    public const byte AcctStatusType = 40;
    public const byte AcctDelayTime = 41;
    public const byte AcctInputOctets = 42;
    public const byte AcctOutputOctets = 43;
    public const byte AcctSessionId = 44;
    public const byte AcctSessionTime = 46;
    public const byte AcctTerminateCause = 49;
    public const byte AcctInputGigawords = 52;
    public const byte AcctOutputGigawords = 53;
    public const byte EventTimestamp = 55;
    public const byte MessageAuthenticator = 80;
    public const byte NasPortId = 87;

    // RFC 3162 section 2, RFC 4818 section 3, RFC 6911 section 3.
    public const byte NasIpv6Address = 95;
    public const byte FramedIpv6Prefix = 97;
    public const byte FramedIpv6Route = 99;
    public const byte DelegatedIpv6Prefix = 123;
    public const byte FramedIpv6Address = 168;

    /// <summary>Extended-Attribute-1 (RFC 6929 section 2.1).</summary>
    public const byte Extended1 = 241;

    // RFC 8045 section 3, inside 241.
    public const byte PortRange = 6;
    public const byte PortExternalV4 = 3;
    public const byte PortInternalV4 = 4;
    public const byte PortInternalV6 = 5;
    public const byte PortAllocation = 8;
    public const byte PortRangeStart = 9;
    public const byte PortRangeEnd = 10;
    public const uint Deallocation = 2;

    // Acct-Status-Type, RFC 2866 section 5.1.
    public const uint Start = 1;
    public const uint Stop = 2;
    public const uint Interim = 3;
    public const uint AccountingOn = 7;
    public const uint AccountingOff = 8;

    // Private enterprise numbers.
    public const uint Huawei = 2011;
    public const uint AdslForum = 3561;
    public const uint NokiaSr = 6527;
    public const uint Mobile = 10415;

    // ADSL-Forum, RFC 4679 section 3.3.
    public const byte AgentCircuitId = 1;
    public const byte AgentRemoteId = 2;

    // 3GPP TS 29.061 section 16.4.7.
    public const byte Imsi = 1;
    public const byte ImeiSv = 20;
    public const byte UserLocation = 22;

    // Nokia 7750 SR RADIUS attributes reference guide.
    public const byte AlcSubscriberId = 11;
    public const byte AlcServiceId = 100;
    public const byte AlcNatPortRange = 121;

    // Huawei NAT attributes of accounting.
    public const byte HuaweiNatAddress = 161;
    public const byte HuaweiNatStartPort = 162;
    public const byte HuaweiNatEndPort = 163;
}
