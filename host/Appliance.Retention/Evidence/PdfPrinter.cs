using System.ComponentModel;
using System.Diagnostics;

namespace Appliance.Retention.Evidence;

/// <summary>Prints the statement as PDF with WeasyPrint, or with Chromium where that is what is installed.</summary>
internal static class PdfPrinter
{
    public const string Advice = "install Debian's weasyprint (or chromium) for the PDF; the HTML prints the same";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>True where the PDF was written.</summary>
    public static bool TryPrint(string html, string pdf)
    {
        string page = new Uri(Path.GetFullPath(html)).AbsoluteUri;
        return TryRun("weasyprint", [Path.GetFullPath(html), Path.GetFullPath(pdf)], pdf)
            || TryRun(
                "chromium",
                [
                    "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
                    $"--print-to-pdf={Path.GetFullPath(pdf)}", page,
                ],
                pdf);
    }

    private static bool TryRun(string program, string[] arguments, string pdf)
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

            return run.ExitCode == 0 && File.Exists(pdf);
        }
        catch (Win32Exception)
        {
            return false;
        }
    }
}
