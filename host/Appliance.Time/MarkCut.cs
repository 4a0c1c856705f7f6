namespace Appliance.Time;

/// <summary>
/// How far a receiver's stamp (TIM-TM2) may stand off its edge: it is cut to the receiver's own counting, some 21 ns
/// of 48 MHz, always to the same side, so that no average removes it; the receivers' manuals do not say to which.
/// Where that is known, the middle is taken off; in any case half of the whole is in the bound. Whoever leads the
/// receiver's own pulse to its input finds out: the stamps' mean less the second, sawtooth taken off, is the middle.
/// </summary>
/// <param name="EarlyNs">At most so much before the edge.</param>
/// <param name="LateNs">At most so much after it.</param>
public readonly record struct MarkCut(uint EarlyNs, uint LateNs)
{
    /// <summary>A step of 48 MHz to either side.</summary>
    public static MarkCut Unknown { get; } = new(21, 21);

    /// <summary>Stamp less edge in the middle, rounded down.</summary>
    internal long MiddleNs => ((long)LateNs - EarlyNs) >> 1;

    /// <summary>Half the width, rounded up.</summary>
    internal uint HalfNs => (uint)(((ulong)EarlyNs + LateNs + 1) / 2);
}
