using Appliance.Wire;

namespace Appliance.Time.Estimation;

/// <summary>
/// Where the estimator's thread leaves its readout and any thread takes it: two slots and a version. The writer fills
/// the slot that nobody is sent to and then moves the version; a reader that finds the version moved reads again.
/// </summary>
internal sealed class ClockPage
{
    private ClockReadout even;
    private ClockReadout odd;
    private long version;

    /// <summary>Publishes; one thread.</summary>
    public void Write(in ClockReadout readout)
    {
        long next = version + 1;
        if ((next & 1) == 0)
        {
            even = readout;
        }
        else
        {
            odd = readout;
        }

        // The slot must be whole before anyone is sent to it.
        Volatile.Write(ref version, next);

        // And the next publication must not begin to fill the other slot before this one is seen.
        Interlocked.MemoryBarrier();
    }

    /// <summary>
    /// What the last readout says of a reading of the counter; any thread. Computed in place: copying the readout first
    /// costs a third of the whole. What was computed of half a readout is thrown away.
    /// </summary>
    public TrueTime TimeAt(long raw)
    {
        while (true)
        {
            long seen = Volatile.Read(ref version);
            ref readonly ClockReadout readout = ref (seen & 1) == 0 ? ref even : ref odd;
            long tai = readout.Filter.TaiAt(raw);
            double bound = readout.BoundAt(raw);
            ClockState state = readout.State;

            // All of it must have been loaded before the version is looked at again.
            Volatile.ReadBarrier();
            if (Volatile.Read(ref version) == seen)
            {
                return state == ClockState.Unset
                    ? new TrueTime(0, double.PositiveInfinity, state)
                    : new TrueTime(tai, bound, state);
            }
        }
    }
}
