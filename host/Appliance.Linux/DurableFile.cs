using Appliance.Journal;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux;

/// <summary>
/// Whole files that are there or not there, never half: for archives and keys. Every call has reached the medium when
/// it returns, and throws <see cref="JournalDeviceException"/> where it cannot.
/// </summary>
public static class DurableFile
{
    /// <summary>
    /// Writes a file under its name at once: into <paramref name="scratch"/> first, synced, given the time, renamed,
    /// and its folder synced. What stood under the name before is replaced. Both lie in the same file system; only one
    /// writer uses the scratch file, and what a crash leaves in it is written over.
    /// </summary>
    /// <param name="path">Where it shall be; its folder exists.</param>
    /// <param name="scratch">A path that holds nothing of worth.</param>
    /// <param name="bytes">Content.</param>
    /// <param name="modified">Time of modification that it gets, UTC, or null for now.</param>
    public static void Put(string path, string scratch, ReadOnlySpan<byte> bytes, DateTime? modified = null)
    {
        using (SafeFileHandle file = SyncedFile.Open(scratch, LibC.ReadWrite | LibC.Create))
        {
            SyncedFile.ThrowIf(LibC.Truncate(file, 0) < 0, "truncate", scratch);
            SyncedFile.Write(file, scratch, 0, bytes);
            if (modified is { } time)
            {
                File.SetLastWriteTimeUtc(file, time);
            }

            SyncedFile.SyncWhole(file, scratch);
        }

        SyncedFile.ThrowIf(LibC.Rename(scratch, path) < 0, "rename", path);
        SyncedFile.SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>Makes a folder and those above it that are missing; each name is synced.</summary>
    public static void MakeFolder(string folder)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        // A bare name has no folder in it: it lies in the present one.
        string? above = Path.GetDirectoryName(Path.GetFullPath(folder));
        if (above is not null)
        {
            MakeFolder(above);
        }

        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new JournalDeviceException(DeviceFault.Denied, $"make {folder}: {failure.Message}");
        }

        SyncedFile.SyncFolder(above ?? folder);
    }

    /// <summary>Gives a file another name in its file system, at once, and syncs the folder of the new name.</summary>
    public static void Rename(string path, string newPath)
    {
        SyncedFile.ThrowIf(LibC.Rename(path, newPath) < 0, "rename", path);
        SyncedFile.SyncFolder(Path.GetDirectoryName(newPath)!);
    }

    /// <summary>Removes a file and syncs its folder.</summary>
    public static void Delete(string path)
    {
        SyncedFile.ThrowIf(LibC.Unlink(path) < 0, "delete", path);
        SyncedFile.SyncFolder(Path.GetDirectoryName(path)!);
    }
}
