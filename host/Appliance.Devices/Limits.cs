namespace Appliance.Devices;

/// <summary>Every bound of this project, each with its reason.</summary>
internal static class Limits
{
    /// <summary>
    /// Bytes read from the broker's stream at once, and gathered before they are written: MQTTnet reads a body in
    /// pieces of 4 KiB, which through TLS would be a call for each; with its own default of 8 KiB, 256 KiB messages
    /// went at 2 MB/s.
    /// </summary>
    public const int StreamBufferBytes = 64 * 1024;

    /// <summary>Time for the broker to close after a goodbye, ms; after it the stream is closed in any case.</summary>
    public const int GoodbyeMs = 2_000;

    /// <summary>Looks at the path in each keep-alive: how exactly one and a half of them is kept.</summary>
    public const int LooksPerKeepAlive = 8;

    /// <summary>Edges of a pin that wait to be taken, as many as a kernel's queue for one line holds.</summary>
    public const int EdgesWaitingMax = 16;
}
