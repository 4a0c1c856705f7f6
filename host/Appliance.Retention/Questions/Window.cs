using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>An interval of true time, both ends included.</summary>
internal readonly record struct Window(TaiTime From, TaiTime To)
{
    public long LengthUs => To.Microseconds - From.Microseconds + 1;

    /// <summary>Longer on both sides.</summary>
    public Window Widen(long microseconds) => new(Add(From, -microseconds), Add(To, microseconds));

    /// <summary>Moved as a whole; later where positive.</summary>
    public Window Shift(long microseconds) => new(Add(From, microseconds), Add(To, microseconds));

    public bool Touches(TaiTime from, TaiTime to) => from <= To && From <= to;

    public bool Touches(in Window other) => Touches(other.From, other.To);

    public bool Contains(TaiTime time) => From <= time && time <= To;

    /// <summary>Microseconds added, without running out of the numbers.</summary>
    public static TaiTime Add(TaiTime time, long microseconds) =>
        new(Math.Clamp(time.Microseconds, -(long.MaxValue / 4), long.MaxValue / 4) + microseconds);
}
