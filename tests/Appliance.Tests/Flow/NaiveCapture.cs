namespace Appliance.Tests.Flow;

/// <summary>
/// A second, slow reader of capture files for comparison: whole file in memory, one allocation a frame, and an
/// exception at the
/// first thing it does not expect.
/// </summary>
internal static class NaiveCapture
{
    public static List<(int Link, long Captured, byte[] Frame)> Read(byte[] file)
    {
        var frames = new List<(int, long, byte[])>();
        try
        {
            uint magic = BitConverter.ToUInt32(file, 0);
            if (magic == 0x0A0D0D0A)
            {
                Blocks(file, frames);
            }
            else
            {
                Classic(file, magic is not (0xA1B2C3D4 or 0xA1B23C4D), frames);
            }
        }
        catch (Exception end) when (end is ArgumentException or InvalidDataException)
        {
            // The good part stands: that is what the product's reader promises too.
            return frames;
        }

        return frames;
    }

    private static void Classic(byte[] file, bool swap, List<(int, long, byte[])> frames)
    {
        int link = (int)(U32(file, 20, swap) & 0xFFFF);
        for (long at = 24; at < file.Length;)
        {
            long captured = U32(file, at + 8, swap);
            frames.Add((link, captured, Cut(file, at + 16, captured)));
            at += 16 + captured;
        }
    }

    private static void Blocks(byte[] file, List<(int, long, byte[])> frames)
    {
        bool swap = false;
        var links = new List<int>();
        for (long at = 0; at < file.Length;)
        {
            if (U32(file, at, false) == 0x0A0D0D0A)
            {
                swap = U32(file, at + 8, false) != 0x1A2B3C4D;
                links.Clear();
            }

            uint type = U32(file, at, swap);
            long length = U32(file, at + 4, swap);
            if (length < 12 || at + length > file.Length || U32(file, at + length - 4, swap) != length)
            {
                throw new InvalidDataException();
            }

            if (type == 1)
            {
                links.Add((int)(U32(file, at + 8, swap) & 0xFFFF_FFFF) >> (swap ? 16 : 0) & 0xFFFF);
            }
            else if (type == 6)
            {
                long captured = U32(file, at + 20, swap);
                frames.Add((links[(int)U32(file, at + 8, swap)], captured, Cut(file, at + 28, captured)));
            }
            else if (type == 3)
            {
                long captured = Math.Min(U32(file, at + 8, swap), length - 16);
                frames.Add((links[0], captured, Cut(file, at + 12, captured)));
            }

            at += length;
        }
    }

    private static byte[] Cut(byte[] file, long at, long count) =>
        count > 262144 || at + count > file.Length
            ? throw new InvalidDataException()
            : file[(int)at..(int)(at + count)];

    private static uint U32(byte[] file, long at, bool swap)
    {
        if (at + 4 > file.Length)
        {
            throw new InvalidDataException();
        }

        byte[] four = file[(int)at..(int)(at + 4)];
        if (swap)
        {
            Array.Reverse(four);
        }

        return BitConverter.ToUInt32(four, 0);
    }
}
