namespace Appliance.Supervisor.Panel;

/// <summary>What the panel shows, filled once a second.</summary>
internal sealed class PanelFacts
{
    public int OscillatorState;
    public int StateSeconds;
    public int PhaseNs;
    public int Dac;
    public int HostState;
    public bool IsPowerFailing;
    public int TamperLatched;
    public long ActiveAlarms;
    public int Unrecorded;
    public int SupplyMillivolts;
    public int SupplyMilliamps;
    public int OscillatorMilliC;
    public int BoardMilliC;
    public int FanRpm;
    public long UnixSeconds;
    public int TimeQuality;
    public bool IsReceiverSilent;
    public bool IsUpdating;
}
