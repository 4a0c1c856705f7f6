using System.CommandLine;
using Appliance.Lab;
using Appliance.Lab.Bed;
using Appliance.Lab.Demo;

// One line per verb; a verb's file builds its own command.
RootCommand root = new("Test bed of the appliance: traffic with ground truth, oracle, vectors, kernel NAT.")
{
    TrafficCommand.Create(),
    BedCommand.Create(),
    DemoCommand.Create(),
    VectorsCommand.Create(),
};

ParseResult parsed = root.Parse(args);
if (parsed.Errors.Count > 0)
{
    // For an unknown verb the last message names it; the first only says that a verb is missing.
    Console.Error.WriteLine($"lab: {parsed.Errors[^1].Message} Try --help.");
    return LabExit.Usage;
}

try
{
    return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
}
catch (LabUsageException error)
{
    Console.Error.WriteLine($"lab: {error.Message}");
    return LabExit.Usage;
}
catch (Exception error) when (error is IOException or UnauthorizedAccessException)
{
    Console.Error.WriteLine($"lab: {error.Message} Free space or choose another folder, then run it again.");
    return LabExit.Usage;
}
