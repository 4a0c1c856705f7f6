namespace Appliance.Edge.NatLog;

/// <summary>Bounds of the listeners for NAT logs.</summary>
internal static class Limits
{
    /// <summary>Events between listener and packet thread: a tenth of a second at 300,000 events a second.</summary>
    public const int QueueEvents = 1 << 15;

    /// <summary>Listening sockets, a thread each; a box has one or two addresses and a port for each form.</summary>
    public const int ListenersMax = 16;

    /// <summary>Streams open at once; a further one is closed at once and counted.</summary>
    public const int StreamsMax = 64;

    /// <summary>Largest datagram: what UDP can carry.</summary>
    public const int DatagramBytes = 65_536;

    /// <summary>What is read of a stream and not yet whole: the longest message of IPFIX, and one read.</summary>
    public const int StreamBytes = 2 * 65_536;

    /// <summary>Room in the kernel while the listener is busy: 25,000 datagrams of usual size.</summary>
    public const int ReceiveBytes = 8 << 20;

    /// <summary>Pause before a listener that could not be opened, or failed, is tried again.</summary>
    public const int RetryMs = 500;
}
