using System.CommandLine;
using Appliance.Icrctl;

RootCommand root = new("icrctl: set up, watch and check an appliance")
{
    ConfigCommand.Create(),
};

return Exit.Run(root, args);
