namespace Appliance.Lab.Traffic;

/// <summary>Ranks 0 to n-1 with weight 1/(rank+1)^exponent, drawn in constant time by Walker's alias method.</summary>
internal sealed class Zipf
{
    private readonly double[] keep;
    private readonly int[] alias;

    public Zipf(int count, double exponent)
    {
        keep = new double[count];
        alias = new int[count];
        double sum = 0;
        for (int rank = 0; rank < count; rank++)
        {
            sum += keep[rank] = Math.Pow(rank + 1, -exponent);
        }

        for (int rank = 0; rank < count; rank++)
        {
            keep[rank] *= count / sum;
        }

        Pair(count);
    }

    public int Draw(ref Prng random)
    {
        int rank = random.Below(keep.Length);
        return random.Unit() < keep[rank] ? rank : alias[rank];
    }

    // Gives each light column what the heavy ones have too much, until every column has exactly one share.
    private void Pair(int count)
    {
        Stack<int> light = new();
        Stack<int> heavy = new();
        for (int rank = 0; rank < count; rank++)
        {
            (keep[rank] < 1 ? light : heavy).Push(rank);
        }

        while (light.Count > 0 && heavy.Count > 0)
        {
            int low = light.Pop();
            int high = heavy.Peek();
            alias[low] = high;
            keep[high] -= 1 - keep[low];
            if (keep[high] < 1)
            {
                light.Push(heavy.Pop());
            }
        }

        // What rounding left over is a full column.
        foreach (int rank in light.Concat(heavy))
        {
            keep[rank] = 1;
        }
    }
}
