using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Machines;

/// <summary>A test in a virtual machine; skipped, visibly, without QEMU, its parts, or the programs it names.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal class MachineFactAttribute : FactAttribute
{
    public MachineFactAttribute(params string[] programs)
    {
        Skip = InstalledPrograms.Complaint(["qemu-system-x86_64", .. programs])
            ?? (File.Exists(Path.Combine(MachineParts.Folder, "release"))
                ? null
                : "needs a kernel for virtual machines (artifacts/machine): run ./appliance test as root once");
    }
}

/// <summary>The same, only in the full run: a start through firmware takes half a minute emulated. As root.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FullMachineFactAttribute : MachineFactAttribute
{
    public FullMachineFactAttribute(params string[] programs)
        : base(programs)
    {
        Skip = !FullRun.IsOn ? "long version: ./appliance test --full"
            : Environment.IsPrivilegedProcess ? Skip : "needs root";
    }
}
