namespace Appliance.Lab.Traffic;

/// <summary>The address ranges of generated traffic, all reserved for documentation, benchmarks or carriers.</summary>
public static class Addresses
{
    /// <summary>100.64.0.0/10 (RFC 6598): lines behind the NAT.</summary>
    public const uint InsidePrefix = 0x6440_0000;
    public const int InsideBits = 10;

    /// <summary>203.0.113.0/24 (RFC 5737): the NAT's public addresses.</summary>
    public const uint PublicPrefix = 0xCB00_7100;
    public const int PublicBits = 24;

    /// <summary>198.51.100.0/24 (RFC 5737): customers with a public address of their own.</summary>
    public const uint DirectPrefix = 0xC633_6400;
    public const int DirectBits = 24;

    /// <summary>192.0.2.0/24 (RFC 5737): the provider's own servers.</summary>
    public const uint OnNetPrefix = 0xC000_0200;
    public const int OnNetBits = 24;

    /// <summary>198.18.0.0/15 (RFC 2544): the internet; remotes in the first half, scanners in the second.</summary>
    public const uint RemotePrefix = 0xC612_0000;
    public const uint ScannerPrefix = 0xC613_0000;

    /// <summary>Four resolvers out in the internet serve all DNS queries: hot destinations by nature.</summary>
    public const int Resolvers = 4;

    internal static uint Inside(int line) => InsidePrefix + 1 + (uint)line;

    internal static uint Public(int number) => PublicPrefix + 1 + (uint)number;

    internal static uint Direct(int line) => DirectPrefix + 1 + (uint)line;

    internal static uint OnNet(int number) => OnNetPrefix + 1 + (uint)(number % 254);

    internal static uint Resolver(int number) => RemotePrefix + 1 + (uint)number;

    internal static uint Remote(int number) => RemotePrefix + 1 + Resolvers + (uint)number;

    internal static uint Scanner(int number) => ScannerPrefix + 1 + (uint)number;
}
