using Appliance.Journal;

namespace Appliance.Simulation.Flash;

// The fault model. A new fault is added here before it is mended.
//
//   cut        The power goes before, in the middle of, or after any single operation, recovery's own included.
//   torn       Of everything written since the last flush of a file, any subset of its 512-byte sectors arrives.
//   reordered  The subset is drawn over all unflushed writes at once, so a later write may arrive without an earlier.
//   half done  A creation may leave a shorter file; renaming, cutting off and deleting happen at once or not at all.
//   lost       A write that was flushed never arrived (a disk that lies), the rest did.
//   rotted     One bit of a durable sector is another.
//   unreadable A block gives a medium error when it is read.
//   full       A creation finds no space.
//   failed     A flush gives a medium error; whether its sectors arrived is open.
//
// Not modelled: a sector that is torn inside (disks write sectors whole, or their ECC makes it unreadable).

/// <summary>The power went; everything volatile is gone.</summary>
internal sealed class PowerCutException : Exception;

/// <summary>How much of the interrupted operation and of the unflushed writes arrives.</summary>
internal enum Arrival
{
    /// <summary>Nothing that was not flushed.</summary>
    None,

    /// <summary>All of it, the interrupted operation included.</summary>
    All,

    /// <summary>Each sector, and the interrupted operation, by a seeded coin.</summary>
    Some,
}

/// <summary>Flash memory with the faults above.</summary>
internal sealed class SimulatedFlash : IJournalDevice
{
    private readonly Dictionary<string, byte[]> durable = [];
    private readonly Dictionary<string, byte[]> volatileBytes = [];
    private readonly Dictionary<string, HashSet<int>> unflushed = [];
    private readonly HashSet<(string, int)> unreadable = [];

    /// <summary>Operations that changed something, so far.</summary>
    public int Operations { get; private set; }

    /// <summary>Files made so far.</summary>
    public int Creations { get; private set; }

    /// <summary>Flushes so far.</summary>
    public int Flushes { get; private set; }

    /// <summary>The power goes at this operation; none by default.</summary>
    public int CutAt { get; set; } = int.MaxValue;

    /// <summary>The number of the write that is lost though it is flushed; none by default.</summary>
    public int LoseAt { get; set; } = int.MaxValue;

    /// <summary>The next flush fails.</summary>
    public bool FailFlush { get; set; }

    /// <summary>Bytes of all files together.</summary>
    public long Capacity { get; set; } = long.MaxValue;

    /// <summary>What arrives at a cut.</summary>
    public Arrival Arrival { get; set; }

    /// <summary>Source of the coins.</summary>
    public Random Coins { get; set; } = new(1);

    public IReadOnlyList<string> List() => [.. volatileBytes.Keys];

    public long Length(string name) => File(name).Length;

    public void Create(string name, long length) => Step(
        () =>
        {
            if (volatileBytes.Values.Sum(file => (long)file.Length) + length > Capacity)
            {
                throw new JournalDeviceException(DeviceFault.Full, $"create {name}: no space");
            }

            Creations++;
            PutBoth(name, new byte[length]);
        },
        halfway: () => PutBoth(name, new byte[Coins.Next((int)length)]));

    public int Read(string name, long offset, Span<byte> destination)
    {
        byte[] file = File(name);
        int count = (int)Math.Clamp(file.Length - offset, 0, destination.Length);
        for (long block = offset / 4096; block * 4096 < offset + count; block++)
        {
            if (unreadable.Contains((name, (int)block)))
            {
                throw new JournalDeviceException(DeviceFault.Medium, $"read {name}: medium error");
            }
        }

        file.AsSpan((int)offset, count).CopyTo(destination);
        return count;
    }

    public void Write(string name, long offset, ReadOnlySpan<byte> bytes)
    {
        byte[] file = File(name);
        byte[] copy = bytes.ToArray();
        if (offset + copy.Length > file.Length)
        {
            throw new InvalidOperationException($"{name}: a write past the end of a pre-written file");
        }

        if (Operations == LoseAt)
        {
            Operations++;
            return;
        }

        Step(() => Put(name, offset, copy), halfway: () => Put(name, offset, copy));
    }

    public void Flush(string name)
    {
        Flushes++;
        if (FailFlush)
        {
            FailFlush = false;
            Settle(name, _ => Coins.Next(2) == 0);
            throw new JournalDeviceException(DeviceFault.Medium, $"sync {name}: medium error");
        }

        Step(() => Settle(name, _ => true), halfway: () => { });
    }

    public void Rename(string name, string newName) => Step(
        () =>
        {
            (durable[newName], volatileBytes[newName]) = (durable[name], File(name));
            unflushed[newName] = unflushed[name];
            Remove(name);
        },
        halfway: null);

    public void Truncate(string name, long length) => Step(
        () =>
        {
            Settle(name, _ => true);
            PutBoth(name, File(name)[..(int)length]);
        },
        halfway: null);

    public void Delete(string name) => Step(() => Remove(name), halfway: null);

    /// <summary>The same flash after the power is back: only what arrived.</summary>
    public SimulatedFlash AfterCut()
    {
        SimulatedFlash after = new();
        foreach (string name in volatileBytes.Keys)
        {
            Settle(name, _ => Arrival == Arrival.All || (Arrival == Arrival.Some && Coins.Next(2) == 0));
            after.PutBoth(name, [.. durable[name]]);
        }

        return after;
    }

    /// <summary>A copy whose files can be harmed without changing this one.</summary>
    public SimulatedFlash Clone()
    {
        SimulatedFlash copy = new();
        foreach ((string name, byte[] bytes) in volatileBytes)
        {
            copy.PutBoth(name, [.. bytes]);
        }

        return copy;
    }

    /// <summary>Turns one bit over.</summary>
    public void Rot(string name, long offset, int bit)
    {
        volatileBytes[name][offset] ^= (byte)(1 << bit);
        durable[name][offset] = volatileBytes[name][offset];
    }

    /// <summary>Makes a block of 4096 bytes give a medium error.</summary>
    public void Spoil(string name, int block) => unreadable.Add((name, block));

    private byte[] File(string name) => volatileBytes.TryGetValue(name, out byte[]? file)
        ? file
        : throw new JournalDeviceException(DeviceFault.Missing, $"{name} is not there");

    /// <summary>
    /// Does the operation, or is cut off in it; a cut comes after all, some or nothing of it was done.
    /// </summary>
    private void Step(Action whole, Action? halfway)
    {
        if (Operations++ < CutAt)
        {
            whole();
            return;
        }

        switch (Arrival)
        {
            case Arrival.All:
                whole();
                break;
            case Arrival.Some:
                (halfway ?? (Coins.Next(2) == 0 ? whole : () => { }))();
                break;
            default:
                break;
        }

        throw new PowerCutException();
    }

    private void Put(string name, long offset, byte[] bytes)
    {
        bytes.CopyTo(volatileBytes[name], offset);
        for (long sector = offset / Limits.SectorBytes; sector * Limits.SectorBytes < offset + bytes.Length; sector++)
        {
            unflushed[name].Add((int)sector);
        }
    }

    private void Settle(string name, Func<int, bool> arrives)
    {
        foreach (int sector in unflushed[name].Order())
        {
            int at = sector * Limits.SectorBytes;
            int length = Math.Min(Limits.SectorBytes, durable[name].Length - at);
            if (arrives(sector))
            {
                volatileBytes[name].AsSpan(at, length).CopyTo(durable[name].AsSpan(at));
            }
        }

        unflushed[name].Clear();
    }

    private void PutBoth(string name, byte[] bytes)
    {
        (volatileBytes[name], durable[name], unflushed[name]) = (bytes, [.. bytes], []);
    }

    private void Remove(string name)
    {
        volatileBytes.Remove(name);
        durable.Remove(name);
        unflushed.Remove(name);
    }
}
