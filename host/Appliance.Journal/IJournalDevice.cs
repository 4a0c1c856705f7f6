namespace Appliance.Journal;

/// <summary>
/// The journal device seam: a folder of files on flash, or the simulated flash of the tests. Names are plain file
/// names inside one folder. Operations may fail with <see cref="JournalDeviceException"/>; nothing else is thrown.
/// Operations on the folder (create, rename, truncate, delete) are durable when they return.
/// </summary>
public interface IJournalDevice
{
    /// <summary>Names of the files that exist, in no order; foreign files may be among them.</summary>
    IReadOnlyList<string> List();

    /// <summary>Length of a file in bytes.</summary>
    long Length(string name);

    /// <summary>
    /// Creates a file of the given length with its blocks written (zeros, not a hole), synced, and its folder entry
    /// synced. Where it fails nothing is left behind, as far as the device still obeys.
    /// </summary>
    void Create(string name, long length);

    /// <summary>Reads into the whole span; returns fewer bytes only at the end of the file.</summary>
    int Read(string name, long offset, Span<byte> destination);

    /// <summary>Writes bytes inside the file's length; durable only after <see cref="Flush"/>.</summary>
    void Write(string name, long offset, ReadOnlySpan<byte> bytes);

    /// <summary>
    /// Returns when all that was written to the file is durable (fdatasync). After a failure it is unknown what is
    /// durable, and a second call would lie: the kernel forgets a failed write once it has reported it.
    /// </summary>
    void Flush(string name);

    /// <summary>Gives a file another name, at once or not at all, and syncs the folder.</summary>
    void Rename(string name, string newName);

    /// <summary>Cuts a file off after <paramref name="length"/> bytes and syncs it.</summary>
    void Truncate(string name, long length);

    /// <summary>Removes a file and syncs the folder.</summary>
    void Delete(string name);
}
