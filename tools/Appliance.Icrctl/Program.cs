using System.CommandLine;
using Appliance.Icrctl;

RootCommand root = new("icrctl: set up, watch and check an appliance")
{
    ReplayCommand.Create(),
    VerifyCommand.Create(),
    ConfigCommand.Create(),
    ProvisionCommand.Create(),
};

foreach (Command command in StatusCommands.Create())
{
    root.Add(command);
}

return Exit.Run(root, args);
