namespace Appliance.Edge.Configuration;

/// <summary>Every rule that the clock's part of the configuration must keep.</summary>
internal static class ClockCheck
{
    private const int LatencyNsMax = 10_000_000;
    private const int MarkNsMax = 1_000; // Steps of a megahertz; receivers count in tens.
    private const int PathUsMax = 1_000_000;

    // A second: whoever is off by more is no peer.
    private const int AsymmetryNsMax = 1_000_000_000;
    private static readonly uint[] Speeds = [0, 4800, 9600, 19_200, 38_400, 57_600, 115_200, 230_400, 460_800, 921_600];

    public static IEnumerable<string?> Problems(ApplianceOptions options)
    {
        ClockOptions clock = options.Clock;
        yield return clock.Receiver.IsBehindSupervisor && options.Supervisor.Line is null
            ? "clock.receiver.device is supervisor; name the line to it in supervisor.line" : null;
        yield return clock.Receiver is { IsBehindSupervisor: true, Kind: not "as-is" }
            ? "clock.receiver.kind must be as-is; a receiver behind the supervisor is set up by it" : null;
        yield return OptionsCheck.OneOf("clock.oscillator", clock.Oscillator, "xo", "tcxo", "ocxo");
        yield return OptionsCheck.InRange(
            "clock.systematicNanoseconds", (int)Math.Min(clock.SystematicNanoseconds, int.MaxValue), 0, 1_000_000);
        foreach (string? problem in Receiver(clock).Concat(Pulses(clock)).Concat(Peers(clock)).Concat(Log(clock)))
        {
            yield return problem;
        }

        yield return clock.StampBoundMicroseconds <= PathUsMax
            ? null : $"clock.stampBoundMicroseconds is {clock.StampBoundMicroseconds}; it must be 0 to {PathUsMax}";
        for (int i = 0; i < clock.StampPaths.Count; i++)
        {
            StampPathOptions path = clock.StampPaths[i];
            string at = $"clock.stampPaths[{i}]";
            yield return options.Legs.Any(leg => leg.Interface == path.Interface)
                ? null : $"{at}.interface is '{path.Interface}'; it must be an interface of a leg";
            yield return path.StampLeastMicroseconds <= path.StampMicroseconds
                ? null : $"{at}.stampLeastMicroseconds is more than stampMicroseconds; give the smallest delay";
            yield return path.MirrorLeastMicroseconds <= path.MirrorMicroseconds
                ? null : $"{at}.mirrorLeastMicroseconds is more than mirrorMicroseconds; give the smallest delay";
            yield return path.StampMicroseconds + (ulong)path.MirrorMicroseconds <= PathUsMax
                ? null : $"{at} is more than a second; measure the delay of the mirror and give that";
        }
    }

    private static IEnumerable<string?> Receiver(ClockOptions clock)
    {
        ReceiverOptions receiver = clock.Receiver;
        yield return OptionsCheck.OneOf("clock.receiver.kind", receiver.Kind, "ublox9", "ublox8", "as-is");
        yield return OptionsCheck.OneOf("clock.receiver.port", receiver.Port, "uart1", "uart2", "usb");
        yield return Speeds.Contains(receiver.Baud)
            ? null : $"clock.receiver.baud is {receiver.Baud}; it must be one of {string.Join(", ", Speeds)}";
        yield return OptionsCheck.InRange(
            "clock.receiver.cableDelayNanoseconds", receiver.CableDelayNanoseconds, 0, short.MaxValue);
        yield return OptionsCheck.InRange("clock.receiver.surveySeconds", receiver.SurveySeconds, 0, 604_800);
        yield return receiver.PulseNoiseNanoseconds is >= 1 and <= 1_000_000
            && receiver.CorrectedNoiseNanoseconds is >= 1 and <= 1_000_000
                ? null : "clock.receiver: the noise of pulses must be 1 to 1000000 nanoseconds";
        yield return receiver.Device is not null && clock.Pulses.Kind == "none"
            ? "clock.pulses.kind is none; a receiver's messages say which second it is, only its pulses when it began"
            : null;
    }

    private static IEnumerable<string?> Pulses(ClockOptions clock)
    {
        PulseOptions pulses = clock.Pulses;
        yield return OptionsCheck.OneOf("clock.pulses.kind", pulses.Kind, "none", "kernel", "ptp", "gpio");
        yield return pulses.Kind != "none" && pulses.Device.Length == 0
            ? "clock.pulses.device is missing; name the device, as in /dev/pps0" : null;
        yield return pulses.Kind != "none" && clock.Receiver.Device is null
            ? "clock.receiver.device is missing; without a receiver nobody says which second a pulse was" : null;
        yield return pulses is { MarkedByReceiver: true, Kind: "none" }
            ? "clock.pulses.markedByReceiver is true; name where the marked pulses are captured in clock.pulses.kind"
            : null;
        yield return Math.Max(pulses.MarkEarlyNanoseconds, pulses.MarkLateNanoseconds) <= MarkNsMax
            ? null
            : "clock.pulses.markEarlyNanoseconds and markLateNanoseconds must be 0 to "
                + $"{MarkNsMax} nanoseconds; give what the receiver's manual says of its stamp's step";
        yield return pulses.LatencyNanoseconds <= LatencyNsMax && (pulses.LatencyBoundNanoseconds ?? 0) <= LatencyNsMax
            ? null : $"clock.pulses: latency and its bound must be 0 to {LatencyNsMax} nanoseconds";
    }

    private static IEnumerable<string?> Peers(ClockOptions clock)
    {
        PeerOptions peers = clock.Peers;
        yield return OptionsCheck.InRange("clock.peers.ptpDomain", peers.PtpDomain, 0, 255);
        yield return OptionsCheck.InRange("clock.peers.pollSeconds", peers.PollSeconds, 1, 1024);
        yield return peers.PtpAsymmetryNanoseconds <= AsymmetryNsMax && peers.NtpAsymmetryNanoseconds <= AsymmetryNsMax
            ? null : $"clock.peers: an asymmetry must be 0 to {AsymmetryNsMax} nanoseconds";
        yield return peers.Any && peers.SocketFolder.Length == 0
            ? "clock.peers.socketFolder is empty; name a folder that the programs asked can reach" : null;
        yield return clock.ChronyFeed is not null && clock.Receiver.Device is null
            ? "clock.chronyFeed has nothing to give; without a receiver chronyd would be told what it said" : null;
    }

    private static IEnumerable<string?> Log(ClockOptions clock)
    {
        yield return clock.Log.Folder.Length == 0 ? "clock.log.folder is empty; name a folder" : null;
        yield return OptionsCheck.InRange("clock.log.days", clock.Log.Days, 1, 3660);
        yield return OptionsCheck.InRange("clock.log.fileMiB", clock.Log.FileMiB, 1, 256);
        yield return clock.Kept.Length == 0 ? "clock.kept is empty; name a file" : null;
    }
}
