namespace Appliance.Lab.Bed;

/// <summary>
/// The management network: one link between the box and a namespace of its own for broker and store, apart from both
/// legs, as in a PoP.
/// <code>
/// box manage0 198.18.0.2 --- 198.18.0.1 manage0 store
/// </code>
/// </summary>
internal static class BedManagement
{
    public const string StoreAddress = "198.18.0.1";
    private const string BoxAddress = "198.18.0.2";
    private const string Link = "manage0";

    /// <summary>Makes namespace and link; the box's namespace is there already (<see cref="BedMirror"/>).</summary>
    /// <exception cref="BedException">A step failed; the message names it.</exception>
    public static void Start(BedLayout layout)
    {
        BedProcess.Run("ip", "netns", "add", layout.StoreNamespace);
        BedProcess.Run("ip", "link", "add", Link, "netns", layout.BoxNamespace, "type", "veth",
            "peer", "name", Link, "netns", layout.StoreNamespace);
        Up(layout.BoxNamespace, BoxAddress);
        Up(layout.StoreNamespace, StoreAddress);
    }

    private static void Up(string space, string address)
    {
        BedProcess.Run("ip", "-n", space, "address", "add", $"{address}/30", "dev", Link);
        BedProcess.Run("ip", "-n", space, "link", "set", "lo", "up");
        BedProcess.Run("ip", "-n", space, "link", "set", Link, "up");
    }
}
