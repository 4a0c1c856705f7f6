using System.Text;

namespace Appliance.Lab.Traffic;

/// <summary>
/// The plan's service names, and which remote address serves each: popular names share few addresses.
/// </summary>
public sealed class NamePool
{
    private static readonly string[] Stems =
        ["news", "video", "shop", "bank", "mail", "game", "cloud", "social", "maps", "music", "health", "travel"];

    private readonly string[] names;
    private readonly byte[][] bytes;

    internal NamePool(TrafficPlan plan)
    {
        names = new string[plan.Names];
        bytes = new byte[plan.Names][];
        for (int n = 0; n < names.Length; n++)
        {
            Prng random = new(Prng.Mix(plan.Seed, 0x6E61_6D65_0000_0000 + (ulong)n));
            string stem = Stems[random.Below(Stems.Length)];
            string host = random.Below(4) switch
            {
                0 => "www",
                1 => "api",
                2 => $"cdn-{random.Below(1000)}.edge",
                _ => $"r{random.Below(100)}---sn-{random.Next():x16}",
            };
            names[n] = $"{host}.{stem}{n}.example";
            bytes[n] = Encoding.ASCII.GetBytes(names[n]);
        }
    }

    /// <summary>The name; empty for -1.</summary>
    public string this[int number] => number < 0 ? "" : names[number];

    internal ReadOnlySpan<byte> Bytes(int number) => bytes[number];
}
