namespace Appliance.Journal;

/// <summary>
/// The journal device seam: a folder of files on flash, or the simulated flash of the tests. Names are plain file
/// names inside one folder. Operations may fail with <see cref="IOException"/>; nothing else is thrown.
/// </summary>
public interface IJournalDevice
{
    /// <summary>Names of the files that exist, in no order.</summary>
    IReadOnlyList<string> List();

    /// <summary>Length of a file in bytes.</summary>
    long Length(string name);

    /// <summary>Creates a file of the given length: blocks written and synced, folder entry synced.</summary>
    void Create(string name, long length);

    /// <summary>Reads into the whole span; returns fewer bytes only at the end of the file.</summary>
    int Read(string name, long offset, Span<byte> destination);

    /// <summary>Writes bytes inside the file's length; durable only after <see cref="Flush"/>.</summary>
    void Write(string name, long offset, ReadOnlySpan<byte> bytes);

    /// <summary>Returns when all that was written to the file is durable (fdatasync).</summary>
    void Flush(string name);

    /// <summary>Removes a file and syncs the folder.</summary>
    void Delete(string name);
}
