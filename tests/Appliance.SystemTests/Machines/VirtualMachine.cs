using System.Net.Sockets;
using Appliance.Lab.Bed;

namespace Appliance.SystemTests.Machines;

/// <summary>
/// A machine in QEMU with two serial lines: what the kernel says goes to a file, commands go over the other.
/// With KVM where this host has it, else emulated, which takes some ten times as long. Ended by its process id.
/// </summary>
internal sealed class VirtualMachine : IDisposable
{
    private static readonly bool HasKvm = HasVirtualization() && CanOpen("/dev/kvm");
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(HasKvm ? 120 : 600);
    private static readonly TimeSpan CommandLimit = TimeSpan.FromSeconds(HasKvm ? 60 : 300);

    /// <summary>
    /// Words for the kernel: tests of its own ciphers, and guards against other guests, cost seconds when emulated.
    /// </summary>
    public const string Quickly = "cryptomgr.notests mitigations=off nokaslr random.trust_cpu=on quiet";

    private static readonly TimeSpan SocketLimit = TimeSpan.FromSeconds(20);

    private readonly BedProcess process;
    private readonly string log;

    private VirtualMachine(MachineOptions options)
    {
        log = Path.Combine(options.Folder, "kernel.log");
        string line = Path.Combine(options.Folder, "line");
        File.Delete(line);
        using Socket listener = MachineConsole.Listen(line);
        process = BedProcess.Start("qemu-system-x86_64", Arguments(options, log, line));
        MachineConsole? console = MachineConsole.Accept(listener, SocketLimit);
        if (console is null)
        {
            string why = process.Errors;
            process.Dispose();
            throw new InvalidOperationException($"QEMU does not start: {why}");
        }

        Console = console;
    }

    /// <summary>"KVM" or "emulated", for what a test prints about its time.</summary>
    public static string Speed => HasKvm ? "KVM" : "emulated";

    public MachineConsole Console { get; }

    /// <summary>What firmware and kernel said so far.</summary>
    public string Log
    {
        get
        {
            using FileStream file = new(log, FileMode.OpenOrCreate, FileAccess.Read, FileShare.ReadWrite);
            using StreamReader reader = new(file);
            return reader.ReadToEnd();
        }
    }

    /// <summary>Starts a machine and does not wait for it.</summary>
    public static VirtualMachine PowerOn(MachineOptions options) => new(options);

    /// <summary>Starts a machine and waits until it takes commands.</summary>
    /// <exception cref="InvalidOperationException">It does not, in time; with the end of what it said.</exception>
    public static VirtualMachine Boot(MachineOptions options)
    {
        VirtualMachine machine = new(options);
        if (machine.Console.WaitUntilReady(options.StartLimit ?? StartLimit))
        {
            return machine;
        }

        string said = machine.End();
        machine.Dispose();
        throw new InvalidOperationException($"the machine takes no commands: {said}");
    }

    /// <summary>Starts a small machine of <paramref name="root"/> with Debian's kernel.</summary>
    public static VirtualMachine Boot(MachineOptions options, Initramfs root)
    {
        string file = Path.Combine(options.Folder, "initramfs");
        root.Write(file);
        string kernel = options.Tpm is null ? MachineParts.Kernel : MachineParts.PackedKernel;
        return Boot(options with { Kernel = kernel, Initrd = file });
    }

    /// <summary>Runs a script in the machine's shell; both outputs come back in one.</summary>
    public Outcome Run(string script, TimeSpan? limit = null) =>
        Console.Run(script, limit ?? CommandLimit)
        ?? throw new InvalidOperationException($"no answer to: {script}\n{End()}");

    /// <summary>The same; it must succeed. What it printed comes back.</summary>
    public string Must(string script, TimeSpan? limit = null)
    {
        Outcome outcome = Run(script, limit);
        return outcome.Code == 0
            ? outcome.Output
            : throw new InvalidOperationException($"{script}\nended with {outcome.Code}: {outcome.Output}");
    }

    /// <summary>Waits until the machine has switched itself off (or restarts, which ends it too).</summary>
    public bool WaitForEnd() => process.Wait(StartLimit);

    /// <summary>Waits until firmware or kernel said it; false when the machine ended or the time is over.</summary>
    public bool WaitForLog(string text)
    {
        for (long end = Environment.TickCount64 + (long)StartLimit.TotalMilliseconds; !Log.Contains(text);)
        {
            if (process.HasExited || Environment.TickCount64 > end)
            {
                return Log.Contains(text);
            }

            BedProcess.Pause(CancellationToken.None);
        }

        return true;
    }

    /// <summary>Cuts the power: nothing is flushed that the machine did not flush.</summary>
    public void CutPower()
    {
        BedProcess.Signal("KILL", process.Id);
        if (!process.Wait(SocketLimit))
        {
            throw new InvalidOperationException("QEMU does not end");
        }
    }

    public void Dispose()
    {
        process.Dispose();
        Console.Dispose();
    }

    private static List<string> Arguments(MachineOptions options, string log, string line)
    {
        List<string> all =
        [
            "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-machine", $"q35,smm={OnOff(IsSecure(options))},accel={(HasKvm ? "kvm" : "tcg")}",
            "-cpu", HasKvm ? "host" : "max", "-smp", $"{options.Processors}",
            "-m", $"{options.MemoryMebibytes}",
            "-serial", $"file:{log}", "-chardev", $"socket,id=line,path={line},server=off",
            "-serial", "chardev:line",
        ];
        if (options.Kernel is not null)
        {
            // What firmware starts carries its command line within.
            all.AddRange(["-kernel", options.Kernel]);
            all.AddRange(options.Firmware is not null
                ? []
                : ["-append", $"console=ttyS0 panic=-1 {Quickly} {options.CommandLine}"]);
            all.AddRange(options.Initrd is null ? [] : ["-initrd", options.Initrd]);
        }

        if (options.Firmware is { } firmware)
        {
            all.AddRange(["-drive", $"if=pflash,unit=0,format=raw,readonly=on,file={firmware.Code}"]);
            all.AddRange(["-drive", $"if=pflash,unit=1,format=raw,file={firmware.Variables}"]);
            all.AddRange(["-global", "ICH9-LPC.disable_s3=1"]);
            all.AddRange(["-global", $"driver=cfi.pflash01,property=secure,value={OnOff(IsSecure(options))}"]);
        }

        foreach (MachineDrive drive in options.Drives)
        {
            all.AddRange(drive.Log is { } writes
                ? WriteLog.Drive(drive.File, writes)
                : ["-drive", $"if=virtio,format=raw,readonly={OnOff(drive.IsReadOnly)},file={drive.File}"]);
        }

        if (options.Tpm is not null)
        {
            all.AddRange(["-chardev", $"socket,id=tpm,path={options.Tpm.PowerOn()}"]);
            all.AddRange(["-tpmdev", "emulator,id=tpm0,chardev=tpm", "-device", "tpm-crb,tpmdev=tpm0"]);
        }

        return [.. all, .. options.Network];
    }

    private static string OnOff(bool isOn) => isOn ? "on" : "off";

    // Its variables are for its own mode of the processor alone, else any program could change them.
    private static bool IsSecure(MachineOptions options) => options.Firmware?.Code == SecureFirmware.Code;

    private string End()
    {
        string all = $"{process.Errors}\n{Log}\n{Console.Heard}";
        return all[Math.Max(0, all.Length - 4000)..];
    }

    // A device without these processor flags is of another kind of hypervisor, and starts no firmware.
    private static bool HasVirtualization() => File.ReadLines("/proc/cpuinfo")
        .First(line => line.StartsWith("flags", StringComparison.Ordinal)).Split(' ').Intersect(["vmx", "svm"]).Any();

    private static bool CanOpen(string device)
    {
        try
        {
            using FileStream file = File.Open(device, FileMode.Open, FileAccess.ReadWrite);
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
