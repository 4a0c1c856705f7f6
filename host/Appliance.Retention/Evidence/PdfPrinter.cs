using System.ComponentModel;
using System.Diagnostics;
using System.Text;
using Appliance.Evidence;
using Appliance.Wire;

namespace Appliance.Retention.Evidence;

/// <summary>
/// Prints the statement as PDF with Chromium, which lays out its grid and its foot; WeasyPrint 57 of Debian 12 knows no
/// grid, makes a sheet more of it, and needs 330 MB of its own. The page's own policy (CSP) lets no script run and
/// loads nothing, and no host name resolves.
/// </summary>
internal static class PdfPrinter
{
    public const string Advice = "install Debian's chromium for the PDF; the HTML prints the same";

    /// <summary>Chromium's sandbox refuses root, so it is left out there: said, for it is a line of defence.</summary>
    public const string WithoutSandbox =
        "the PDF was printed by Chromium without its sandbox, because this runs as root; run as the store's user";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    /// <summary>True where the PDF was written.</summary>
    /// <param name="page">The statement.</param>
    /// <param name="pack">Digest of the pack, for the foot of every sheet.</param>
    /// <param name="pdf">File to be written.</param>
    public static bool TryPrint(ReadOnlySpan<byte> page, Hash32 pack, string pdf)
    {
        DirectoryInfo room = Directory.CreateTempSubdirectory("statement-");
        try
        {
            string html = Path.Combine(room.FullName, "statement.html");
            File.WriteAllText(html, StatementStyle.Footed(Encoding.UTF8.GetString(page), pack));
            string[] arguments =
            [
                "--headless", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--no-pdf-header-footer",
                "--disable-background-networking", "--host-resolver-rules=MAP * ~NOTFOUND",
                "--generate-pdf-document-outline",
                $"--user-data-dir={Path.Combine(room.FullName, "profile")}",
                $"--print-to-pdf={Path.GetFullPath(pdf)}",
                .. Environment.IsPrivilegedProcess ? new[] { "--no-sandbox" } : [],
                new Uri(html).AbsoluteUri,
            ];
            return TryRun("chromium", arguments) && File.Exists(pdf);
        }
        finally
        {
            room.Delete(recursive: true);
        }
    }

    private static bool TryRun(string program, string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardError = true, RedirectStandardOutput = true,
            };
            using Process run = Process.Start(start)!;
            run.OutputDataReceived += static (_, _) => { };
            run.ErrorDataReceived += static (_, _) => { };
            run.BeginOutputReadLine();
            run.BeginErrorReadLine();
            if (!run.WaitForExit(Patience))
            {
                run.Kill(entireProcessTree: true);
                return false;
            }

            return run.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
