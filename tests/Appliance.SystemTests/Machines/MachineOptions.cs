namespace Appliance.SystemTests.Machines;

/// <summary>A drive of a machine: a raw file.</summary>
/// <param name="File">What it holds.</param>
/// <param name="IsReadOnly">The machine cannot write to it.</param>
/// <param name="Log">Where each write to it is kept (<see cref="WriteLog"/>), of one drive at most; else null.</param>
internal sealed record MachineDrive(string File, bool IsReadOnly = false, string? Log = null);

/// <summary>What a machine is made of. Either a kernel with its initramfs, or firmware that starts a drive.</summary>
internal sealed record MachineOptions
{
    /// <summary>Where sockets and logs go; the caller's. Its path is short: sockets have 107 bytes.</summary>
    public required string Folder { get; init; }

    /// <summary>Kernel that is started, by <see cref="Firmware"/> if there is one; else that starts a drive.</summary>
    public string? Kernel { get; init; }

    public string? Initrd { get; init; }

    /// <summary>Added to what the harness gives the kernel.</summary>
    public string CommandLine { get; init; } = "";

    /// <summary>UEFI: the program, and the machine's own file of variables.</summary>
    public (string Code, string Variables)? Firmware { get; init; }

    public IReadOnlyList<MachineDrive> Drives { get; init; } = [];

    public SoftwareTpm? Tpm { get; init; }

    public int MemoryMebibytes { get; init; } = 512;

    /// <summary>More than one where the machine runs a whole system.</summary>
    public int Processors { get; init; } = 1;

    /// <summary>How long it may take to start; null for what a small machine needs.</summary>
    public TimeSpan? StartLimit { get; init; }

    /// <summary>QEMU's arguments for ports of a network. No machine has one otherwise.</summary>
    public IReadOnlyList<string> Network { get; init; } = [];
}
