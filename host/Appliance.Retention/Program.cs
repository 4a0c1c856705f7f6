using Appliance.Retention;

return Exit.Run(Verbs.Create(), args);
