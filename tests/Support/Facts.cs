using Xunit;

namespace Appliance.TestSupport;

/// <summary>A test on the shared data; skipped, visibly, where the folder is absent.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedFactAttribute : FactAttribute
{
    public SharedFactAttribute(string folder)
    {
        Skip = Checkout.Data(folder) is null ? $"the shared data folder '{folder}' is not beside this checkout" : null;
    }
}

/// <inheritdoc cref="SharedFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SharedTheoryAttribute : TheoryAttribute
{
    public SharedTheoryAttribute(string folder)
    {
        Skip = Checkout.Data(folder) is null ? $"the shared data folder '{folder}' is not beside this checkout" : null;
    }
}

/// <summary>A test that needs root (network namespaces, raw sockets) and programs; skipped without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute(params string[] programs)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Skip = "needs root";
            return;
        }

        string[] folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/sbin"];
        string[] missing = [.. programs.Where(p => !folders.Any(f => File.Exists(Path.Combine(f, p))))];
        Skip = missing.Length > 0 ? $"needs {string.Join(", ", missing)}: run ./appliance test as root once" : null;
    }
}

/// <summary>A test that runs only in the full run: <c>./appliance test --full</c>.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FullFactAttribute : FactAttribute
{
    public FullFactAttribute()
    {
        Skip = FullRun.IsOn ? null : "long version: ./appliance test --full";
    }
}

internal static class FullRun
{
    /// <summary>True under <c>./appliance test --full</c>.</summary>
    public static bool IsOn { get; } = Environment.GetEnvironmentVariable("APPLIANCE_FULL") == "1";
}
