namespace Appliance.Journal;

/// <summary>What kind of failure a journal device had; each kind has its own answer.</summary>
public enum DeviceFault
{
    /// <summary>Anything without an answer of its own.</summary>
    Other = 0,

    /// <summary>No space, quota or file-size limit: stop accepting until something is freed.</summary>
    Full = 1,

    /// <summary>The medium gave an error (EIO): a read is a rotted block, a write ends the writer.</summary>
    Medium = 2,

    /// <summary>The file or folder is not there.</summary>
    Missing = 3,

    /// <summary>Not permitted, or the file system is mounted read-only.</summary>
    Denied = 4,

    /// <summary>Another process has the folder.</summary>
    InUse = 5,
}

/// <summary>A failed operation of a journal device: kind, and one line for people.</summary>
public sealed class JournalDeviceException : IOException
{
    public JournalDeviceException(DeviceFault fault, string message)
        : base(message) => Fault = fault;

    public DeviceFault Fault { get; }
}
