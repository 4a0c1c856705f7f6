namespace Appliance.Supervisor.Link;

/// <summary>Takes what arrives.</summary>
public interface ILinkHandler
{
    /// <summary>
    /// One message. The array is used again after the call. The answer matters for a reliable kind: false means "not
    /// now", nothing is acknowledged, and the peer sends the message again.
    /// </summary>
    bool Take(int kind, byte[] payload, int length);
}
