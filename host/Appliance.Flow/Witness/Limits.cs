namespace Appliance.Flow;

/// <summary>Bounds of the witnesses: logs that a NAT writes, and rules that it follows.</summary>
public static partial class Limits
{
    /// <summary>Templates of all exporters together; a large NAT announces some 30, each of its cards.</summary>
    public const int TemplatesMax = 4096;

    /// <summary>Fields of one template: Cisco's longest have about 30; one message cannot hold many more.</summary>
    public const int TemplateFieldsMax = 128;

    /// <summary>Streams of log messages (exporter, port, domain): cards times processes of a provider's NATs.</summary>
    public const int LogSourcesMax = 1024;

    /// <summary>Data sets that wait for their template, of all exporters: a second of a busy card's start.</summary>
    public const int HeldSetsMax = 256;

    /// <summary>Bytes of one set that may wait: what an unfragmented datagram holds; a longer one is counted.</summary>
    public const int HeldSetBytesMax = 1480;

    /// <summary>
    /// Longest wait for a template: a NAT repeats them each minute or so; older events find no flow to speak for.
    /// </summary>
    public const long HeldSetLifeNs = 120_000_000_000;

    /// <summary>Sequence numbers this far back are late datagrams; farther back the exporter began anew.</summary>
    public const int LogReorderMax = 4096;

    /// <summary>
    /// Text of one log line: RFC 5424 section 6.1 asks for 2,048 bytes; Juniper's sessions take 1,200.
    /// </summary>
    public const int LogLineBytesMax = 8192;

    /// <summary>Templates of log lines, of all vendors together.</summary>
    public const int LogTemplatesMax = 256;

    /// <summary>Parts of one template of a log line.</summary>
    public const int LogTemplatePartsMax = 64;

    /// <summary>Vendors of log lines.</summary>
    public const int LogVendorsMax = 32;
}
