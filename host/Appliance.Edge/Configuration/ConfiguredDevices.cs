namespace Appliance.Edge.Configuration;

/// <summary>The device nodes that the daemon opens under a configuration, for whoever must allow them.</summary>
public static class ConfiguredDevices
{
    /// <summary>Paths as they stand in the configuration: supervisor, receiver, pulses.</summary>
    public static IReadOnlyList<string> Of(ApplianceOptions options)
    {
        List<string> all = [];
        if (options.Supervisor.Line is { } line)
        {
            all.Add(line);
        }

        if (options.Clock.Receiver is { Device: { } receiver, IsBehindSupervisor: false })
        {
            all.Add(receiver);
        }

        if (options.Clock.Pulses.Kind != "none")
        {
            all.Add(options.Clock.Pulses.Device);
        }

        return all;
    }
}
