using System.Diagnostics.CodeAnalysis;

namespace Appliance.Lab.Bed;

/// <summary>How this very program is started again, inside a namespace.</summary>
internal static class BedSelf
{
    [SuppressMessage("SingleFile", "IL3000", Justification = "The tools are not published as a single file.")]
    public static string[] Command(params string[] arguments)
    {
        string library = typeof(BedSelf).Assembly.Location;
        string host = Path.ChangeExtension(library, null);
        return File.Exists(host) ? [host, .. arguments] : ["dotnet", library, .. arguments];
    }
}
