using System.Buffers.Binary;

namespace Appliance.SystemTests.Machines;

/// <summary>What a machine wrote to a drive.</summary>
/// <param name="Offset">Where, in bytes.</param>
/// <param name="Data">Empty where it asked for a flush.</param>
internal sealed record LoggedWrite(long Offset, byte[] Data)
{
    public bool IsFlush => Data.Length == 0;
}

/// <summary>
/// Reads the log of QEMU's filter blklogwrites: the layout of the kernel's dm-log-writes (Documentation/admin-guide/
/// device-mapper/log-writes), a superblock and then entries, each in a sector of its own before its data. Who discards
/// gives no promise of what is read then, so that discards are left out.
/// </summary>
internal static class WriteLog
{
    private const ulong Magic = 0x6a736677736872;
    private const int Sector = 512;
    private const ulong Discard = 4;

    /// <summary>Arguments for QEMU: a drive whose writes are logged.</summary>
    public static IReadOnlyList<string> Drive(string drive, string log)
    {
        File.WriteAllBytes(log, []);
        return
        [
            "-blockdev", $"driver=file,filename={drive},node-name=file0",
            "-blockdev", "driver=raw,file=file0,node-name=raw0",
            "-blockdev", $"driver=file,filename={log},node-name=log0",
            "-blockdev", "driver=blklogwrites,file=raw0,log=log0,node-name=logged0",
            "-device", "virtio-blk-pci,drive=logged0",
        ];
    }

    public static IEnumerable<LoggedWrite> Read(string log)
    {
        using FileStream file = File.OpenRead(log);
        byte[] head = new byte[Sector];
        file.ReadExactly(head);
        if (Word(head, 0) != Magic)
        {
            throw new InvalidDataException($"{log} is no log of writes");
        }

        for (ulong left = Word(head, 2); left > 0; left--)
        {
            file.ReadExactly(head);
            bool isDiscard = (Word(head, 2) & Discard) != 0;
            byte[] data = new byte[isDiscard ? 0 : (int)Word(head, 1) * Sector];
            file.ReadExactly(data);
            if (isDiscard)
            {
                continue;
            }

            yield return new LoggedWrite((long)Word(head, 0) * Sector, data);
        }
    }

    private static ulong Word(byte[] sector, int index) =>
        BinaryPrimitives.ReadUInt64LittleEndian(sector.AsSpan(8 * index));
}
