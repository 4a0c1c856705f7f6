using Appliance.Icrctl;

return Exit.Run(Verbs.Create(), args);
