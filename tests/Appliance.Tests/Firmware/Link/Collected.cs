using Appliance.Supervisor.Link;

namespace Appliance.Tests.Firmware.Link;

/// <summary>Keeps what arrives.</summary>
internal sealed class Collected : ILinkHandler
{
    public List<(int Kind, byte[] Payload)> Messages { get; } = [];

    /// <summary>What is answered: false is "not now".</summary>
    public Func<bool> Answer { get; set; } = () => true;

    public bool Take(int kind, byte[] payload, int length)
    {
        bool taken = Answer();
        if (taken)
        {
            Messages.Add((kind, payload[..length]));
        }

        return taken;
    }
}
