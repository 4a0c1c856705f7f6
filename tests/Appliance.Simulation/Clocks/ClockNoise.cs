namespace Appliance.Simulation.Clocks;

/// <summary>Seeded noise: xoshiro256** for bits, the polar method for a normal distribution.</summary>
internal sealed class ClockNoise
{
    private ulong a;
    private ulong b;
    private ulong c;
    private ulong d;
    private double spare;
    private bool hasSpare;

    public ClockNoise(int seed)
    {
        ulong x = (ulong)seed + 0x9E3779B97F4A7C15;
        a = Mix(ref x);
        b = Mix(ref x);
        c = Mix(ref x);
        d = Mix(ref x);
    }

    /// <summary>Uniform in 0 to 1.</summary>
    public double Uniform() => (Next() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Normal, mean 0, deviation 1.</summary>
    public double Normal()
    {
        if (hasSpare)
        {
            hasSpare = false;
            return spare;
        }

        double u;
        double v;
        double r;
        do
        {
            u = (2 * Uniform()) - 1;
            v = (2 * Uniform()) - 1;
            r = (u * u) + (v * v);
        }
        while (r is >= 1 or 0);
        double scale = Math.Sqrt(-2 * Math.Log(r) / r);
        spare = v * scale;
        hasSpare = true;
        return u * scale;
    }

    /// <summary>Exponential, mean 1.</summary>
    public double Exponential() => -Math.Log(1 - Uniform());

    private ulong Next()
    {
        ulong result = ulong.RotateLeft(b * 5, 7) * 9;
        ulong t = b << 17;
        c ^= a;
        d ^= b;
        b ^= c;
        a ^= d;
        c ^= t;
        d = ulong.RotateLeft(d, 45);
        return result;
    }

    private static ulong Mix(ref ulong x)
    {
        ulong z = x += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
