using System.Globalization;
using Appliance.SystemTests.Machines;

namespace Appliance.SystemTests.Hardware;

/// <summary>
/// A drive as a power cut leaves it, for every cut: what was written in order up to a point; and what was flushed with
/// one of the later writes, because a drive may take them in any order.
/// </summary>
internal sealed class CutDrive(SlotBox box, string drive)
{
    private readonly (long Offset, long Length) boot = box.PartitionOf("boot");
    private readonly Dictionary<int, byte[]> kernels = [];

    /// <summary>How many cuts were looked at.</summary>
    public int Cuts { get; private set; }

    /// <summary>Every set of names of the boot partition that a cut can leave.</summary>
    public SortedSet<string> Seen { get; } = new(StringComparer.Ordinal);

    /// <summary>Goes through a log of writes, from the drive as it was before them.</summary>
    /// <returns>What is wrong after some cut; null where every cut leaves an image that starts.</returns>
    public string? FaultOf(string log)
    {
        using FileStream file = File.Open(drive, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite);
        List<LoggedWrite> pending = [];
        foreach (LoggedWrite write in WriteLog.Read(log))
        {
            if (!write.IsFlush)
            {
                pending.Add(write);
            }
            else if (Alone(file, pending) is { } fault)
            {
                return fault;
            }
            else
            {
                pending.Clear();
            }
        }

        return Alone(file, pending);
    }

    private string? Alone(FileStream file, List<LoggedWrite> pending)
    {
        foreach (LoggedWrite write in pending.Where(IsOfBoot))
        {
            byte[] before = new byte[write.Data.Length];
            file.Position = write.Offset;
            file.ReadExactly(before);
            Write(file, write.Offset, write.Data);
            string? fault = Fault("alone", write);
            Write(file, write.Offset, before);
            if (fault is not null)
            {
                return fault;
            }
        }

        foreach (LoggedWrite write in pending)
        {
            Write(file, write.Offset, write.Data);
            if (IsOfBoot(write) && Fault("in order", write) is { } fault)
            {
                return fault;
            }
        }

        return null;
    }

    private bool IsOfBoot(LoggedWrite write) =>
        write.Offset >= boot.Offset && write.Offset < boot.Offset + boot.Length;

    // Whatever the loader may start is whole, once, and so is its slot; and one that is good is there.
    private string? Fault(string how, LoggedWrite write)
    {
        Cuts++;
        string[] names = [.. box.EntriesOf(drive).Where(name => name.EndsWith(".efi", StringComparison.Ordinal))];
        string held = string.Join(' ', names);
        string at = string.Create(CultureInfo.InvariantCulture, $"{how} to {write.Offset}: {held}: ");
        Seen.Add(held);
        if (!names.Any(name => !name.Contains('+')))
        {
            return $"{at}no good image";
        }

        if (names.DistinctBy(Number).Count() != names.Length)
        {
            return $"{at}an image twice";
        }

        foreach (string name in names)
        {
            if (!box.ReadBoot(drive, $"EFI/Linux/{name}").AsSpan().SequenceEqual(Kernel(Number(name))))
            {
                return $"{at}{name} is torn";
            }

            if (!HasRoot(Number(name)))
            {
                return $"{at}the root of {name} is torn";
            }
        }

        return null;
    }

    private byte[] Kernel(int number) => kernels.TryGetValue(number, out byte[]? kernel)
        ? kernel
        : kernels[number] = File.ReadAllBytes(Path.Combine(box.At($"image-{number}"), "kernel.efi"));

    private bool HasRoot(int number) => ((string[])["a", "b"]).Any(slot =>
        Holds($"root-{slot}", "root.squashfs", number) && Holds($"verity-{slot}", "root.verity", number));

    private bool Holds(string partition, string part, int number)
    {
        byte[] wanted = File.ReadAllBytes(Path.Combine(box.At($"image-{number}"), part));
        byte[] found = new byte[wanted.Length];
        using FileStream file = File.Open(drive, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Position = box.PartitionOf(partition).Offset;
        file.ReadExactly(found);
        return found.AsSpan().SequenceEqual(wanted);
    }

    private static int Number(string name) =>
        int.Parse(name["appliance_".Length..].Split('.', '+')[0], CultureInfo.InvariantCulture);

    private static void Write(FileStream file, long offset, byte[] data)
    {
        file.Position = offset;
        file.Write(data);
        file.Flush();
    }
}
