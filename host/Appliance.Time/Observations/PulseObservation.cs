namespace Appliance.Time.Observations;

/// <summary>
/// One pulse: a counter's reading at its edge. Which second it was, a <see cref="TimeOfDayObservation"/> says.
/// </summary>
/// <param name="Source">Where it was captured.</param>
/// <param name="Counter">Which counter was read.</param>
/// <param name="Raw">The reading, the declared latency of the capture already taken off.</param>
/// <param name="PathBoundNs">
/// Half width around <paramref name="Raw"/> that certainly holds the edge: uncertainty of the latency, resolution, and
/// the window of the mapping where the capture was on another counter. Systematic: it does not average out.
/// </param>
/// <param name="Sequence">Counted by the capture; a hole means pulses that were missed.</param>
/// <param name="IsRising">The edge. The wrong one means the pulse's length as an error.</param>
public readonly record struct PulseObservation(
    SourceId Source, CounterId Counter, RawTime Raw, uint PathBoundNs, uint Sequence, bool IsRising);

/// <summary>
/// Where pulses come from: kernel PPS, a PTP hardware clock, a GPIO line, the simulator. Used by one thread.
/// </summary>
public interface IPulseSource
{
    /// <summary>Which source this is.</summary>
    SourceId Id { get; }

    /// <summary>The counter of its observations.</summary>
    CounterId Counter { get; }

    /// <summary>Pulses left out since it was opened: a clock was stepped about them, they have no time.</summary>
    long LeftOut => 0;

    /// <summary>
    /// Takes the oldest pulse that has not been taken yet; waits for at most <paramref name="timeoutMs"/>
    /// (0: not at all). False where none came.
    /// </summary>
    /// <exception cref="IOException">The device is gone or refuses; what to do stands in the message.</exception>
    bool TryTake(int timeoutMs, out PulseObservation pulse);
}

/// <summary>
/// The sawtooth of a receiver: how far the pulse that it names lies from the receiver's idea of the second.
/// </summary>
/// <param name="Source">The receiver.</param>
/// <param name="ArrivedAt">MONOTONIC_RAW when the message was complete.</param>
/// <param name="Pulse">The second of the pulse on the receiver's scale; TIM-TP names the next pulse.</param>
/// <param name="QuantisationErrorPs">
/// u-blox's qErr in picoseconds: the pulse came so much earlier than the second (ideal = edge + qErr).
/// </param>
/// <param name="IsValid">The receiver did not mark it invalid, and it lies within what the receiver's clock can be
/// off.</param>
public readonly record struct SawtoothObservation(
    SourceId Source, RawTime ArrivedAt, ScaledTime Pulse, int QuantisationErrorPs, bool IsValid);

/// <summary>
/// The inverse of a pulse: a receiver's stamp of an edge at its input (TIM-TM2), such as the pulse of our oscillator.
/// </summary>
/// <param name="Source">The receiver.</param>
/// <param name="ArrivedAt">MONOTONIC_RAW when the message was complete.</param>
/// <param name="Edge">When the edge came, by the receiver.</param>
/// <param name="AccuracyNs">The receiver's estimate of its stamp.</param>
/// <param name="Count">Rising edges counted by the receiver, modulo 65536.</param>
/// <param name="IsRising">Which edge was stamped.</param>
/// <param name="IsValid">The receiver's time is valid and it knows its scale.</param>
public readonly record struct MarkObservation(
    SourceId Source, RawTime ArrivedAt, ScaledTime Edge, uint AccuracyNs, ushort Count, bool IsRising, bool IsValid);
