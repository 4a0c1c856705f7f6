using System.CommandLine;
using System.Text.Json;
using Appliance.Edge.Configuration;
using Appliance.Edge.Service;

namespace Appliance.Icrctl.Reports;

/// <summary><c>icrctl report</c>: the paper that is signed when a box is handed over at its site.</summary>
internal static class ReportCommand
{
    private const int NameLengthMax = 200;

    public static Command Create()
    {
        Option<string> socket = new("--socket")
        {
            Description = "admin socket of the daemon",
            DefaultValueFactory = _ => new AdminOptions().Socket,
        };
        Option<string> site = new("--site") { Description = "name of the site", DefaultValueFactory = _ => "" };
        Option<string> engineer = new("--engineer")
        {
            Description = "who installed the box", DefaultValueFactory = _ => "",
        };
        Option<string> format = new("--format")
        {
            Description = "text, html or json", DefaultValueFactory = _ => "text",
        };
        format.AcceptOnlyFromAmong("text", "html", "json");
        Option<bool> json = new("--json") { Description = "the same as --format json" };
        Option<string?> output = new("--out") { Description = "write it to this file instead" };
        Command command = new("report", "the acceptance report of a site, from self-test, legs, clock and status")
        {
            socket, site, engineer, format, json, output,
        };
        command.SetAction(parsed => Run(
            parsed.GetValue(socket)!, parsed.GetValue(site)!, parsed.GetValue(engineer)!,
            parsed.GetValue(json) ? "json" : parsed.GetValue(format)!, parsed.GetValue(output)));
        return command;
    }

    private static int Run(string socket, string site, string engineer, string format, string? output)
    {
        if (site.Length > NameLengthMax || engineer.Length > NameLengthMax)
        {
            return Exit.Refuse($"--site and --engineer may have {NameLengthMax} characters; shorten them");
        }

        if (!AdminClient.TryStatus(socket, out BoxStatus status, out string problem))
        {
            return Exit.Refuse(problem);
        }

        SiteReport report = SiteReport.Of(status, site, engineer, DateTimeOffset.UtcNow);
        string text = format switch
        {
            "json" => JsonSerializer.Serialize(report, BoxStatus.Json),
            "html" => ReportPage.Of(report),
            _ => report.Text(),
        };
        if (output is null)
        {
            Console.WriteLine(text);
        }
        else if (!TryWrite(output, text))
        {
            return Exit.Refuse($"cannot write {output}; give a file in a folder that exists and may be written");
        }

        return report.IsAccepted ? Exit.Success : Exit.CheckFailed;
    }

    private static bool TryWrite(string path, string text)
    {
        try
        {
            File.WriteAllText(path, text + "\n");
            return true;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
