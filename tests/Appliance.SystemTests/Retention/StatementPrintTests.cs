using System.Diagnostics;
using Appliance.TestSupport;
using Appliance.Tests.Retention.Evidence;
using Appliance.Wire;
using Xunit;

namespace Appliance.SystemTests.Retention;

/// <summary>
/// The statement as the court gets it, on paper. With APPLIANCE_PICTURES=FOLDER the picture of the documentation is
/// taken on the way.
/// </summary>
public sealed class StatementPrintTests : IDisposable
{
    private const int SheetsMax = 5;
    private readonly EvidenceWorld world = new(withStamps: true, Sure);

    public void Dispose() => world.Dispose();

    [ProgramFact("chromium", "pdftotext", "pdftoppm", "sha256sum")]
    public void Every_sheet_has_its_number_and_the_digest_of_the_pack_and_times_are_local_too()
    {
        world.Vouch();
        world.Make("--zone", "Europe/London");
        string pdf = world.Name + ".pdf";
        string[] sheets = [.. Run("pdftotext", "-layout", pdf, "-").TrimEnd('\f').Split('\f').Select(Words)];
        string digest = Run("sha256sum", world.Name + ".tar")[..64];
        string all = string.Join(' ', sheets);

        Assert.InRange(sheets.Length, 2, SheetsMax);
        Assert.All(sheets.Index(), sheet =>
        {
            Assert.Contains($" {sheet.Index + 1}/{sheets.Length} ", sheet.Item.Replace(" / ", "/") + " ");
            Assert.Contains("SHA-256 of the evidence pack", sheet.Item);
            Assert.Contains(digest, sheet.Item);
        });
        Assert.Contains("One line: “line-1”.", all);
        Assert.Contains("2024-10-04 00:01:42 UTC (2024-10-04 01:01:42 +01:00)", all);
        Assert.Contains("right to within 40 millionths of a second, earlier or later", all);
        Assert.Contains("tethering", all);
        Assert.Contains("a home router with its own address translation", all);
        Assert.Contains("with a VPN, a proxy or an infected computer", all);
        TakePicture(pdf);
    }

    private static void TakePicture(string pdf)
    {
        if (Environment.GetEnvironmentVariable("APPLIANCE_PICTURES") is { Length: > 0 } folder)
        {
            string picture = Path.Combine(folder, "statement");
            Run("pdftoppm", "-r", "80", "-f", "1", "-l", "1", "-singlefile", "-png", pdf, picture);
        }
    }

    private static string Words(string sheet) =>
        string.Join(' ', sheet.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));

    private static void Sure(RowBatch rows, long second)
    {
        FlowRow row = rows.Flows[0];
        row.ClockState = ClockState.Locked;
        row.EvidenceBits = 96;
        rows.Flows[0] = row;
    }

    private static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program}: {process.ExitCode}");
    }
}
