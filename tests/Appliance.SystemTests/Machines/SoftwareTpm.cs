using Appliance.Lab.Bed;

namespace Appliance.SystemTests.Machines;

/// <summary>
/// A TPM 2.0 in software (swtpm) whose memory outlives the machines that it is plugged into, as a chip's does. One
/// machine at a time: its program ends with the machine, and begins again with the next.
/// </summary>
internal sealed class SoftwareTpm(string folder) : IDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);
    private BedProcess? process;

    /// <summary>Starts the chip, as the power does.</summary>
    /// <returns>The socket that QEMU is given.</returns>
    public string PowerOn()
    {
        Directory.CreateDirectory(folder);
        string socket = Path.Combine(folder, "control");
        process?.Dispose();
        File.Delete(socket);
        process = BedProcess.Start(
            "swtpm",
            [
                "socket", "--tpm2", "--tpmstate", $"dir={folder}", "--ctrl", $"type=unixio,path={socket}",
                "--flags", "startup-clear", "--terminate",
            ]);
        for (long end = Environment.TickCount64 + (long)Limit.TotalMilliseconds; !IsListening(socket);)
        {
            if (process.HasExited || Environment.TickCount64 > end)
            {
                throw new InvalidOperationException($"swtpm does not start: {process.Errors}");
            }

            BedProcess.Pause(CancellationToken.None);
        }

        return socket;
    }

    // The socket's file is there a moment before anybody listens. Flag SO_ACCEPTCON of the kernel's table says it.
    private static bool IsListening(string socket) => File.ReadLines("/proc/net/unix")
        .Any(line => line.EndsWith(socket, StringComparison.Ordinal) && line.Contains(" 00010000 "));

    public void Dispose() => process?.Dispose();
}
