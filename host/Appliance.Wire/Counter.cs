namespace Appliance.Wire;

/// <summary>
/// The counters of manifest key 15, in their order on the wire. Cumulative in the epoch, so that a lost batch does
/// not lose its counts. A new counter is added at the end; a reader takes a missing one as zero.
/// </summary>
public enum Counter : byte
{
    PacketsInside,
    PacketsOutside,
    KernelDropsInside,
    KernelDropsOutside,
    RingDropsInside,
    RingDropsOutside,
    DuplicatesInside,
    DuplicatesOutside,

    /// <summary>The capture's link type is not one that is decoded.</summary>
    UndecodedLink,

    /// <summary>No IP inside: ARP, LLDP, spanning tree.</summary>
    UndecodedNotIp,

    /// <summary>The headers were cut off by the capture or are shorter than they say.</summary>
    UndecodedTruncated,

    /// <summary>A header contradicts itself (length, version, header length).</summary>
    UndecodedMalformed,

    /// <summary>IP, but a transport without flows here (OSPF, ESP).</summary>
    UndecodedTransport,

    /// <summary>A fragment whose first part was not seen.</summary>
    UndecodedFragment,

    /// <summary>Nested deeper than <c>Limits</c> allows.</summary>
    UndecodedDepth,

    /// <summary>No rule says which leg the frame is of.</summary>
    NoLegRule,

    /// <summary>ICMP errors and other messages about a flow, counted and not a flow.</summary>
    IcmpErrors,

    /// <summary>Frames whose captured length is shorter than the frame was.</summary>
    Sliced,
    FlowsOpened,
    FlowsClosed,
    FlowsEvicted,

    /// <summary>Packets that found no room for their flow.</summary>
    FlowsRefused,

    /// <summary>Outside packets from the internet without any answer (scans): counts, not flows.</summary>
    Unsolicited,
    FlowsAttributed,
    FlowsAmbiguous,
    FlowsUnattributed,
    BindingsReused,
    BindingsRevised,
    NamesTls,
    NamesQuic,
    NamesHttp,
    NamesDns,

    /// <summary>Flows whose ClientHello is encrypted (ECH): the name is the cover name, marked.</summary>
    NamesEncrypted,

    /// <summary>Names not looked for because of overload or a full table.</summary>
    NamesSkipped,
    RecordsWritten,

    /// <summary>Records that found the queue full.</summary>
    RecordsDropped,

    /// <summary>
    /// Estimated loss before the box, parts per million of packets in the last interval of 10 s. Nothing could be
    /// estimated, and 0 means nothing, where <see cref="TcpShownInside"/> of the same leg did not grow.
    /// </summary>
    LossInsidePpm,
    LossOutsidePpm,
    Alarms,

    /// <summary>Records of an excluded address range, which the notice does not allow to be kept.</summary>
    RecordsExcluded,

    /// <summary>Payload bytes that the leg showed of the TCP flows from which the loss is estimated.</summary>
    TcpShownInside,
    TcpShownOutside,

    /// <summary>Bytes of the same flows that their receivers acknowledged and the leg never showed.</summary>
    TcpHiddenInside,
    TcpHiddenOutside,

    /// <summary>Payload bytes of flows of which the leg shows one direction: no estimate from them.</summary>
    TcpOneWayInside,
    TcpOneWayOutside,

    /// <summary>Estimated packets of all kinds that the network carried and the leg did not show.</summary>
    HiddenPacketsInside,
    HiddenPacketsOutside,

    /// <summary>Frames that came to the box shorter than their IP header says: the mirror slices.</summary>
    CutBeforeInside,
    CutBeforeOutside,

    /// <summary>Closed flows that only one leg showed, without scans and flows within the provider's network.</summary>
    FlowsInsideOnly,
    FlowsOutsideOnly,

    /// <summary>Samples of joined flows' outside leg; those whose like the inside did not show.</summary>
    SamplesChecked,
    SamplesMissed,

    /// <summary>Messages about sessions and port blocks (RADIUS accounting, DHCP) that were taken.</summary>
    LineMessages,

    /// <summary>Those that were malformed or whose authenticator did not fit.</summary>
    LineMessagesRefused,

    /// <summary>Those that found the queue full, or their session the table.</summary>
    LineMessagesDropped,

    /// <summary>Sessions that held an address at the same time as another.</summary>
    SessionConflicts,

    /// <summary>Events that logs of NATs told.</summary>
    WitnessEvents,

    /// <summary>Places in a log where messages are missing.</summary>
    WitnessGaps,

    /// <summary>Events whose own time cannot be right, as their arrival shows.</summary>
    WitnessClockOff,

    /// <summary>Events of a VRF that the configuration does not name.</summary>
    WitnessRefused,

    /// <summary>Ends whose beginning no message told.</summary>
    WitnessUnmatched,

    /// <summary>Bindings that had to make room while they may have been in use.</summary>
    WitnessForgotten,

    /// <summary>Events that found the queue to the packet thread full.</summary>
    WitnessDropped,

    /// <summary>Flows to which a log or a rule gave the other side, the mirror not.</summary>
    WitnessNamed,

    /// <summary>Flows of which the mirror and another witness say the same.</summary>
    WitnessAgreed,

    /// <summary>Flows of which two witnesses say different things: both stand in the records.</summary>
    WitnessConflicts,

    /// <summary>Flows of which a log says something, but not with certainty.</summary>
    WitnessDoubts,

    /// <summary>Joined flows from which the delay between the legs was learned.</summary>
    LegDelaySamples,

    /// <summary>Changes of that delay that lasted and were larger than its spread.</summary>
    LegDelaySteps,

    /// <summary>
    /// The learned delay now, of the two legs furthest apart: microseconds by which the outside leg's stamps are later;
    /// 0 where they are earlier, then the next counter has it.
    /// </summary>
    LegDelayLateUs,
    LegDelayEarlyUs,

    /// <summary>Four of five packets lie within this of the delay, microseconds.</summary>
    LegDelaySpreadUs,

    /// <summary>Public tuples that spoke again after a silence of a second or more, with the line they had.</summary>
    TuplesKept,

    /// <summary>Those that spoke again with another line or another port of it.</summary>
    TuplesChanged,

    /// <summary>Flows attributed by less content than others need, since their public tuple was known.</summary>
    TuplesConfirmed,
}
