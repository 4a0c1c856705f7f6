using System.Runtime.InteropServices;
using Appliance.Journal;
using Microsoft.Win32.SafeHandles;

namespace Appliance.Linux;

/// <summary>
/// Durable file operations under their own names; each says what is on the medium when it returns. Every failure is
/// a <see cref="JournalDeviceException"/> with its kind. Interrupted calls are repeated, except a sync: what a failed
/// sync left behind is unknown.
/// </summary>
internal static class SyncedFile
{
    private const int OwnerOnly = 0x180; // rw-------
    private const int ZeroChunkBytes = 1 << 20;
    private static readonly byte[] Zeros = new byte[ZeroChunkBytes];

    /// <summary>
    /// Opens a file that exists or, with <see cref="LibC.Create"/>, may exist; never inherited by a child.
    /// </summary>
    public static SafeFileHandle Open(string path, int flags)
    {
        int file;
        do
        {
            file = LibC.Open(path, flags | LibC.CloseOnExec, OwnerOnly);
        }
        while (file < 0 && Marshal.GetLastPInvokeError() == LibC.Interrupted);

        return file >= 0 ? new SafeFileHandle(file, ownsHandle: true) : throw Failure("open", path);
    }

    /// <summary>
    /// A new file of zeros: blocks written, file and folder entry synced. Removed again where that fails.
    /// </summary>
    public static SafeFileHandle CreateZeroed(string folder, string path, long length)
    {
        SafeFileHandle file = Open(path, LibC.ReadWrite | LibC.CreateNew);
        try
        {
            for (long at = 0; at < length; at += ZeroChunkBytes)
            {
                Write(file, path, at, Zeros.AsSpan(0, (int)Math.Min(ZeroChunkBytes, length - at)));
            }

            SyncWhole(file, path);
            SyncFolder(folder);
            return file;
        }
        catch (JournalDeviceException)
        {
            file.Dispose();
            _ = LibC.Unlink(path);
            throw;
        }
    }

    /// <summary>Reads until the span is full or the file ends; returns the count.</summary>
    public static int Read(SafeFileHandle file, string path, long offset, Span<byte> destination)
    {
        int done = 0;
        while (done < destination.Length)
        {
            Span<byte> rest = destination[done..];
            nint got = LibC.ReadAt(file, rest, (nuint)rest.Length, offset + done);
            if (got == 0)
            {
                break;
            }

            ThrowUnlessInterrupted(got, "read", path);
            done += (int)Math.Max(got, 0);
        }

        return done;
    }

    /// <summary>Hands all bytes to the kernel; on the medium only after a sync.</summary>
    public static void Write(SafeFileHandle file, string path, long offset, ReadOnlySpan<byte> bytes)
    {
        int done = 0;
        while (done < bytes.Length)
        {
            ReadOnlySpan<byte> rest = bytes[done..];
            nint put = LibC.WriteAt(file, rest, (nuint)rest.Length, offset + done);
            ThrowUnlessInterrupted(put, "write", path);
            done += (int)Math.Max(put, 0);
        }
    }

    /// <summary>Bytes of the file, and what is needed to read them, are on the medium; times need not be.</summary>
    public static void SyncData(SafeFileHandle file, string path) => ThrowIf(LibC.SyncData(file) < 0, "sync", path);

    /// <summary>Bytes, length and attributes of the file are on the medium.</summary>
    public static void SyncWhole(SafeFileHandle file, string path) => ThrowIf(LibC.Sync(file) < 0, "sync", path);

    /// <summary>Names in the folder are on the medium.</summary>
    public static void SyncFolder(string folder)
    {
        using SafeFileHandle handle = Open(folder, LibC.ReadOnly);
        SyncWhole(handle, folder);
    }

    /// <summary>Throws for the last error number.</summary>
    public static void ThrowIf(bool failed, string what, string path)
    {
        if (failed)
        {
            throw Failure(what, path);
        }
    }

    private static void ThrowUnlessInterrupted(nint result, string what, string path) =>
        ThrowIf(result < 0 && Marshal.GetLastPInvokeError() != LibC.Interrupted, what, path);

    private static JournalDeviceException Failure(string what, string path)
    {
        int number = Marshal.GetLastPInvokeError();
        DeviceFault fault = number switch
        {
            LibC.NoSpace or LibC.QuotaExceeded or LibC.TooBig => DeviceFault.Full,
            LibC.InputOutput => DeviceFault.Medium,
            LibC.NoEntry => DeviceFault.Missing,
            LibC.NotPermitted or LibC.AccessDenied or LibC.ReadOnlyFileSystem => DeviceFault.Denied,
            LibC.TryAgain => DeviceFault.InUse,
            _ => DeviceFault.Other,
        };
        return new JournalDeviceException(fault, $"{what} {path}: {Marshal.GetPInvokeErrorMessage(number)}");
    }
}
