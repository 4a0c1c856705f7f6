namespace Appliance.Wire;

/// <summary>
/// An end time as a small number: microseconds after a reference plus 1, and 0 for "still open" (the default time).
/// All arithmetic wraps at 2^64, and where an end would fall on the code of "still open" the two change places, so that
/// every pair of times comes back as it was.
/// </summary>
internal static class TimeCode
{
    public static ulong End(TaiTime end, TaiTime reference)
    {
        ulong open = 1 - (ulong)reference.Microseconds;
        return Swap((ulong)end.Microseconds + open, open);
    }

    public static TaiTime End(ulong code, TaiTime reference)
    {
        ulong open = 1 - (ulong)reference.Microseconds;
        return new TaiTime((long)(Swap(code, open) - open));
    }

    private static ulong Swap(ulong code, ulong open) => code == open ? 0 : code == 0 ? open : code;
}
