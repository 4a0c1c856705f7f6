using System.Diagnostics;
using Appliance.TestSupport;

namespace Appliance.SystemTests.SecondReader;

/// <summary>Runs the reader in tests/second-reader with Debian's own Python, which has the packages it needs.</summary>
internal static class PythonReader
{
    /// <summary>Debian's interpreter: another one on the path would not see Debian's packages.</summary>
    public const string Python = "/usr/bin/python3";

    /// <summary>A file of the package python3-cbor2.</summary>
    public const string Cbor2 = "/usr/lib/python3/dist-packages/cbor2/__init__.py";

    /// <summary>A file of the package python3-cryptography.</summary>
    public const string Cryptography = "/usr/lib/python3/dist-packages/cryptography/__init__.py";

    private static readonly string Folder = Path.Combine(Checkout.Root, "tests", "second-reader");

    /// <summary>Runs reader.py with these arguments.</summary>
    public static Outcome Run(params string[] arguments) => Start([Path.Combine(Folder, "reader.py"), .. arguments]);

    /// <summary>Runs the checks of its own parts.</summary>
    public static Outcome RunChecks() => Start(["-m", "unittest", "--quiet"]);

    private static Outcome Start(string[] arguments)
    {
        // Nothing is written into the checkout.
        ProcessStartInfo start = new(Python, ["-B", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Folder,
        };
        using Process process =
            Process.Start(start) ?? throw new InvalidOperationException($"{Python} does not start");
        return Programs.Finish(process);
    }
}
