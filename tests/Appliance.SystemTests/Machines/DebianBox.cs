using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using Appliance.SystemTests.Hardware;
using Appliance.SystemTests.Package;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Machines;

/// <summary>
/// The box as <c>./appliance image</c> makes it, with Debian as its root, started by its loader under secure boot from
/// a drive with the recipe's partitions, with a chip and two mirror ports. Laid over the root is a service that takes
/// commands at a serial line, and patience.
/// </summary>
internal sealed class DebianBox : IDisposable
{
    public const string InsidePort = "enp0s16", OutsidePort = "enp0s17";

    // The line of the kernel's messages.
    private const string Words = $"console=ttyS0 {VirtualMachine.Quickly}";

    private const int BootMebibytes = 128;

    private const string Desk = """
        [Unit]
        Description=Commands of a test
        [Service]
        ExecStart=/bin/sh /desk ttyS1

        """;

    // An emulated processor is some thirty times as slow, and shared with others.
    private const string Patience = """
        [Service]
        TimeoutStartSec=900
        WatchdogSec=0

        """;

    /// <summary>Debian is fetched and packed; on a busy machine that takes its time.</summary>
    private static readonly TimeSpan ImageLimit = TimeSpan.FromMinutes(25);

    // Two to three minutes of processor time when emulated, of which a busy host may give a tenth.
    private static readonly TimeSpan StartLimit = TimeSpan.FromMinutes(25);

    private static readonly string Scripts = Path.Combine(Checkout.Root, "hardware", "image");
    private static readonly string Efi = Path.Combine(MachineParts.Folder, "usr", "lib", "systemd", "boot", "efi");

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("debian-box-");
    private readonly SoftwareTpm tpm;
    private readonly (string, string) firmware;
    private readonly Socket[] cables;

    public DebianBox()
    {
        string package = BuiltPackages.Make(folder.FullName, BuiltPackages.Version, [], "appliance:amd64").Single();
        MakeDesk();
        Build(At("image"), "amd64", package, Runtime, At("desk"));
        SealedBox.Run("openssl", "genrsa", "-out", At("maker.pem"), "2048");
        SealedBox.Run("openssl", "rsa", "-in", At("maker.pem"), "-pubout", "-out", At("maker.pub"));
        string hash = File.ReadAllText(At("image/root.hash")).Trim();
        SealedBox.Run(
            Path.Combine(Scripts, "kernel"), At("box.efi"), At("image/kernel"), At("image/initrd"),
            Path.Combine(Efi, "linuxx64.efi.stub"), hash, "1", At("maker.pem"), At("maker.pub"), Words);
        File.Copy(Path.Combine(Efi, "systemd-bootx64.efi"), At("loader.efi"));
        SecureFirmware.Sign(At("box.efi"));
        SecureFirmware.Sign(At("loader.efi"));
        firmware = SecureFirmware.Make(At("variables"));
        MakeDrive();
        tpm = new SoftwareTpm(At("tpm"));
        cables = [Cable("in"), Cable("out")];
    }

    /// <summary>Size of the root in bytes.</summary>
    public long RootBytes => new FileInfo(At("image/root.squashfs")).Length;

    private static string Runtime => Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(
        Path.GetDirectoryName(typeof(object).Assembly.Location))))!;

    /// <summary>Starts the box and waits until its service takes commands.</summary>
    public VirtualMachine Start() => VirtualMachine.Boot(new MachineOptions
    {
        Folder = folder.FullName, Drives = [new MachineDrive(At("drive"))], Tpm = tpm, Firmware = firmware,
        MemoryMebibytes = 1536, Processors = 2, StartLimit = StartLimit,
        Network = [.. Port("in", "0x10"), .. Port("out", "0x11")],
    });

    /// <summary>Keys and configuration of a box, packed, as base64.</summary>
    public string Provision()
    {
        Outcome outcome = Programs.Icrctl(
            "provision", "--installed", "--out", At("provisioned"), "--device", "pop-7", "--broker", "192.0.2.1",
            "--inside", InsidePort, "--outside", OutsidePort);
        if (outcome.Code != 0)
        {
            throw new InvalidOperationException(outcome.Error);
        }

        SealedBox.Run("tar", "-C", At("provisioned/device"), "-czf", At("device.tar.gz"), ".");
        return Convert.ToBase64String(File.ReadAllBytes(At("device.tar.gz")));
    }

    /// <summary>File of the device's keys, from <see cref="Provision"/>.</summary>
    public string KeySet => At("provisioned/device/keyset.json");

    /// <summary>A packed folder of the box, as base64, unpacked here.</summary>
    public string Unpack(string packed)
    {
        File.WriteAllBytes(At("folder.tar.gz"), Convert.FromBase64String(packed));
        Directory.CreateDirectory(At("folder"));
        SealedBox.Run("tar", "-C", At("folder"), "-xzf", At("folder.tar.gz"));
        return At("folder");
    }

    /// <summary>Puts a frame on the cable of each mirror port.</summary>
    public void Send(byte[] inside, byte[] outside)
    {
        cables[0].SendTo(inside, new UnixDomainSocketEndPoint(At("in.box")));
        cables[1].SendTo(outside, new UnixDomainSocketEndPoint(At("out.box")));
    }

    /// <summary>Number of frames that the box sent on a mirror port.</summary>
    public int Heard()
    {
        int count = 0;
        byte[] frame = new byte[2048];
        foreach (Socket cable in cables)
        {
            while (cable.Available > 0)
            {
                cable.Receive(frame);
                count++;
            }
        }

        return count;
    }

    /// <summary>Changes one byte of the root in its slot.</summary>
    public void AlterRoot(long at)
    {
        using FileStream drive = new(At("drive"), FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        drive.Position = OffsetOf("root-a") + at;
        int value = drive.ReadByte();
        drive.Position--;
        drive.WriteByte((byte)(value ^ 1));
    }

    public void Dispose()
    {
        foreach (Socket cable in cables)
        {
            cable.Dispose();
        }

        tpm.Dispose();
        folder.Delete(recursive: true);
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    private static void Build(params string[] arguments)
    {
        ProcessStartInfo start = new(Path.Combine(Scripts, "build"), arguments)
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync(), error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(ImageLimit))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"the image is not made in {ImageLimit}: {error.Result}");
        }

        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"hardware/image/build: {output.Result}{error.Result}");
        }
    }

    private void MakeDesk()
    {
        string units = At("desk/etc/systemd/system");
        Directory.CreateDirectory(Path.Combine(units, "multi-user.target.wants"));
        Directory.CreateDirectory(Path.Combine(units, "appliance.service.d"));
        File.WriteAllText(Path.Combine(units, "appliance.service.d", "emulated.conf"), Patience);
        File.WriteAllText(At("desk/desk"), MachineConsole.GuestScript);
        File.WriteAllText(Path.Combine(units, "desk.service"), Desk);
        File.CreateSymbolicLink(Path.Combine(units, "multi-user.target.wants", "desk.service"), "../desk.service");
    }

    // The names of the recipe's partitions, each as large as what is in it; the rest is for the state.
    private void MakeDrive()
    {
        using (FileStream file = File.Create(At("drive")))
        {
            file.SetLength(2L << 30);
        }

        File.WriteAllText(At("table"), string.Create(CultureInfo.InvariantCulture, $"""
            label: gpt
            size={BootMebibytes}MiB, type=C12A7328-F81F-11D2-BA4B-00A0C93EC93B, name=boot
            size={Mebibytes("image/root.squashfs")}MiB, name=root-a
            size={Mebibytes("image/root.verity")}MiB, name=verity-a
            size=4MiB, name=root-b
            size=4MiB, name=verity-b
            name=state

            """));
        SealedBox.Run("sh", "-c", "sfdisk --quiet \"$1\" <\"$2\"", "sfdisk", At("drive"), At("table"));
        SealedBox.Run(
            Path.Combine(Scripts, "boot"), At("boot"), $"{BootMebibytes}", At("loader.efi"), At("box.efi"), "1");
        Put("boot", At("boot"));
        Put("root-a", At("image/root.squashfs"));
        Put("verity-a", At("image/root.verity"));
    }

    private long Mebibytes(string name) => (new FileInfo(At(name)).Length + (1 << 20) - 1) >> 20;

    private long OffsetOf(string partition)
    {
        string line = SealedBox.Run("sfdisk", "-d", At("drive")).Split('\n')
            .Single(each => each.Contains($"name=\"{partition}\""));
        return 512 * long.Parse(line.Split("start=")[1].Split(',')[0], CultureInfo.InvariantCulture);
    }

    private void Put(string partition, string content)
    {
        using FileStream drive = File.OpenWrite(At("drive")), source = File.OpenRead(content);
        drive.Position = OffsetOf(partition);
        source.CopyTo(drive);
    }

    private Socket Cable(string name)
    {
        Socket cable = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified);
        cable.Bind(new UnixDomainSocketEndPoint(At($"{name}.host")));
        return cable;
    }

    private IEnumerable<string> Port(string name, string slot)
    {
        File.Delete(At($"{name}.box"));
        return
        [
            "-netdev", $"dgram,id={name},local.type=unix,local.path={At($"{name}.box")},"
                + $"remote.type=unix,remote.path={At($"{name}.host")}",
            "-device", $"virtio-net-pci,netdev={name},addr={slot}",
        ];
    }
}
