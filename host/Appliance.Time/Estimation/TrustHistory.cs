namespace Appliance.Time.Estimation;

/// <summary>The filter as it was after a pulse of a locked clock, and the temperature then.</summary>
internal readonly record struct TrustedMoment(PhaseFilter Filter, double Excess, double Systematic, double Degrees)
{
    /// <summary>Of a moment without a thermometer: colder than anything.</summary>
    public const double UnknownDegrees = -1000;
}

/// <summary>
/// The last seconds of a locked clock, to go back to when doubt comes late. A ring; the oldest gives way.
/// </summary>
internal sealed class TrustHistory
{
    private readonly TrustedMoment[] moments = new TrustedMoment[Limits.TrustedHistorySeconds + 1];
    private int next;
    private int count;

    /// <summary>How many it can hold.</summary>
    public const int Capacity = Limits.TrustedHistorySeconds + 1;

    /// <summary>Adds the newest.</summary>
    public void Add(in TrustedMoment moment)
    {
        moments[next] = moment;
        next = next + 1 == moments.Length ? 0 : next + 1;
        count = Math.Min(count + 1, moments.Length);
    }

    /// <summary>The newest at or before a raw time, or the oldest there is; false where there is none.</summary>
    public bool TryFind(long raw, out TrustedMoment moment)
    {
        moment = default;
        for (int back = 1; back <= count; back++)
        {
            moment = moments[IndexOf(back)];
            if (moment.Filter.AsOfRaw <= raw)
            {
                return true;
            }
        }

        return count > 0;
    }

    /// <summary>Drops everything after a raw time.</summary>
    public void ForgetAfter(long raw)
    {
        while (count > 0 && moments[IndexOf(1)].Filter.AsOfRaw > raw)
        {
            next = IndexOf(1);
            count--;
        }
    }

    /// <summary>All, oldest first; unused places have a raw time of 0.</summary>
    public void CopyTo(Span<TrustedMoment> to)
    {
        to[..Capacity].Clear();
        for (int i = 0; i < count; i++)
        {
            to[i] = moments[IndexOf(count - i)];
        }
    }

    /// <summary>Takes up what <see cref="CopyTo"/> gave.</summary>
    public void CopyFrom(ReadOnlySpan<TrustedMoment> from)
    {
        count = 0;
        next = 0;
        foreach (TrustedMoment moment in from)
        {
            if (moment.Filter.AsOfRaw != 0)
            {
                Add(moment);
            }
        }
    }

    private int IndexOf(int back) => (next - back + moments.Length) % moments.Length;
}
