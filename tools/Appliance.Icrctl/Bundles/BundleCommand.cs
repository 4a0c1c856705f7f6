using System.CommandLine;
using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using Appliance.Edge.Configuration;

namespace Appliance.Icrctl.Bundles;

/// <summary>
/// <c>icrctl bundle</c>: what somebody far away needs to help, after showing what it is. The engineer decides, with the
/// list before his eyes, whether it may leave the site.
/// </summary>
internal static class BundleCommand
{
    public static Command Create()
    {
        Option<string> socket = new("--socket")
        {
            Description = "admin socket of the daemon",
            DefaultValueFactory = _ => new AdminOptions().Socket,
        };
        Option<string> config = new("--config")
        {
            Description = "the configuration file",
            DefaultValueFactory = _ => "/etc/appliance/appliance.json",
        };
        Option<string?> output = new("--out") { Description = "write the bundle to this file (.tar.gz)" };
        Option<bool> yes = new("--yes") { Description = "write it without asking" };
        Command command = new(
            "bundle", "a support bundle without payload, keys or whole addresses; without --out its list alone")
        {
            socket, config, output, yes,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(socket)!, parsed.GetValue(config)!, parsed.GetValue(output), parsed.GetValue(yes)));
        return command;
    }

    private static int Run(string socket, string config, string? output, bool isAgreed)
    {
        IReadOnlyList<BundlePart> parts = BundleParts.Collect(socket, config);
        Console.WriteLine(ListOf(parts));
        if (output is null)
        {
            return Exit.Success;
        }

        if (!isAgreed && Console.IsInputRedirected)
        {
            return Exit.Refuse("nobody can be asked here; read the list and add --yes");
        }

        if (!isAgreed)
        {
            Console.Write("Write it? [y/N] ");
            if (Console.ReadLine()?.Trim() is not ("y" or "Y" or "yes"))
            {
                Console.WriteLine("nothing was written");
                return Exit.CheckFailed;
            }
        }

        try
        {
            Write(output, parts);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return Exit.Refuse($"cannot write {output}; give a new file in a folder that exists and may be written");
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{output}: {new FileInfo(output).Length:N0} bytes, readable by you alone"));
        return Exit.Success;
    }

    /// <summary>What is in it and what is not, before anything is written.</summary>
    internal static string ListOf(IReadOnlyList<BundlePart> parts)
    {
        StringBuilder text = new("in it:\n");
        foreach (BundlePart part in parts)
        {
            int bytes = Encoding.UTF8.GetByteCount(part.Text);
            text.Append(CultureInfo.InvariantCulture, $"  {part.Name,-20} {bytes,9:N0} bytes  {part.What}\n");
        }

        return text.Append("never in it: records, captures, sessions, bindings, keys, certificates, ")
            .Append("secrets; addresses are cut").ToString();
    }

    private static void Write(string path, IReadOnlyList<BundlePart> parts)
    {
        FileStreamOptions options = new()
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using FileStream file = new(path, options);
        using GZipStream packed = new(file, CompressionLevel.Optimal);
        using TarWriter tar = new(packed, TarEntryFormat.Ustar);
        foreach (BundlePart part in parts.Append(new BundlePart("list.txt", "", ListOf(parts) + "\n")))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, $"appliance-bundle/{part.Name}")
            {
                DataStream = new MemoryStream(Encoding.UTF8.GetBytes(part.Text)),
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
        }
    }
}
