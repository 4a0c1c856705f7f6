using System.Formats.Tar;
using System.Globalization;
using System.Text.Json;
using Appliance.SystemTests.Machines;
using Appliance.SystemTests.Time.Guest;
using Appliance.TestSupport;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Time;

/// <summary>
/// Target T19: somebody steps and steers the system clock under the daemon. In a machine of its own, for the clock is
/// one for all that run on a machine.
/// </summary>
public sealed class SteppedClockTests(ITestOutputHelper output) : IDisposable
{
    private const string Scenes = "/usr/lib/scenes";
    private const string Made = "/run/scene";
    private const int DriveBytes = 16 << 20;
    private const long MillisecondNs = 1_000_000;
    private static readonly TimeSpan SceneLimit = TimeSpan.FromMinutes(9);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("stepped-");

    private string Drive => Path.Combine(folder.FullName, "drive");

    public void Dispose() => folder.Delete(recursive: true);

    [MachineFact("ip", "sysctl")]
    public void Steps_by_an_hour_and_by_milliseconds_and_steering_stay_inside_every_records_bound()
    {
        PlayScene();
        using (FileStream packed = File.OpenRead(Drive))
        {
            TarFile.ExtractToDirectory(packed, folder.FullName, overwriteFiles: true);
        }

        SteppedClock.Report report = JsonSerializer.Deserialize<SteppedClock.Report>(
            File.ReadAllText(Path.Combine(folder.FullName, SteppedClock.DoneFile)))!;
        foreach (SteppedClock.Deed deed in report.Deeds)
        {
            double told = (deed.ToldNs - deed.AtNs) / 1e9;
            output.WriteLine($"{deed.What} {deed.Size}: {deed.State} after {told:F1} s");
            Assert.NotEqual("unset", deed.State);
        }

        long[] windows = [.. report.WindowsNs.Order()];
        long window = windows[windows.Length / 2];
        output.WriteLine($"{windows.Length} steps found; between the two looks {window / 1e6:F0} ms");
        Assert.True(windows.Length >= 6);
        Assert.InRange(window, 1, 1000 * MillisecondNs);
        Judge();
        JudgeKernels();
    }

    private void PlayScene()
    {
        using (FileStream file = File.Create(Drive))
        {
            file.SetLength(DriveBytes);
        }

        string here = Path.GetDirectoryName(typeof(SteppedClock).Assembly.Location)!;
        MachineOptions options = new()
        {
            Folder = folder.FullName, Drives = [new MachineDrive(Drive)], MemoryMebibytes = 2048,
            CommandLine = "tsc=reliable clocksource=tsc no_timer_check",
        };
        Initramfs root = new Initramfs().WithModules("veth").WithPrograms("ip", "sysctl").WithDotnet()
            .With(Scenes, here);
        using VirtualMachine machine = VirtualMachine.Boot(options, root);
        machine.Must($"mkdir -p {Made}");
        string scene = Path.GetFileName(typeof(SteppedClock).Assembly.Location);

        // Before busybox's own of the same names.
        machine.Must(
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin "
            + $"/usr/lib/dotnet/dotnet {Scenes}/{scene} {SteppedClock.Command} {Made}", SceneLimit);
        machine.Must($"tar -cf /dev/vda -C {Made} . && sync");
    }

    private void Judge()
    {
        (List<long> bounds, HashSet<int> sent) = Compare(folder.FullName);
        output.WriteLine($"{sent.Count} packets, {bounds.Count} records, none outside its bound; bounds "
            + $"{bounds[bounds.Count / 2] / 1000} us in the middle, {bounds[^1] / 1000} us at most");
        Assert.True(bounds[bounds.Count / 2] < 2 * MillisecondNs);
        Assert.True(bounds.Count > sent.Count / 2, "most packets found the ring full");
    }

    // The flows began an hour before the time at which the clock was set, by its own account; seconds before in truth.
    private void JudgeKernels()
    {
        (List<long> bounds, HashSet<int> sent) = Compare(Path.Combine(folder.FullName, SteppedClock.SetAtStartFolder));
        output.WriteLine($"by the kernel's clock: {sent.Count} flows began before it was set, {bounds.Count} records, "
            + $"bounds up to {bounds[^1] / 1000} us");
        Assert.True(bounds.Count >= sent.Count, "a flow has no record after the clock was set");
        Assert.InRange(bounds[^1], SetAtStart.MaxErrorUs * 1000L, 1000 * MillisecondNs);
    }

    // A packet was stamped between the two times that its sender noted; the record says where, and how sure it is.
    private static (List<long> Bounds, HashSet<int> Sent) Compare(string folder)
    {
        Dictionary<int, (long Before, long After)> sent = File.ReadLines(Path.Combine(folder, SteppedClock.SentFile))
            .Select(line => line.Split(',').Select(part => long.Parse(part, CultureInfo.InvariantCulture)).ToArray())
            .ToDictionary(part => (int)part[0], part => (part[1], part[2]));
        Outcome records = Programs.Retention(
            "records", "--in", Path.Combine(folder, "journal"),
            "--keys", Path.Combine(folder, "keys"), "--format", "csv");
        Assert.True(records.Code == 0, records.Error);
        string[] lines = records.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        List<string> columns = [.. lines[0].Split(',')];
        List<long> bounds = [];
        foreach (string[] row in lines.Skip(1).Select(line => line.Split(',')))
        {
            if (row[columns.IndexOf("clock_state")] == "unset")
            {
                continue;
            }

            (long before, long after) = sent[int.Parse(row[columns.IndexOf("sub_port")], CultureInfo.InvariantCulture)];
            long start = long.Parse(row[columns.IndexOf("start_us")], CultureInfo.InvariantCulture) * 1000;
            long bound = long.Parse(row[columns.IndexOf("bound_us")], CultureInfo.InvariantCulture) * 1000;
            Assert.True(
                start - bound <= after && start + bound >= before,
                $"sent from {before} to {after} ns, recorded at {start} +- {bound} ns");
            bounds.Add(bound);
        }

        bounds.Sort();
        return (bounds, [.. sent.Keys]);
    }
}
