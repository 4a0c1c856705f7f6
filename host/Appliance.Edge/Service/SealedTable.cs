using System.Security.Cryptography;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Wire;

namespace Appliance.Edge.Service;

/// <summary>
/// A table that survives a restart, in a file of its own, sealed under a key that is derived from the device's.
/// </summary>
internal sealed class SealedTable(KeySet keys, string purpose, string file, long bytesMax) : IDisposable
{
    private readonly LocalSeal seal = keys.OpenLocalSeal(purpose);
    private readonly string path = Path.GetFullPath(file);

    /// <summary>What the run before has left; null where that cannot be had, with the reason in words.</summary>
    public byte[]? Read(out string word)
    {
        word = "none kept";
        try
        {
            FileInfo kept = new(path);
            if (!kept.Exists)
            {
                return null;
            }

            word = "altered or of another box: gone";
            return seal.Open(kept.Length <= bytesMax ? File.ReadAllBytes(path) : []);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            word = $"not readable: {failure.Message}";
            return null;
        }
    }

    /// <summary>Puts it on the medium; clears the bytes.</summary>
    /// <exception cref="JournalDeviceException">It cannot be written.</exception>
    public void Put(byte[] table)
    {
        byte[] bytes = seal.Seal(table, RandomNumberGenerator.Fill);
        CryptographicOperations.ZeroMemory(table);
        DurableFile.Put(path, path + ".new", bytes);
    }

    /// <summary>
    /// Leaves it for the process that begins at once, which waits: without a flush, so a loss of power may lose it. One
    /// that is torn does not open.
    /// </summary>
    /// <returns>Why it could not be written, or null.</returns>
    public string? Leave(byte[] table)
    {
        byte[] bytes = seal.Seal(table, RandomNumberGenerator.Fill);
        CryptographicOperations.ZeroMemory(table);
        try
        {
            File.WriteAllBytes(path + ".new", bytes);
            File.SetUnixFileMode(path + ".new", UnixFileMode.UserRead | UnixFileMode.UserWrite);
            File.Move(path + ".new", path, overwrite: true);
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }

    /// <summary>Takes the file away: it says nothing of what came since.</summary>
    public void Remove()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Its age is looked at when it is read again.
        }
    }

    public void Dispose() => seal.Dispose();
}
