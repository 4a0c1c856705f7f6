using System.Text;
using System.Text.Json;
using Appliance.Lab.Bed;

namespace Appliance.Lab.Demo;

/// <summary>The product's programs, as built beside this one, run as processes of their own.</summary>
internal static class DemoPrograms
{
    public static string Edge { get; } = Of("Appliance.Edge", "Appliance.Edge");

    public static string Icrctl { get; } = Of("Appliance.Icrctl", "icrctl");

    public static string Retention { get; } = Of("Appliance.Retention", "retention");

    /// <summary>Starts one inside a namespace.</summary>
    public static BedProcess Start(string space, string program, params string[] arguments) =>
        BedProcess.Start("ip", BedLayout.Inside(space, ["dotnet", program, .. arguments]));

    /// <summary>Runs one to its end; its output where the exit code is 0 or 1.</summary>
    /// <exception cref="BedException">Bad usage or input, or a crash.</exception>
    public static string Run(string program, params string[] arguments)
    {
        StringBuilder output = new();
        using BedProcess child = BedProcess.Start(
            "dotnet", [program, .. arguments], line => output.AppendLine(line));
        if (!child.Wait(BedLimits.Traffic) || child.ExitCode > 1)
        {
            string name = Path.GetFileNameWithoutExtension(program);
            throw new BedException($"{name} {arguments[0]}: {child.Errors.Trim()}");
        }

        return output.ToString();
    }

    /// <summary>The same, read as JSON.</summary>
    public static JsonElement RunJson(string program, params string[] arguments) =>
        JsonDocument.Parse(Run(program, [.. arguments, "--json"])).RootElement;

    // artifacts/bin/<project>/<configuration>/<program>.dll
    private static string Of(string project, string program)
    {
        DirectoryInfo own = new(AppContext.BaseDirectory.TrimEnd('/'));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, program + ".dll");
    }
}
