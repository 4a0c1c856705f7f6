using System.Net.Sockets;
using Appliance.Time.Observations;
using Appliance.Time.Peers;

namespace Appliance.Linux.Clocks;

/// <summary>
/// Hands our time to chronyd's SOCK reference clock, which steers the kernel's clock. chronyd makes the socket; while
/// it is not there samples are counted and dropped, and the next one finds it again after a restart.
/// </summary>
/// <param name="path">As in <c>refclock SOCK path</c> of chrony.conf.</param>
public sealed class ChronyFeed(string path) : IDisposable
{
    private readonly Socket socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
    private readonly UnixDomainSocketEndPoint daemon = new(path);
    private readonly byte[] sample = new byte[ChronySample.Bytes];

    /// <summary>Samples that chronyd took.</summary>
    public long Sent { get; private set; }

    /// <summary>Samples that nobody was there for.</summary>
    public long Dropped { get; private set; }

    /// <summary>Sends one sample, never waits.</summary>
    /// <param name="system">Reading of the system clock.</param>
    /// <param name="utcNs">UTC at that instant, nanoseconds since 1970.</param>
    /// <param name="next">An announced leap second.</param>
    public bool TrySend(RawTime system, long utcNs, LeapEvent next)
    {
        ChronySample.Write(system, utcNs, next, sample);
        try
        {
            socket.Blocking = false;
            socket.SendTo(sample, daemon);
            Sent++;
            return true;
        }
        catch (SocketException)
        {
            Dropped++;
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();
}
