using Appliance.Edge.Clocks;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;
using Appliance.Edge.Supervisor;
using Appliance.Journal;
using Appliance.Linux.Process;
using Appliance.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// The daemon: appliance [--takeover] [CONFIGURATION]. Exit code 2 with one line where it cannot start as configured.
// Before any key is in memory: no port for debuggers, no dumps, no swap.
string port = DiagnosticsPort.Close() ? "" : "the runtime's diagnostics port is open; set DOTNET_EnableDiagnostics=0; ";
StartMode mode = new(args.Contains(Successor.Argument), port + KeyMemory.Protect().Hint);
string path = args.FirstOrDefault(argument => argument != Successor.Argument) ?? "/etc/appliance/appliance.json";
try
{
    if (LockedBox.Find(path) is { } locked)
    {
        return await locked.RunAsync();
    }
}
catch (IOException failure)
{
    Console.Error.WriteLine($"appliance: {failure.Message}");
    return 2;
}

if (!Startup.TryLoad(
    path, out ApplianceOptions options, out KeySet keys, out MemoryPlan memory, out string problem))
{
    Console.Error.WriteLine($"appliance: {problem}");
    return 2;
}

WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
builder.Logging.SetMinimumLevel(LogLevel.Information).AddFilter("Microsoft", LogLevel.Warning);
StatusBoard board = new();
builder.Services.AddSingleton(board).AddSingleton(options).AddSingleton(keys).AddSingleton(memory);
builder.Services.AddSingleton(mode).AddSingleton<PulseOpening>(PulseLoop.OpenDevice).AddSingleton<BoxDaemon>();
builder.Services.AddHostedService(services => services.GetRequiredService<BoxDaemon>());
AdminSocket.Listen(builder, options.Admin.Socket);
WebApplication app = builder.Build();
BoxDaemon daemon = app.Services.GetRequiredService<BoxDaemon>();
AdminSocket.Map(app, board, daemon.HandOver);
AcceptanceDesk.Map(app, () => daemon.Acceptance);
SupervisorRoutes.Map(app, () => daemon.Supervisor, () => { });
try
{
    await app.StartAsync();
}
catch (Exception failure) when (failure is IOException or InvalidOperationException or JournalDeviceException)
{
    Console.Error.WriteLine($"appliance: {failure.Message}");
    return 2;
}

AdminSocket.Protect(options.Admin.Socket);
await app.WaitForShutdownAsync();
await app.DisposeAsync();
if (daemon.MustBeginAnew)
{
    ProcessImage.BeginAnew();
    Console.Error.WriteLine("appliance: the process could not begin anew; start it again");
    return 3;
}

return Environment.ExitCode;
