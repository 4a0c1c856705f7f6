namespace Appliance.Linux.Process;

/// <summary>Ties the calling thread to one processor, so that the packet thread keeps its cache.</summary>
public static class CpuAffinity
{
    private const int BitsPerWord = 64;

    /// <summary>Ties the calling thread; false where the processor does not exist or is not allowed.</summary>
    public static bool TrySet(int processor)
    {
        if (processor is < 0 or >= LinuxLimits.ProcessorsMax)
        {
            return false;
        }

        Span<ulong> mask = stackalloc ulong[LinuxLimits.ProcessorsMax / BitsPerWord];
        mask.Clear();
        mask[processor / BitsPerWord] = 1ul << (processor % BitsPerWord);
        return ProcessCalls.SetAffinity(0, LinuxLimits.ProcessorsMax / 8, mask) == 0;
    }

    /// <summary>How many processors the calling thread may run on.</summary>
    public static int Allowed()
    {
        Span<ulong> mask = stackalloc ulong[LinuxLimits.ProcessorsMax / BitsPerWord];
        mask.Clear();
        _ = ProcessCalls.GetAffinity(0, LinuxLimits.ProcessorsMax / 8, mask);
        int count = 0;
        foreach (ulong word in mask)
        {
            count += System.Numerics.BitOperations.PopCount(word);
        }

        return count;
    }
}
