using System.CommandLine;
using Appliance.Edge.Configuration;

namespace Appliance.Icrctl;

/// <summary>
/// <c>icrctl config check|print|devices</c>: is this configuration good, what is in effect, and what must the service's
/// unit allow for it.
/// </summary>
internal static class ConfigCommand
{
    public static Command Create()
    {
        Argument<string> file = new("file")
        {
            Description = "the configuration file",
            DefaultValueFactory = _ => "/etc/appliance/appliance.json",
        };
        Command check = new("check", "say whether a configuration is good") { file };
        check.SetAction(parsed => Check(parsed.GetValue(file)!));
        Command print = new("print", "print the configuration with every default") { file };
        print.SetAction(parsed => Print(parsed.GetValue(file)!));
        Command devices = new("devices", "print what systemd must allow for the devices that it names") { file };
        devices.SetAction(parsed => Devices(parsed.GetValue(file)!));
        return new Command("config", "check or print the configuration, or what its devices need")
        {
            check, print, devices,
        };
    }

    /// <summary>Reads a configuration file; false with the sentence to print.</summary>
    public static bool TryLoad(string path, out ApplianceOptions options, out string problem)
    {
        options = new ApplianceOptions();
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problem = $"cannot read the configuration {path}; give the path of a file that exists and can be read";
            return false;
        }

        if (ConfigurationFile.TryParse(text, out options, out string sentence))
        {
            problem = "";
            return true;
        }

        problem = $"{path}: {sentence}";
        return false;
    }

    private static int Check(string path)
    {
        if (!TryLoad(path, out _, out string problem))
        {
            return Exit.Refuse(problem);
        }

        Console.WriteLine($"{path}: good");
        return Exit.Success;
    }

    private static int Print(string path)
    {
        ApplianceOptions options = new();
        if (File.Exists(path) && !TryLoad(path, out options, out string problem))
        {
            return Exit.Refuse(problem);
        }

        Console.WriteLine(ConfigurationFile.Print(options));
        return Exit.Success;
    }

    // What no device needs is no error: a script may write what is printed, an empty file changes nothing.
    private static int Devices(string path)
    {
        if (!TryLoad(path, out ApplianceOptions options, out string problem))
        {
            return Exit.Refuse(problem);
        }

        string text = DeviceDropIn.Make(ConfiguredDevices.Of(options), DeviceDropIn.TargetHere);
        Console.Write(text);
        if (text.Length == 0)
        {
            Console.Error.WriteLine("icrctl: the configuration names no device; the unit is enough as it is");
        }

        return Exit.Success;
    }
}
