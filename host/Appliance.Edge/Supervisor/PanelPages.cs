using System.Globalization;
using Appliance.Edge.Service;
using Appliance.Supervisor.Link;

namespace Appliance.Edge.Supervisor;

/// <summary>What a person in front of the box reads: state, bound, backlog and alarms, in four lines of 16.</summary>
internal static class PanelPages
{
    /// <summary>Pages for a status; the first is how the box is, the next are its first alarms.</summary>
    public static IReadOnlyList<PanelTextMessage> Of(BoxStatus? status)
    {
        List<string[]> pages = [status is null ? ["STARTING", "", "", ""] : First(status)];
        foreach (string alarm in status?.Alarms ?? [])
        {
            if (pages.Count < LinkLimits.PanelPages)
            {
                pages.Add(Wrapped(alarm));
            }
        }

        while (pages.Count < LinkLimits.PanelPages)
        {
            pages.Add(["", "", "", ""]);
        }

        return [.. pages.Select((lines, page) => new PanelTextMessage { Page = page, Lines = lines })];
    }

    private static string[] First(BoxStatus status) =>
    [
        status.Health switch
        {
            "ok" => "RECORDING",
            "locked" => "LOCKED: TAMPER",
            "failing" or "withdrawn" => "NOT RECORDING",
            _ => "RECORDING, LOOK",
        },
        $"clock {status.Clock.State}",
        status.Clock.BoundUs is uint us ? Format($"within {us:N0} us") : "no time bound",
        status.Alarms.Count > 0
            ? Format($"{status.Alarms.Count} alarm{(status.Alarms.Count == 1 ? "" : "s")}, press")
            : Format($"{status.Uplink.BacklogBatches} to send"),
    ];

    // A whole word to a line where it fits; what the page cannot hold, `icrctl status` says.
    private static string[] Wrapped(string alarm)
    {
        string[] lines = ["!", "", "", ""];
        int line = 0;
        foreach (string word in alarm.Split(' '))
        {
            bool fits = lines[line].Length + 1 + word.Length <= LinkLimits.PanelColumns;
            line += fits ? 0 : 1;
            if (line == lines.Length)
            {
                break;
            }

            lines[line] += fits ? $" {word}" : word;
        }

        return lines;
    }

    private static string Format(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
