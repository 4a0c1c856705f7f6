using Appliance.Journal;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux;

/// <summary>
/// The journal device on a real file system. Opened for writing it holds a lock on the folder, so that two processes
/// never write one journal; opened for reading it takes none and changes nothing. Not thread-safe.
/// </summary>
public sealed class FlashFolder : IJournalDevice, IDisposable
{
    /// <summary>The lock file of the writer.</summary>
    public const string LockName = "journal.lock";

    private const int SeekEnd = 2;
    private readonly string folder;
    private readonly FolderLock? folderLock;
    private readonly Dictionary<string, SafeFileHandle> writing = [];

    private string? unflushed;

    private FlashFolder(string folder, FolderLock? folderLock)
    {
        this.folder = folder;
        this.folderLock = folderLock;
    }

    /// <summary>Opens the folder, made where it is missing, as its only writer.</summary>
    /// <exception cref="JournalDeviceException">In use by another process, not permitted, or not there.</exception>
    public static FlashFolder Open(string path)
    {
        string folder = Path.GetFullPath(path);
        MakeFolder(folder);
        return new FlashFolder(folder, FolderLock.Take(folder, LockName));
    }

    /// <summary>Opens a folder to be read, beside a writer or after it.</summary>
    public static FlashFolder OpenForReading(string path)
    {
        string folder = Path.GetFullPath(path);
        return Directory.Exists(folder)
            ? new FlashFolder(folder, null)
            : throw new JournalDeviceException(DeviceFault.Missing, $"{folder} is not a folder");
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> List()
    {
        try
        {
            return [.. Directory.EnumerateFiles(folder).Select(path => Path.GetFileName(path)!)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            DeviceFault fault = failure is IOException ? DeviceFault.Medium : DeviceFault.Denied;
            throw new JournalDeviceException(fault, $"list {folder}: {failure.Message}");
        }
    }

    /// <inheritdoc/>
    public long Length(string name)
    {
        string path = PathOf(name);
        using SafeFileHandle file = SyncedFile.Open(path, LibC.ReadOnly);
        long length = LibC.Seek(file, 0, SeekEnd);
        SyncedFile.ThrowIf(length < 0, "seek", path);
        return length;
    }

    /// <inheritdoc/>
    public void Create(string name, long length)
    {
        ThrowIfReading();
        CloseFlushed();
        writing[name] = SyncedFile.CreateZeroed(folder, PathOf(name), length);
    }

    /// <inheritdoc/>
    public int Read(string name, long offset, Span<byte> destination)
    {
        string path = PathOf(name);
        using SafeFileHandle file = SyncedFile.Open(path, LibC.ReadOnly);
        return SyncedFile.Read(file, path, offset, destination);
    }

    /// <inheritdoc/>
    public void Write(string name, long offset, ReadOnlySpan<byte> bytes)
    {
        SafeFileHandle file = ToWrite(name);
        unflushed = name;
        SyncedFile.Write(file, PathOf(name), offset, bytes);
    }

    /// <inheritdoc/>
    public void Flush(string name)
    {
        SyncedFile.SyncData(ToWrite(name), PathOf(name));
        unflushed = null;
    }

    /// <inheritdoc/>
    public void Rename(string name, string newName)
    {
        ThrowIfReading();
        Forget(name);
        SyncedFile.ThrowIf(LibC.Rename(PathOf(name), PathOf(newName)) < 0, "rename", PathOf(name));
        SyncedFile.SyncFolder(folder);
    }

    /// <inheritdoc/>
    public void Truncate(string name, long length)
    {
        SafeFileHandle file = ToWrite(name);
        SyncedFile.ThrowIf(LibC.Truncate(file, length) < 0, "truncate", PathOf(name));
        SyncedFile.SyncWhole(file, PathOf(name));
        Forget(name);
    }

    /// <inheritdoc/>
    public void Delete(string name)
    {
        ThrowIfReading();
        Forget(name);
        SyncedFile.ThrowIf(LibC.Unlink(PathOf(name)) < 0, "delete", PathOf(name));
        SyncedFile.SyncFolder(folder);
    }

    /// <summary>Closes the files and gives the lock back.</summary>
    public void Dispose()
    {
        foreach (SafeFileHandle file in writing.Values)
        {
            file.Dispose();
        }

        writing.Clear();
        folderLock?.Dispose();
    }

    private static void MakeFolder(string folder)
    {
        try
        {
            if (!Directory.Exists(folder))
            {
                Directory.CreateDirectory(folder);
                SyncedFile.SyncFolder(Path.GetDirectoryName(folder) ?? folder);
            }
        }
        catch (Exception failure) when (failure is UnauthorizedAccessException
            || (failure is IOException && failure is not JournalDeviceException))
        {
            throw new JournalDeviceException(DeviceFault.Denied, $"make {folder}: {failure.Message}");
        }
    }

    private string PathOf(string name) => Path.Combine(folder, name);

    private SafeFileHandle ToWrite(string name)
    {
        ThrowIfReading();
        if (!writing.TryGetValue(name, out SafeFileHandle? file))
        {
            CloseFlushed();
            file = SyncedFile.Open(PathOf(name), LibC.ReadWrite);
            writing[name] = file;
        }

        return file;
    }

    /// <summary>
    /// Full segments need no open file. One with unflushed bytes stays: a failure is told to its handle only.
    /// </summary>
    private void CloseFlushed()
    {
        if (writing.Count >= LinuxLimits.OpenFilesMax)
        {
            foreach (string name in writing.Keys.Where(name => name != unflushed).ToList())
            {
                Forget(name);
            }
        }
    }

    private void Forget(string name)
    {
        if (writing.Remove(name, out SafeFileHandle? file))
        {
            file.Dispose();
        }
    }

    private void ThrowIfReading()
    {
        if (folderLock is null)
        {
            throw new JournalDeviceException(DeviceFault.Denied, $"{folder} was opened for reading only");
        }
    }
}
