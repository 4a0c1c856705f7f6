using Appliance.Edge.Configuration;
using Appliance.Wire;

namespace Appliance.Edge.Service;

/// <summary>Everything that is checked before anything starts.</summary>
internal static class Startup
{
    /// <summary>Loads configuration and keys; false with the sentence to print.</summary>
    /// <param name="path">File of the configuration.</param>
    /// <param name="options">The configuration, with what the machine's memory decides.</param>
    /// <param name="keys">Keys to sign and seal with.</param>
    /// <param name="memory">How that was decided.</param>
    /// <param name="problem">What is wrong, and what to do.</param>
    public static bool TryLoad(
        string path, out ApplianceOptions options, out KeySet keys, out MemoryPlan memory, out string problem)
    {
        keys = null!;
        memory = null!;
        options = new ApplianceOptions();
        if (!TryRead(path, "the configuration", out string text, out problem))
        {
            return false;
        }

        if (!ConfigurationFile.TryParse(text, out options, out problem))
        {
            problem = $"{path}: {problem}";
            return false;
        }

        if (options.Legs.Count == 0)
        {
            problem = $"{path}: legs is empty; name the interfaces of the mirror and their legs";
            return false;
        }

        if (!MemoryPlan.TryMake(options, Linux.Process.MachineMemory.Read(), out memory, out problem))
        {
            problem = $"{path}: {problem}";
            return false;
        }

        options = memory.Apply(options);
        return TryKeys(path, options, out keys, out problem);
    }

    private static bool TryKeys(string path, ApplianceOptions options, out KeySet keys, out string problem)
    {
        keys = null!;
        if (options.Keys is null)
        {
            problem = $"{path}: keys is missing; make a key set with `icrctl provision` and name its file";
            return false;
        }

        if (!TryRead(options.Keys, "the keys", out string text, out problem))
        {
            return false;
        }

        bool isGood = KeySet.TryParse(text, out KeySet? read, out string error) && read!.CanSign;
        keys = read!;
        problem = isGood ? "" : $"{options.Keys}: {(error.Length > 0 ? error : "it has no device key to sign with")}";
        return isGood;
    }

    private static bool TryRead(string path, string what, out string text, out string problem)
    {
        text = problem = "";
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = $"cannot read {what} {path}; give the path of a file that exists and can be read";
        }

        return problem.Length == 0;
    }
}
