namespace Appliance.Flow;

/// <summary>Bounds of the witnesses: logs that a NAT writes, and rules that it follows.</summary>
public static partial class Limits
{
    /// <summary>
    /// A log that was not heard for so long is not gone on with: its exporter may have begun anew and come by chance to
    /// the number that was expected. A hand-over takes less.
    /// </summary>
    public const long LogResumeNs = 5_000_000_000;

    /// <summary>
    /// A stream that was silent for so long before a stop is not saved: exporters repeat their templates more often.
    /// </summary>
    public const long LogSilenceNs = 1_800_000_000_000;

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

    /// <summary>Sessions, bindings and blocks remembered: 16 million take 2.5 GB.</summary>
    public const int BindingsMax = 1 << 24;

    /// <summary>
    /// Entries looked at for one question: those of one public port, or of 4,096 ports in blocks of 16, with some past.
    /// </summary>
    public const int BindingWalkMax = 1024;

    /// <summary>
    /// Ports of a block under one key of the table; a longer block has an entry for each such stretch.
    /// </summary>
    public const int BlockStretch = 4096;

    /// <summary>Rules of deterministic NATs; tried one after the other for every flow.</summary>
    public const int NatRulesMax = 256;

    /// <summary>Longest delay of a log: decisions wait for it, and the first record comes at 5 s of age.</summary>
    public const int LogDelayMsMax = 4000;

    /// <summary>
    /// Flows that a log without arrival times must have begun at the right moment before its times are believed.
    /// </summary>
    public const int LogProofsMin = 8;

    /// <summary>Judged flows after which older ones count half: a clock that steps is noticed within as many.</summary>
    public const int LogProofsWindow = 64;

    /// <summary>Public addresses that a log without arrival times is known to speak of.</summary>
    public const int LogAddressesMax = 1 << 16;
}
