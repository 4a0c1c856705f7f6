using System.CommandLine;

namespace Appliance.Icrctl;

/// <summary>All verbs of the program. A verb is added by naming it here.</summary>
internal static class Verbs
{
    public static RootCommand Create()
    {
        RootCommand root = new("icrctl: set up, watch and check an appliance")
        {
            ReplayCommand.Create(),
            VerifyCommand.Create(),
            ConfigCommand.Create(),
            ProvisionCommand.Create(),
            Clocks.ClockCommand.Create(),
            Reports.ReportCommand.Create(),
            Bundles.BundleCommand.Create(),
            BoardCommands.Tamper(),
            BoardCommands.Update(),
        };
        foreach (Command command in StatusCommands.Create())
        {
            root.Add(command);
        }

        return root;
    }
}
