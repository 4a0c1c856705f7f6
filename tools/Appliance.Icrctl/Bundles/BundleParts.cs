using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;

namespace Appliance.Icrctl.Bundles;

/// <summary>One file of a bundle.</summary>
/// <param name="Name">Its name in the bundle.</param>
/// <param name="What">What it is, for who decides whether to send it.</param>
/// <param name="Text">Its content, masked.</param>
internal sealed record BundlePart(string Name, string What, string Text);

/// <summary>
/// Collects what helps somebody far away to see what is wrong with a box, and nothing else: no segment, no key, no
/// capture, no table of sessions or bindings is ever opened. What cannot be had is said in its place.
/// </summary>
internal static class BundleParts
{
    private const int LogLines = 2000;
    private const int TextBytesMax = 4 << 20;
    private const int FilesListedMax = 10_000;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static IReadOnlyList<BundlePart> Collect(string socket, string configuration)
    {
        bool answers = AdminClient.TryStatus(socket, out BoxStatus status, out string problem);
        bool isLoaded = ConfigCommand.TryLoad(configuration, out ApplianceOptions options, out string complaint);
        return
        [
            Part("status.json", "what the daemon says of itself, counts only",
                answers ? JsonSerializer.Serialize(status, BoxStatus.Json) : problem),
            Part("selftest.txt", "the self-test", answers ? SelfTest.Text(SelfTest.Of(status)) : problem),
            Part("configuration.json", "the configuration in effect; files of keys by their name alone",
                isLoaded ? ConfigurationFile.Print(options) : complaint),
            Part("log.txt", $"the last {LogLines:N0} lines of the service's log",
                Run("journalctl", "-u", "appliance", "-n", $"{LogLines}", "--no-pager", "-o", "short-iso")),
            Part("files.txt", "names, sizes and times of the files on flash, none of their content",
                Files(options.Journal.Path)),
            Part("machine.txt", "kernel, processor, memory, disks", Machine()),
            Part("interfaces.txt", "counters of the network interfaces", Interfaces("/sys/class/net")),
        ];
    }

    /// <summary>Names, sizes and times below a folder; nothing is opened.</summary>
    internal static string Files(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return $"{folder} is not there";
        }

        StringBuilder text = new();
        foreach (FileInfo file in new DirectoryInfo(folder)
            .EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true })
            .Take(FilesListedMax).OrderBy(file => file.FullName, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"{file.Length,12:N0} ");
            text.Append(CultureInfo.InvariantCulture, $"{file.LastWriteTimeUtc:yyyy-MM-dd HH:mm:ss}Z ");
            text.Append(Path.GetRelativePath(folder, file.FullName)).Append('\n');
        }

        return text.ToString();
    }

    private static BundlePart Part(string name, string what, string text)
    {
        string cut = text.Length <= TextBytesMax ? text : text[^TextBytesMax..];
        return new BundlePart(name, what, Masking.Of(cut).TrimEnd() + "\n");
    }

    private static string Machine()
    {
        string[] files = ["/proc/version", "/proc/loadavg", "/proc/uptime", "/proc/meminfo", "/proc/pressure/io"];
        StringBuilder text = new();
        foreach (string file in files)
        {
            text.Append($"== {file}\n{Read(file)}\n");
        }

        text.Append("== processors\n");
        foreach (string line in Read("/proc/cpuinfo").Split('\n')
            .Where(line => line.StartsWith("model name", StringComparison.Ordinal)
                || line.StartsWith("CPU part", StringComparison.Ordinal)))
        {
            text.Append(line).Append('\n');
        }

        return text.Append("== disks\n").Append(Run("df", "-h", "-x", "tmpfs")).ToString();
    }

    private static string Interfaces(string folder)
    {
        string[] counters =
        [
            "rx_packets", "rx_bytes", "rx_dropped", "rx_errors", "rx_missed_errors", "rx_fifo_errors", "tx_packets",
        ];
        StringBuilder text = new();
        foreach (string device in Directory.GetDirectories(folder).Order(StringComparer.Ordinal))
        {
            text.Append(Path.GetFileName(device)).Append(' ').Append(Read($"{device}/operstate").Trim());
            foreach (string counter in counters)
            {
                text.Append($" {counter} {Read($"{device}/statistics/{counter}").Trim()}");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return "?";
        }
    }

    private static string Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            Task<string> said = process.StandardOutput.ReadToEndAsync();
            Task<string> complained = process.StandardError.ReadToEndAsync();
            if (!process.WaitForExit(Patience))
            {
                process.Kill(entireProcessTree: true);
                return $"{program} did not end within {Patience.TotalSeconds:F0} s";
            }

            return process.ExitCode == 0 ? said.Result : $"{program}: {complained.Result.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return $"{program} is not on this machine";
        }
    }
}
