using System.Runtime.InteropServices;

namespace Appliance.Linux.Process;

/// <summary>The user that this process runs as.</summary>
public static partial class OwnUser
{
    /// <summary>Effective user number; 0 is root.</summary>
    public static uint Id { get; } = EffectiveUser();

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
