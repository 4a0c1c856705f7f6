using System.Diagnostics;
using Appliance.TestSupport;

namespace Appliance.SystemTests.Machines;

/// <summary>
/// Firmware with secure boot on, as Debian's ovmf has it for tests: its variables trust one key, whose private half
/// lies beside them. Starts nothing that this key did not sign.
/// </summary>
internal static class SecureFirmware
{
    public const string Code = "/usr/share/OVMF/OVMF_CODE_4M.secboot.fd";

    private const string FirstVariables = "/usr/share/OVMF/OVMF_VARS_4M.snakeoil.fd";
    private const string Certificate = "/usr/share/ovmf/PkKek-1-snakeoil.pem";
    private const string EncryptedKey = "/usr/share/ovmf/PkKek-1-snakeoil.key";

    /// <summary>A machine's own variables, as at its first start.</summary>
    public static (string Code, string Variables) Make(string variables)
    {
        File.Copy(FirstVariables, variables, overwrite: true);
        return (Code, variables);
    }

    /// <summary>Signs a program of the firmware in place.</summary>
    public static void Sign(string program)
    {
        string key = program + ".key";
        Run("openssl", "rsa", "-in", EncryptedKey, "-passin", "pass:snakeoil", "-out", key);
        Run("sbsign", "--key", key, "--cert", Certificate, "--output", program, program);
        File.Delete(key);
    }

    private static void Run(string program, params string[] arguments)
    {
        ProcessStartInfo start = new(InstalledPrograms.Find(program)!, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Outcome outcome = Programs.Finish(process);
        if (outcome.Code != 0)
        {
            throw new InvalidOperationException($"{program}: {outcome.Error}");
        }
    }
}
