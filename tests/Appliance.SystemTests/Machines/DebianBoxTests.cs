using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;
using Xunit.Abstractions;

namespace Appliance.SystemTests.Machines;

/// <summary>The box's own image, Debian under systemd, from the first start to a root that is altered.</summary>
public sealed class DebianBoxTests(ITestOutputHelper output)
{
    private const string Stranger = "setpriv --reuid=65534 --regid=65534 --clear-groups";

    // What the daemon's user can write among the mounts that the daemon sees.
    private const string Writable =
        "nsenter -t $(systemctl show -P MainPID appliance) -m setpriv --reuid=appliance --regid=appliance "
        + "--clear-groups find / -path /proc -prune -o -type d -writable -print 2>/dev/null || true";

    private static readonly string[] MayWrite =
        ["/var/lib/appliance", "/run/appliance", "/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue"];

    // What icrctl asks, by a program that an emulated processor starts in less than half a minute.
    private const string Ask = """
        perl -MIO::Socket::UNIX -e '
            my $line = IO::Socket::UNIX->new(Peer => "/run/appliance/admin.sock") or die "nobody is there: $!";
            print $line "GET /status HTTP/1.0\r\nHost: box\r\n\r\n";
            local $/; my $answer = <$line>; $answer =~ s/^.*?\r\n\r\n//s; print $answer'
        """;

    // A batch is closed after 10 s, each round takes a good part of one; a busy host may make it a long one.
    private const int RoundsMax = 1000;
    private const int AttemptsMax = 8;

    private readonly Stopwatch watch = Stopwatch.StartNew();

    [FullMachineFact(
        "mmdebstrap", "dpkg-deb", "swtpm", "cryptsetup", "veritysetup", "mksquashfs", "cpio", "objcopy", "sfdisk",
        "tpm2_nvread", "mkfs.ext4", "sbsign", "mkfs.vfat", "mcopy", "/lib/systemd/systemd-measure", SecureFirmware.Code,
        "/usr/lib/x86_64-linux-gnu/libtss2-tcti-swtpm.so.0", "/usr/lib/x86_64-linux-gnu/libtss2-tcti-device.so.0",
        "/usr/lib/x86_64-linux-gnu/libtss2-rc.so.0")]
    public void Debian_is_the_root_of_the_box_and_keeps_what_the_recipe_promises()
    {
        using DebianBox box = new();
        Told($"image made, {box.RootBytes >> 20} MiB");
        long promised;
        using (VirtualMachine machine = box.Start())
        {
            Told("started");
            IsWhole(machine);
            new DebianChecks(machine).All();
            Told("checked without a configuration");
            Configure(machine, box.Provision());
            IsSandboxed(machine);
            IsForTheEngineerAlone(machine);
            new DebianChecks(machine).All();
            Told("checked with the daemon");
            promised = Record(machine, box);
            Assert.Equal(0, box.Heard());
            machine.CutPower();
            Told($"power cut after {promised} durable batches");
        }

        using VirtualMachine again = box.Start();
        Told("started again");
        IsWhole(again);
        IsKept(again, box, promised);
        IsAlteredRootNoticed(again, box);
        Told("an altered block stopped it");
    }

    // systemd calls a system degraded in which a single unit failed.
    private static void IsWhole(VirtualMachine machine)
    {
        Outcome state = machine.Run("systemctl is-system-running --wait");
        string failed = machine.Must("systemctl --failed --no-legend; journalctl -b -p err -o cat --no-pager _PID=1");
        Assert.True(state.Code == 0, state.Output + failed);
        Assert.Equal("", failed);
        Assert.Equal("active", machine.Must("systemctl is-active multi-user.target").Trim());
    }

    // As the field guide says it: keys and configuration for root and the daemon's group, then the service.
    private static void Configure(VirtualMachine machine, string files)
    {
        Assert.Equal("inactive", machine.Run("systemctl is-active appliance").Output.Trim());
        machine.Must($"mkdir /run/box; echo {files} | base64 -d | tar -C /run/box -xz");
        machine.Must("install -m 640 -o root -g appliance /run/box/* /etc/appliance/; rm -r /run/box; sync");
        Outcome started = machine.Run("systemctl start appliance");
        Assert.True(started.Code == 0, machine.Run("journalctl -u appliance --no-pager").Output);
        // Type=notify: this is after the daemon said that it is ready.
        Assert.Equal("active", machine.Must("systemctl is-active appliance").Trim());
        Assert.Equal("notify", machine.Must("systemctl show -P Type appliance").Trim());
    }

    // What the unit asks for, as the kernel holds the process to it.
    private static void IsSandboxed(VirtualMachine machine)
    {
        string process = machine.Must("cat /proc/$(systemctl show -P MainPID appliance)/status");
        Dictionary<string, string> held = process.Split('\n').Select(line => line.Split(":\t", 2))
            .Where(pair => pair.Length == 2).ToDictionary(pair => pair[0], pair => pair[1].Trim());
        // Bits 13 and 14: CAP_NET_RAW and CAP_IPC_LOCK.
        foreach (string set in (string[])["CapBnd", "CapEff", "CapPrm", "CapAmb"])
        {
            Assert.Equal("0000000000006000", held[set]);
        }

        Assert.Equal(("1", "2"), (held["NoNewPrivs"], held["Seccomp"]));
        Assert.DoesNotContain("\t0\t", $"\t{held["Uid"]}\t");
        // Its own folders, its private /tmp, and what is memory; not its own configuration, were it even root.
        string[] writable = machine.Must(Writable).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Contains("/var/lib/appliance", writable);
        Assert.DoesNotContain(
            writable,
            path => !MayWrite.Any(may => path == may || path.StartsWith(may + "/", StringComparison.Ordinal)));
        Outcome refused = machine.Run("nsenter -t $(systemctl show -P MainPID appliance) -m touch /etc/appliance/x");
        Assert.Contains("Read-only file system", refused.Output);
        string recorded = File.ReadLines(Path.Combine(Checkout.Root, "hardware", "generated", "units.md"))
            .Single(line => line.StartsWith("| appliance.service |", StringComparison.Ordinal)).Split('|')[2].Trim();
        Assert.Equal(0, machine.Run(
            $"systemd-analyze security --no-pager --threshold={recorded.Replace(".", "")} appliance.service").Code);
    }

    // The engineer is root; the daemon asks the kernel who is there.
    private static void IsForTheEngineerAlone(VirtualMachine machine)
    {
        JsonElement status = Status(machine);
        Outcome told = machine.Run("icrctl status");
        for (int left = AttemptsMax; told.Code == 2 && left > 0; left--)
        {
            told = machine.Run("icrctl status");
        }

        Assert.True(told.Code is 0 or 1, told.Output);
        Assert.StartsWith(status.GetProperty("health").GetString()!.ToUpperInvariant(), told.Output);
        Assert.Equal(
            ["inside", "outside"],
            status.GetProperty("legs").EnumerateArray().Select(each => each.GetProperty("leg").GetString()));
        machine.Must("test -w /run/appliance/admin.sock");
        Assert.NotEqual(0, machine.Run($"{Stranger} test -w /run/appliance/admin.sock").Code);
        foreach (string path in (string[])["/etc/appliance/device.key", "/var/lib/appliance/journal"])
        {
            machine.Must($"test -r {path}");
            Assert.NotEqual(0, machine.Run($"{Stranger} test -r {path}").Code);
        }
    }

    // Flows on both mirror ports, until some of them are in batches that the daemon calls durable.
    private static long Record(VirtualMachine machine, DebianBox box)
    {
        long batches = 0;
        for (ushort flow = 0; batches == 0; flow++)
        {
            Assert.True(flow < RoundsMax, "nothing is recorded");
            byte[] payload = [.. Enumerable.Range(flow, 64).Select(each => (byte)(each * 7))];
            box.Send(
                DebianFrame.Datagram([100, 64, 0, 9], (ushort)(40_000 + flow), [198, 51, 100, 7], 4433, payload),
                DebianFrame.Datagram([203, 0, 113, 5], (ushort)(50_000 + flow), [198, 51, 100, 7], 4433, payload));
            JsonElement status = Status(machine);
            batches = status.GetProperty("flows").GetProperty("records").GetInt64() > 0
                ? status.GetProperty("storage").GetProperty("batches").GetInt64()
                : 0;
        }

        return batches;
    }

    // The service began by itself; the run before is whole as far as it was promised, and the new one says where that
    // one ended.
    private static void IsKept(VirtualMachine machine, DebianBox box, long promised)
    {
        Assert.Equal("active", machine.Must("systemctl is-active appliance").Trim());
        JsonElement status = Status(machine);
        Assert.Equal(2, status.GetProperty("epoch").GetInt32());
        Assert.True(status.GetProperty("start").GetProperty("gap_ms").GetDouble() > 0, status.ToString());
        string journal = box.Unpack(machine.Must("tar -C /var/lib/appliance/journal -cz . | base64"));
        List<Manifest> manifests = LiveChain.Read(journal, box.KeySet, out List<EpochStatement> statements);
        Manifest[] before = [.. manifests.Where(manifest => manifest.Epoch.Number == 1)];
        Assert.True(before.Length >= promised, $"{promised} batches were durable, {before.Length} are there");
        Assert.Equal(2, statements.Count);
        ChainPosition told = statements[1].LastDurable!.Value;
        Assert.Equal((before[^1].Epoch, before[^1].Sequence), (told.Epoch, told.Sequence));
    }

    // One block, read before and after a byte of it is another: the machine stops at once; nothing altered runs.
    private static void IsAlteredRootNoticed(VirtualMachine machine, DebianBox box)
    {
        const int block = 4096;
        long at = box.RootBytes / 2 / block;
        string read = string.Create(
            CultureInfo.InvariantCulture,
            $"dd if=/dev/mapper/root of=/dev/null bs={block} skip={at} count=1 iflag=direct");
        machine.Must(read);
        box.AlterRoot((at * block) + 100);
        machine.Console.Type("0 " + Convert.ToBase64String(Encoding.ASCII.GetBytes(read + "\n")) + "\n");
        Assert.True(machine.WaitForEnd(), "the machine goes on");
        Assert.Contains("is corrupted", machine.Log);
        Assert.Contains("Kernel panic", machine.Log);
    }

    private static JsonElement Status(VirtualMachine machine) =>
        JsonDocument.Parse(machine.Must(Ask)).RootElement;

    private void Told(string what) => output.WriteLine($"{watch.Elapsed.TotalSeconds,6:F1} s  {what}");
}
