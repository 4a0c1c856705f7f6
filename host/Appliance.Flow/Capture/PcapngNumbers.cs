namespace Appliance.Flow;

/// <summary>Numbers of draft-ietf-opsawg-pcapng, for who reads such a file and who writes one.</summary>
public static class PcapngNumbers
{
    /// <summary>Block that begins a section; the same in both byte orders.</summary>
    public const uint SectionHeader = 0x0A0D_0D0A;

    /// <summary>Says the byte order of a section.</summary>
    public const uint ByteOrderMagic = 0x1A2B_3C4D;

    public const uint InterfaceBlock = 1;
    public const uint ObsoletePacket = 2;
    public const uint SimplePacket = 3;
    public const uint StatisticsBlock = 5;
    public const uint EnhancedPacket = 6;

    /// <summary>if_name, of an interface.</summary>
    public const ushort OptionName = 2;

    /// <summary>if_tsresol, of an interface.</summary>
    public const ushort OptionResolution = 9;

    /// <summary>if_tsoffset, of an interface.</summary>
    public const ushort OptionOffset = 14;

    /// <summary>isb_ifdrop, of an interface's statistics.</summary>
    public const ushort OptionDropped = 5;
}
