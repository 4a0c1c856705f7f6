using System.Reflection;

[assembly: AssemblyTitle("Appliance.Supervisor.Device")]
[assembly: AssemblyVersion("0.1.0.0")]
