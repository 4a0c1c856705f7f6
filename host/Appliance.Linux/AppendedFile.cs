using Appliance.Journal;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux;

/// <summary>
/// A file that only grows, for logs. What <see cref="Append"/> was given is the kernel's when it returns, and on the
/// medium after <see cref="Sync"/>: a cut may leave the last bytes torn or missing, never others. Every call throws
/// <see cref="JournalDeviceException"/> where it cannot.
/// </summary>
public sealed class AppendedFile : IDisposable
{
    private readonly SafeFileHandle file;
    private readonly string path;
    private bool isSynced = true;

    /// <summary>Makes the file, which must not be there; its name is on the medium.</summary>
    public AppendedFile(string path)
    {
        this.path = path;
        file = SyncedFile.Open(path, LibC.ReadWrite | LibC.CreateNew);
        SyncedFile.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(path))!);
    }

    /// <summary>Bytes in it.</summary>
    public long Length { get; private set; }

    /// <summary>Adds bytes at its end.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        SyncedFile.Write(file, path, Length, bytes);
        Length += bytes.Length;
        isSynced = false;
    }

    /// <summary>All that was appended is on the medium.</summary>
    public void Sync()
    {
        if (!isSynced)
        {
            SyncedFile.SyncWhole(file, path);
            isSynced = true;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => file.Dispose();
}
