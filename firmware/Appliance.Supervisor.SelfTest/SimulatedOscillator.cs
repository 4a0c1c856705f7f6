using Appliance.Supervisor.Board;

namespace Appliance.Supervisor.SelfTest;

/// <summary>
/// An oven oscillator that the DAC pulls by +-500 ppb, with an own offset, a temperature effect, noise of one
/// nanosecond a second, and the divider that makes its second pulse. Phase in picoseconds after the true second.
/// </summary>
internal sealed class SimulatedOscillator
{
    private readonly SimulatedBoard board;
    private long armedPs = -1;
    private long noise = 12345;

    public SimulatedOscillator(SimulatedBoard board)
    {
        this.board = board;
    }

    public int Dac { get; set; } = 32768;

    /// <summary>Frequency offset with the DAC in the middle, 1e-12 (picoseconds a second); positive is fast.</summary>
    public int OffsetPpt { get; set; } = 80000;

    /// <summary>Effect of temperature, 1e-12 a degree from 45 degrees.</summary>
    public int PptPerDegree { get; set; } = 20;

    /// <summary>Aging, 1e-12 in a day.</summary>
    public int AgingPptPerDay { get; set; } = 500;

    /// <summary>True phase of the pulse, picoseconds; positive is late.</summary>
    public long PhasePs { get; set; } = 123456789000L;

    public int Pulses { get; private set; }

    /// <summary>Frequency, 1e-12.</summary>
    public long FrequencyPpt => OffsetPpt + ((Dac - 32768) * 1000000L / 65536)
        + ((board.OscillatorMilliC - 45000) * (long)PptPerDegree / 1000)
        + (board.WorldMs / 1000 * AgingPptPerDay / 86400);

    /// <summary>The divider begins anew at the next pulse of the receiver, within a cycle of 10 MHz.</summary>
    public void Arm() => armedPs = board.Receiver.HasPulse ? 400000 : -1;

    public void Second()
    {
        Pulses++;
        noise = ((noise * 1664525) + 1013904223) & 0xFFFFFFFFL;
        PhasePs -= FrequencyPpt;
        PhasePs += (noise >> 21) - 1024;
        if (armedPs >= 0)
        {
            PhasePs = armedPs + board.Receiver.ErrorPs;
            armedPs = -1;
        }

        PhasePs %= 1000000000000L;
    }
}
