using System.Globalization;
using System.Text;

namespace Appliance.SystemTests.Machines;

/// <summary>
/// Writes an archive that the kernel unpacks as its first root: cpio in the "newc" form (kernel documentation,
/// driver-api/early-userspace/buffer-format). Folders are made as files need them.
/// </summary>
internal sealed class CpioArchive(Stream to) : IDisposable
{
    private const int Folder = 0x4000, Regular = 0x8000, Link = 0xA000;
    private readonly HashSet<string> folders = [];
    private long written;
    private int inode;

    /// <summary>A file of this host under a path of the machine.</summary>
    public void AddFile(string path, string source)
    {
        bool isProgram = (File.GetUnixFileMode(source) & UnixFileMode.UserExecute) != 0;
        AddBytes(path, File.ReadAllBytes(source), isProgram);
    }

    public void AddText(string path, string text, bool isProgram = false) =>
        AddBytes(path, Encoding.UTF8.GetBytes(text), isProgram);

    public void AddLink(string path, string target)
    {
        AddFoldersAbove(path);
        Entry(path, Link | Convert.ToInt32("777", 8), Encoding.UTF8.GetBytes(target));
    }

    public void AddFolder(string path)
    {
        path = path.Trim('/');
        if (path.Length > 0 && folders.Add(path))
        {
            AddFoldersAbove(path);
            Entry(path, Folder | Convert.ToInt32("755", 8), []);
        }
    }

    /// <summary>Every file below a folder of this host, without following links to folders.</summary>
    public void AddTree(string path, string source)
    {
        foreach (string file in Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories)
            .Order(StringComparer.Ordinal))
        {
            AddFile(Path.Combine(path, Path.GetRelativePath(source, file)), file);
        }
    }

    public void Dispose()
    {
        Entry("TRAILER!!!", 0, []);
        to.Dispose();
    }

    private void AddBytes(string path, byte[] content, bool isProgram)
    {
        AddFoldersAbove(path);
        Entry(path, Regular | Convert.ToInt32(isProgram ? "755" : "644", 8), content);
    }

    private void AddFoldersAbove(string path) => AddFolder(Path.GetDirectoryName(path.Trim('/')) ?? "");

    private void Entry(string path, int mode, byte[] content)
    {
        byte[] name = Encoding.UTF8.GetBytes(path.Trim('/') + "\0");
        StringBuilder header = new("070701");
        foreach (int field in (int[])[++inode, mode, 0, 0, 1, 0, content.Length, 0, 0, 0, 0, name.Length, 0])
        {
            header.Append(field.ToString("x8", CultureInfo.InvariantCulture));
        }

        Write(Encoding.ASCII.GetBytes(header.ToString()));
        Write(name);
        Pad();
        Write(content);
        Pad();
    }

    private void Write(byte[] bytes)
    {
        to.Write(bytes);
        written += bytes.Length;
    }

    private void Pad() => Write(new byte[-written & 3]);
}
