using System.Globalization;
using Appliance.Supervisor.Link;

namespace Appliance.Edge.Supervisor;

/// <summary>What the supervisor's numbers mean, in words that say what to do.</summary>
internal static class AlarmWords
{
    /// <summary>Whether an alarm means that somebody may have been inside the case.</summary>
    public static bool IsTamper(int kind) =>
        kind is AlarmKind.TamperLid or AlarmKind.TamperMesh or AlarmKind.TamperWithoutPower;

    /// <summary>What happened, in short; for manifests and the panel.</summary>
    public static string Short(int kind) => kind switch
    {
        AlarmKind.TamperLid => "lid opened",
        AlarmKind.TamperMesh => "case loop broken",
        AlarmKind.TamperWithoutPower => "opened unpowered",
        AlarmKind.PowerFailing => "power failing",
        AlarmKind.SupplyLow => "supply low",
        AlarmKind.SupplyHigh => "supply high",
        AlarmKind.TooHot => "too hot",
        AlarmKind.TooCold => "too cold",
        AlarmKind.FanStalled => "fan stalled",
        AlarmKind.ReceiverSilent => "receiver silent",
        AlarmKind.ReceiverNotSetUp => "receiver not set up",
        AlarmKind.NotSteerable => "oscillator not steerable",
        AlarmKind.HostHung => "host hung",
        AlarmKind.BootLoop => "boot loop",
        AlarmKind.DeviceMissing => "device missing",
        AlarmKind.ClockStopped => "board clock stopped",
        AlarmKind.UpdateFailed => "update failed",
        AlarmKind.MemoryFault => "kept record lost",
        _ => string.Create(CultureInfo.InvariantCulture, $"alarm of kind {kind}"),
    };

    /// <summary>An alarm that stands, with its hint.</summary>
    public static string Standing(int kind) => kind switch
    {
        AlarmKind.TamperLid => "the lid of the case is open; close it, then `icrctl tamper acknowledge`",
        AlarmKind.TamperMesh => "the loop through the case is broken; have the case looked at",
        AlarmKind.TamperWithoutPower => "the case was opened while it had no power; have it looked at",
        AlarmKind.PowerFailing => "the power is failing: the supercapacitor carries the board; check the supply",
        AlarmKind.SupplyLow => "the supply is too low; check the feed and its cable",
        AlarmKind.SupplyHigh => "the supply is too high; check the feed before the board is harmed",
        AlarmKind.TooHot => "the board is too hot; check the fan, the filter and the room",
        AlarmKind.TooCold => "the board is too cold for its oscillator; check the room",
        AlarmKind.FanStalled => "the fan is driven and does not turn; exchange it",
        AlarmKind.ReceiverSilent => "the GNSS receiver says nothing; check its cable and its supply",
        AlarmKind.ReceiverNotSetUp => "the GNSS receiver refuses a setting that timing needs; is it of the right kind?",
        AlarmKind.NotSteerable => "the oscillator does not follow its steering; exchange the board",
        AlarmKind.HostHung => "the box hung and its power was cut and given back; send a bundle (`icrctl bundle`)",
        AlarmKind.BootLoop => "the box was started too often without coming up; send a bundle (`icrctl bundle`)",
        AlarmKind.DeviceMissing => "a device on the board does not answer; exchange the board",
        AlarmKind.ClockStopped => "the board's clock lost its time; exchange its battery",
        AlarmKind.UpdateFailed => "the update of the supervisor failed; the old firmware runs",
        AlarmKind.MemoryFault => "a record that the supervisor keeps was lost; watch whether it comes again",
        _ => $"the supervisor says {Short(kind)}; this program is older than its firmware",
    };

    public static string Power(int reason) => reason switch
    {
        PowerReason.Watchdog => "the box did not feed its watchdog",
        PowerReason.Request => "the box asked for it",
        PowerReason.Brake => "it was started too often without coming up",
        PowerReason.Button => "somebody held the button",
        _ => "unknown reason",
    };

    public static string Oscillator(int state) => state switch
    {
        OscillatorState.WarmUp => "warm-up",
        OscillatorState.Acquire => "acquiring",
        OscillatorState.Track => "locked",
        OscillatorState.Holdover => "holdover",
        OscillatorState.Fault => "fault",
        _ => "unknown",
    };

    public static string Update(int reason) => reason switch
    {
        UpdateReason.NoKey => "the chip holds no key for updates yet",
        UpdateReason.OtherBoard => "it is for another board",
        UpdateReason.TooOld => "it is older than what the chip may go back to",
        UpdateReason.TooLong => "it does not fit the chip",
        UpdateReason.BadSignature => "its signature does not fit",
        UpdateReason.BadHash => "what arrived is not what was signed",
        UpdateReason.BadOrder => "a part came out of turn",
        UpdateReason.StoreFault => "the chip's memory did not take it",
        UpdateReason.NotConfirmed => "the new firmware was not confirmed in time; the old one runs again",
        UpdateReason.Abandoned => "it was abandoned",
        UpdateReason.OtherKey => "the chip holds another key, and takes none a second time",
        _ => "no reason given",
    };
}
