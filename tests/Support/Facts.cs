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

        Skip = InstalledPrograms.Complaint(programs);
    }
}

/// <summary>A test that needs programs, but not root; skipped without them.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramFactAttribute : FactAttribute
{
    public ProgramFactAttribute(params string[] programs)
    {
        Skip = InstalledPrograms.Complaint(programs);
    }
}

/// <inheritdoc cref="ProgramFactAttribute"/>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class ProgramTheoryAttribute : TheoryAttribute
{
    public ProgramTheoryAttribute(params string[] programs)
    {
        Skip = InstalledPrograms.Complaint(programs);
    }
}

internal static class InstalledPrograms
{
    private static readonly string[] Folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/sbin", "/sbin"];

    /// <summary>Where a program is, or null.</summary>
    public static string? Find(string program) =>
        Folders.Select(f => Path.Combine(f, program)).FirstOrDefault(File.Exists);

    /// <summary>Null, or which programs are missing and what to do.</summary>
    public static string? Complaint(string[] programs)
    {
        string[] missing = [.. programs.Where(p => Find(p) is null)];
        return missing.Length > 0 ? $"needs {string.Join(", ", missing)}: run ./appliance test as root once" : null;
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
