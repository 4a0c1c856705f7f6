using Appliance.Time.Estimation;

namespace Appliance.Time;

/// <summary>Failed checks in words that say what they mean for a person at the box.</summary>
internal static class CheckWords
{
    private static readonly (Checks Check, string Words)[] All =
    [
        (Checks.Step, "pulses stepped"),
        (Checks.Pull, "pulses drift away"),
        (Checks.ReceiverClock, "receiver's clock jumped"),
        (Checks.Position, "antenna seems to move"),
        (Checks.Spoofing, "receiver reports spoofing"),
        (Checks.Jamming, "receiver reports jamming"),
        (Checks.Signals, "signals look like one transmitter"),
        (Checks.Peers, "peers exclude the receiver"),
        (Checks.PeerDoubt, "a peer disagrees"),
        (Checks.Pulse, "pulses irregular"),
        (Checks.Label, "message names another second"),
        (Checks.Message, "messages contradict themselves"),
        (Checks.Date, "date cannot be"),
        (Checks.DateRepaired, "date off by 1024 weeks"),
        (Checks.HostStep, "system clock stepped"),
        (Checks.HostSteering, ClockReport.Steered),
        (Checks.NoFix, "receiver has no fix"),
        (Checks.Antenna, "antenna open or short"),
        (Checks.Sawtooth, "sawtooth correction off"),
        (Checks.Outvoted, "a peer is outvoted"),
        (Checks.Trusted, "believed by the operator"),
    ];

    /// <summary>One entry a check.</summary>
    public static IReadOnlyList<string> Of(Checks checks)
    {
        if (checks == Checks.None)
        {
            return [];
        }

        List<string> words = [];
        foreach ((Checks check, string text) in All)
        {
            if ((checks & check) != 0)
            {
                words.Add(text);
            }
        }

        return words;
    }
}
