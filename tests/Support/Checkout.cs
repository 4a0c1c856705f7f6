namespace Appliance.TestSupport;

/// <summary>Where the checkout and the test data beside it are, found from the running assembly.</summary>
internal static class Checkout
{
    /// <summary>The folder that holds Appliance.sln.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>A folder of the shared test data, or null where this machine has none.</summary>
    public static string? Data(string folder)
    {
        string path = Path.Combine(Path.GetDirectoryName(Root)!, "shared", "data", folder);
        return Directory.Exists(path) ? path : null;
    }

    private static string FindRoot()
    {
        for (string? at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, "Appliance.sln")))
            {
                return at;
            }
        }

        throw new InvalidOperationException("Appliance.sln is not above the test assembly; run from a checkout.");
    }
}
