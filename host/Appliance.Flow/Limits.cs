namespace Appliance.Flow;

/// <summary>Every bound of this project, with its reason. Grouped by part.</summary>
public static class Limits
{
    // ---- Capture files and blocks ----

    /// <summary>Largest frame a capture may hold: libpcap's own MAXIMUM_SNAPLEN; a longer one is damage.</summary>
    public const int CaptureFrameBytesMax = 256 * 1024;

    /// <summary>One read of a capture file: large enough that the call costs under 1 ns a frame.</summary>
    public const int CaptureReadBytes = 256 * 1024;

    /// <summary>
    /// Array of a capture source: one whole read behind the largest unfinished frame and its headers.
    /// </summary>
    public const int CaptureBufferBytes = CaptureReadBytes + CaptureFrameBytesMax + 4096;

    /// <summary>Frames in one block; a read holds at most about 3,450 frames of 60 bytes.</summary>
    public const int BlockFramesMax = 4096;

    /// <summary>Interfaces of one pcapng section; real files have a handful.</summary>
    public const int CaptureInterfacesMax = 256;

    // ---- Decode ----

    /// <summary>Headers peeled off one frame before it is called too deep; QinQ over EoMPLS over GRE takes 8.</summary>
    public const int DecodeLayersMax = 16;

    /// <summary>IPv6 extension headers of one packet: RFC 8200 names six, one may stand twice.</summary>
    public const int ExtensionHeadersMax = 8;

    /// <summary>Labels of one MPLS stack.</summary>
    public const int MplsLabelsMax = 8;

    /// <summary>Outer headers that one route names; deeper frames are counted as too deep.</summary>
    public const int RouteStepsMax = 8;

    /// <summary>Different routes remembered; beyond that frames share the route "other", which is counted.</summary>
    public const int RoutesMax = 4096;

    /// <summary>
    /// Sets of the fragment table, four entries each: 4,096 datagrams in reassembly at once, 400 KiB.
    /// </summary>
    public const int FragmentSets = 1024;

    /// <summary>Life of a fragment entry: Linux's reassembly time (RFC 8200 section 4.5 says 60 s at most).</summary>
    public const long FragmentLifeNs = 30_000_000_000;
}
