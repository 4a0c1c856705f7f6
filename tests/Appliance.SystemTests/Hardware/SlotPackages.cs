using System.Diagnostics;
using System.Globalization;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Hardware;

/// <summary>Images of a maker, small, packed by the scripts of hardware/image.</summary>
internal sealed class SlotPackages : IDisposable
{
    private static readonly string Recipe = Path.Combine(Checkout.Root, "hardware", "image");
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("images-");

    public SlotPackages()
    {
        MakeKey("maker");
        MakeKey("thief");
    }

    public string PublicKey => At("maker.pub");

    /// <summary>A file of an image, made when first asked for.</summary>
    public string Part(int number, string name)
    {
        string image = At($"image-{number}");
        if (!Directory.Exists(image))
        {
            Make(number, image, "");
        }

        return Path.Combine(image, name);
    }

    /// <summary>The update to an image.</summary>
    public string Update(int number, string key = "maker")
    {
        string file = At($"{number}-{key}.tar");
        Outcome packed = Pack(number, Path.GetDirectoryName(Part(number, "root.hash"))!, file, key);
        return packed.Code == 0 ? file : throw new InvalidOperationException(packed.Error);
    }

    /// <summary>Packs a folder under a number.</summary>
    public Outcome Pack(int number, string image, string file, string key = "maker") => Run(
        Path.Combine(Recipe, "pack"), file, number.ToString(CultureInfo.InvariantCulture), image, At($"{key}.pem"));

    /// <summary>An image whose kernel has more words on its command line.</summary>
    public string WithWords(int number, string words)
    {
        string image = At($"words-{number}");
        Make(number, image, words);
        return image;
    }

    public string At(string name) => Path.Combine(folder.FullName, name);

    public void Dispose() => folder.Delete(recursive: true);

    public static Outcome Run(string program, params string[] arguments)
    {
        string path = Path.IsPathRooted(program) ? program : InstalledPrograms.Find(program)!;
        ProcessStartInfo start = new(path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PATH"] = $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin:/sbin";
        using Process process = Process.Start(start)!;
        return Programs.Finish(process);
    }

    // The kernel is any program with a section for the command line: nothing here starts it.
    private void Make(int number, string image, string words)
    {
        string tree = $"{image}.tree", line = $"{image}.cmdline";
        Directory.CreateDirectory(Path.Combine(tree, "etc"));
        File.WriteAllText(Path.Combine(tree, "etc", "version"), $"{number}\n");
        Must(Path.Combine(Recipe, "build"), "seal", tree, image);
        string hash = File.ReadAllText(Path.Combine(image, "root.hash")).Trim();
        string recipe = File.ReadAllText(Path.Combine(Recipe, "root", "etc", "cmdline")).Trim();
        File.WriteAllText(line, $"{recipe} roothash={hash} appliance.image={number} {words}");
        Must(
            "objcopy", "--add-section", $".cmdline={line}", InstalledPrograms.Find("true")!,
            Path.Combine(image, "kernel.efi"));
    }

    private void MakeKey(string name)
    {
        Must("openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", At($"{name}.pem"));
        Must("openssl", "ec", "-in", At($"{name}.pem"), "-pubout", "-out", At($"{name}.pub"));
    }

    private static void Must(string program, params string[] arguments)
    {
        Outcome outcome = Run(program, arguments);
        if (outcome.Code != 0)
        {
            throw new InvalidOperationException($"{program}: {outcome.Output}{outcome.Error}");
        }
    }
}
