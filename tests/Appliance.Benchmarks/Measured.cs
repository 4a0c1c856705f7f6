using System.Diagnostics;
using Appliance.Linux;

namespace Appliance.Benchmarks;

/// <summary>One command run as a whole process several times; best and spread of its CPU time.</summary>
/// <param name="Best">Least user plus system time of the counted runs, seconds.</param>
/// <param name="Worst">Most.</param>
/// <param name="Runs">Counted runs; one more before them was discarded.</param>
/// <param name="Output">Standard output of the last run.</param>
internal sealed record Measured(double Best, double Worst, int Runs, string Output)
{
    /// <summary>How far the worst run was above the best, in percent.</summary>
    public double SpreadPercent => 100 * (Worst - Best) / Best;

    /// <summary>Runs the command once to warm up and then <paramref name="runs"/> times.</summary>
    public static Measured Run(int runs, string program, params string[] arguments)
    {
        double best = double.MaxValue;
        double worst = 0;
        string output = "";
        for (int run = -1; run < runs; run++)
        {
            ChildUsage before = ChildUsage.Read();
            output = RunOnce(program, arguments);
            double cpu = (ChildUsage.Read() - before).Cpu.TotalSeconds;
            if (run >= 0)
            {
                best = Math.Min(best, cpu);
                worst = Math.Max(worst, cpu);
            }
        }

        return new(best, worst, runs, output);
    }

    /// <summary>
    /// Runs a command to its end; its standard output, or an error that names the command and what it said.
    /// </summary>
    public static string RunOnce(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException(
            $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}: {errors.Result.Trim()}");
    }
}
