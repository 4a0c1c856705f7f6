namespace Appliance.Linux.Process;

/// <summary>What could be done to keep keys out of core dumps and swap.</summary>
/// <param name="HasNoDumps">No core file, and no other process of this user may look into this one.</param>
/// <param name="HasNoSwap">No page of this process is written to swap.</param>
/// <param name="Hint">What to do where something is missing; empty otherwise.</param>
public readonly record struct KeyMemoryState(bool HasNoDumps, bool HasNoSwap, string Hint);

/// <summary>
/// Keeps what is in memory from the disk: no core files, not readable by other processes, no swap. Called first thing
/// in a process that holds keys. Root can still read the memory of the live process; that is not claimed.
/// </summary>
public static class KeyMemory
{
    /// <summary>Does what the process may do, and says what is left.</summary>
    public static KeyMemoryState Protect()
    {
        bool noCore = ProcessCalls.SetLimit(ProcessCalls.ResourceCore, default) == 0;
        bool noDumps = noCore && ProcessCalls.Control(ProcessCalls.SetDumpable, 0, 0, 0, 0) == 0
            && ProcessCalls.Control(ProcessCalls.GetDumpable, 0, 0, 0, 0) == 0;
        string hint = noDumps ? "" : $"core dumps are possible: {ProcessCalls.LastError()}";
        if (!MayLock())
        {
            return new(noDumps, false, Join(hint, "raise LimitMEMLOCK to infinity to keep keys out of swap"));
        }

        // On fault: the runtime reserves far more than it uses, and only used pages should be resident.
        const int Flags = ProcessCalls.LockCurrent | ProcessCalls.LockFuture | ProcessCalls.LockOnFault;
        return ProcessCalls.LockAll(Flags) == 0
            ? new(noDumps, true, hint)
            : new(noDumps, false, Join(hint, $"memory is not locked: {ProcessCalls.LastError()}"));
    }

    // Locked under a finite limit, the runtime would later fail to allocate. Privilege alone lifts the limit in the
    // kernel, but is dropped by the service; so the limit itself must be infinite.
    private static bool MayLock() =>
        ProcessCalls.GetLimit(ProcessCalls.ResourceMemoryLock, out ResourceLimit limit) == 0
        && limit.Soft == ulong.MaxValue;

    private static string Join(string first, string second) => first.Length == 0 ? second : $"{first}; {second}";
}
