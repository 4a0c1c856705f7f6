using System.Diagnostics;
using Appliance.TestSupport;

namespace Appliance.SystemTests;

/// <summary>What a finished program left: its exit code and its two outputs.</summary>
internal sealed record Outcome(int Code, string Output, string Error);

/// <summary>
/// Runs the built programs of this checkout as processes of their own, in the configuration of the tests.
/// </summary>
internal static class Programs
{
    private static readonly string Configuration = new DirectoryInfo(AppContext.BaseDirectory).Name;

    /// <summary>A program that takes longer hangs; it is ended and the test fails.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(8);

    public static Outcome Lab(params string[] arguments) => Run("Appliance.Lab", "lab", arguments);

    public static Outcome Icrctl(params string[] arguments) => Run("Appliance.Icrctl", "icrctl", arguments);

    public static Outcome Retention(params string[] arguments) => Run("Appliance.Retention", "retention", arguments);

    /// <summary>Starts it with an input that is no terminal and already at its end.</summary>
    public static Process StartIcrctlWithoutTerminal(params string[] arguments)
    {
        Process process = Start("Appliance.Icrctl", "icrctl", arguments, hasInput: true);
        process.StandardInput.Close();
        return process;
    }

    public static Process StartRetention(params string[] arguments) =>
        Start("Appliance.Retention", "retention", arguments);

    public static Process StartLab(params string[] arguments) => Start("Appliance.Lab", "lab", arguments);

    /// <summary>The assembly of a built program.</summary>
    public static string Library(string project, string program) =>
        Path.Combine(Checkout.Root, "artifacts", "bin", project, Configuration, program + ".dll");

    /// <summary>Waits for the end of a program and collects what it wrote.</summary>
    public static Outcome Finish(Process process)
    {
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(Limit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{process.StartInfo.Arguments} did not end in {Limit}");
        }

        return new Outcome(process.ExitCode, output.Result, error.Result);
    }

    private static Outcome Run(string project, string program, string[] arguments)
    {
        using Process process = Start(project, program, arguments);
        return Finish(process);
    }

    private static Process Start(string project, string program, string[] arguments, bool hasInput = false)
    {
        string library = Library(project, program);
        ProcessStartInfo start = new("dotnet", [library, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = hasInput,
        };
        return Process.Start(start) ?? throw new InvalidOperationException($"{library} does not start");
    }
}
