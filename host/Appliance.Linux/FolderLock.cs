using System.Globalization;
using System.Text;
using Appliance.Journal;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux;

/// <summary>
/// Makes this process the only writer of a folder, until disposed or until the process ends, however it ends. The lock
/// file holds the process id, for the message of the one that is refused.
/// </summary>
public sealed class FolderLock : IDisposable
{
    private readonly SafeFileHandle file;

    private FolderLock(SafeFileHandle file) => this.file = file;

    /// <summary>Takes the lock of a folder that exists.</summary>
    /// <exception cref="JournalDeviceException">In use by another process, or not permitted.</exception>
    public static FolderLock Take(string folder, string lockName)
    {
        string name = Path.Combine(folder, lockName);
        SafeFileHandle file = SyncedFile.Open(name, LibC.ReadWrite | LibC.Create);
        if (LibC.Lock(file, LibC.LockExclusive | LibC.LockNonBlocking) < 0)
        {
            using (file)
            {
                string holder = ReadHolder(file, name);
                throw new JournalDeviceException(
                    DeviceFault.InUse, $"{folder} is in use by process {holder}: stop it, or choose another folder");
            }
        }

        byte[] id = Encoding.ASCII.GetBytes(Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        SyncedFile.ThrowIf(LibC.Truncate(file, 0) < 0, "truncate", name);
        SyncedFile.Write(file, name, 0, id);
        return new FolderLock(file);
    }

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => file.Dispose();

    private static string ReadHolder(SafeFileHandle file, string name)
    {
        Span<byte> id = stackalloc byte[16];
        int length = SyncedFile.Read(file, name, 0, id);
        return length == 0 ? "unknown" : Encoding.ASCII.GetString(id[..length]);
    }
}
