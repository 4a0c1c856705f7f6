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

    /// <summary>The last readout, whole; any thread.</summary>
    public void Read(out ClockReadout readout)
    {
        long seen;
        do
        {
            seen = Volatile.Read(ref version);
            readout = (seen & 1) == 0 ? even : odd;

            // The copy must be complete before the version is looked at again.
            Volatile.ReadBarrier();
        }
        while (Volatile.Read(ref version) != seen);
    }
}
