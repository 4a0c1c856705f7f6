namespace Appliance.Supervisor.Link;

/// <summary>The oscillator and its loop. Drawn in LINK.md.</summary>
public sealed class OscillatorMessage
{
    /// <summary>Length of the payload.</summary>
    public const int Bytes = 40;

    /// <summary>Milliseconds since the chip's start.</summary>
    public long TicksMs;

    /// <summary><see cref="OscillatorState"/>.</summary>
    public int State;

    /// <summary><see cref="OscillatorFlag"/>; other bits zero.</summary>
    public int Flags;

    /// <summary>Value of the steering DAC.</summary>
    public int Dac;

    /// <summary>Oscillator's pulse minus the receiver's second; positive: late.</summary>
    public int PhaseNs;

    /// <summary>The receiver's estimate of its own stamp.</summary>
    public long PhaseAccuracyNs;

    /// <summary>Estimated frequency offset of the free oscillator, 1e-12.</summary>
    public int FrequencyPpt;

    /// <summary>Beside the oscillator, 0.001 degrees Celsius.</summary>
    public int TemperatureMilliC;

    /// <summary>Seconds in this state.</summary>
    public long StateSeconds;

    /// <summary>The receiver's quantisation error of its coming pulse.</summary>
    public int SawtoothPs;

    /// <summary>The receiver's count of the oscillator's pulses.</summary>
    public int Pulses;

    /// <summary>Writes the payload; returns its length.</summary>
    public int Write(byte[] payload)
    {
        LinkBytes.Put64(payload, 0, TicksMs);
        payload[8] = (byte)State;
        payload[9] = (byte)Flags;
        LinkBytes.PutU16(payload, 10, Dac);
        LinkBytes.Put32(payload, 12, PhaseNs);
        LinkBytes.Put32(payload, 16, PhaseAccuracyNs);
        LinkBytes.Put32(payload, 20, FrequencyPpt);
        LinkBytes.Put32(payload, 24, TemperatureMilliC);
        LinkBytes.Put32(payload, 28, StateSeconds);
        LinkBytes.Put32(payload, 32, SawtoothPs);
        LinkBytes.PutU16(payload, 36, Pulses);
        LinkBytes.PutU16(payload, 38, 0);
        return Bytes;
    }

    /// <summary>Reads a payload; false where its length or a reserved byte is wrong.</summary>
    public bool Read(byte[] payload, int length)
    {
        if (length != Bytes || !LinkBytes.AreZero(payload, 38, 2))
        {
            return false;
        }

        TicksMs = LinkBytes.I64(payload, 0);
        State = payload[8];
        Flags = payload[9];
        Dac = LinkBytes.U16(payload, 10);
        PhaseNs = LinkBytes.I32(payload, 12);
        PhaseAccuracyNs = LinkBytes.U32(payload, 16);
        FrequencyPpt = LinkBytes.I32(payload, 20);
        TemperatureMilliC = LinkBytes.I32(payload, 24);
        StateSeconds = LinkBytes.U32(payload, 28);
        SawtoothPs = LinkBytes.I32(payload, 32);
        Pulses = LinkBytes.U16(payload, 36);
        return true;
    }
}
