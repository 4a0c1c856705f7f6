using System.Globalization;
using System.Net;
using System.Text;
using Appliance.Wire;

namespace Appliance.Icrctl.Clocks;

/// <summary>
/// The chart as SVG: bound as a line, pulses as dots, the state as a band below. No script, no font to load.
/// </summary>
internal static class ClockSvg
{
    private const int Left = 70;
    private const int Top = 50;
    private const int Height = 300;
    private const int Band = 14;
    private const int LetterWidth = 12;

    public static string Write(IReadOnlyList<ChartColumn> columns, string title, long seconds)
    {
        (int low, int high) = ClockChart.Decades(columns);
        int width = columns.Count;
        StringBuilder svg = new();
        svg.Append(CultureInfo.InvariantCulture, $"""
            <svg xmlns="http://www.w3.org/2000/svg" width="{Left + Math.Max(width, 560) + 30}"
              height="{Top + Height + 86}" font-family="sans-serif" font-size="12">
            <rect width="100%" height="100%" fill="white"/>
            <text x="{Left}" y="28" font-size="15">{WebUtility.HtmlEncode(title)}</text>

            """);
        for (int decade = low; decade <= high; decade++)
        {
            double y = Y(Math.Pow(10, decade), low, high);
            svg.Append(CultureInfo.InvariantCulture, $"""
                <path d="M{Left} {y:F1}H{Left + width}" stroke="#dddddd"/>
                <text x="{Left - 8}" y="{y + 4:F1}" text-anchor="end">{ClockChart.Name(decade)}</text>

                """);
        }

        AddStates(svg, columns);
        AddTime(svg, width, seconds);
        AddCourse(svg, columns, low, high);
        AddLegend(svg);
        return svg.Append("</svg>\n").ToString();
    }

    private static void AddCourse(StringBuilder svg, IReadOnlyList<ChartColumn> columns, int low, int high)
    {
        StringBuilder line = new();
        bool isOpen = false;
        for (int i = 0; i < columns.Count; i++)
        {
            if (columns[i].OffsetNs is double offset)
            {
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<circle cx=\"{Left + i}\" cy=\"{Y(offset, low, high):F1}\" r=\"1\" fill=\"#e69f00\"/>\n");
            }

            if (columns[i].BoundNs is double bound)
            {
                line.Append(CultureInfo.InvariantCulture, $"{(isOpen ? 'L' : 'M')}{Left + i} {Y(bound, low, high):F1}");
            }

            isOpen = columns[i].BoundNs is not null;
        }

        svg.Append(
            CultureInfo.InvariantCulture,
            $"<path d=\"{line}\" fill=\"none\" stroke=\"#0072b2\" stroke-width=\"1.5\"/>\n");
    }

    private static void AddStates(StringBuilder svg, IReadOnlyList<ChartColumn> columns)
    {
        int from = 0;
        for (int i = 1; i <= columns.Count; i++)
        {
            if (i < columns.Count && columns[i].State == columns[from].State)
            {
                continue;
            }

            svg.Append(
                CultureInfo.InvariantCulture,
                $"<rect x=\"{Left + from}\" y=\"{Top + Height + 8}\" width=\"{i - from}\" height=\"{Band}\" "
                + $"fill=\"{Colour(columns[from].State)}\"/>\n");
            if (i - from >= LetterWidth)
            {
                // Printed in grey two states may look alike: each says its letter as well.
                svg.Append(
                    CultureInfo.InvariantCulture,
                    $"<text x=\"{Left + ((from + i) / 2)}\" y=\"{Top + Height + 19}\" font-size=\"11\" "
                    + $"text-anchor=\"middle\">{ClockChart.Letter(columns[from].State)}</text>\n");
            }

            from = i;
        }
    }

    // Hours or minutes from the begin of the log, at quarters.
    private static void AddTime(StringBuilder svg, int width, long seconds)
    {
        (double unit, string name) = seconds >= 10_800 ? (3600.0, "h") : (60.0, "min");
        for (int quarter = 0; quarter <= 4; quarter++)
        {
            int x = Left + (width * quarter / 4);
            svg.Append(
                CultureInfo.InvariantCulture,
                $"<path d=\"M{x} {Top}V{Top + Height + Band + 12}\" stroke=\"#eeeeee\"/>\n"
                + $"<text x=\"{x}\" y=\"{Top + Height + Band + 24}\" text-anchor=\"middle\">"
                + $"{seconds * quarter / 4 / unit:0.#} {name}</text>\n");
        }
    }

    private static void AddLegend(StringBuilder svg)
    {
        int y = Top + Height + 66;
        svg.Append(CultureInfo.InvariantCulture, $"""
            <path d="M{Left} {y - 4}h24" stroke="#0072b2" stroke-width="2"/><text x="{Left + 30}" y="{y}">bound</text>
            <circle cx="{Left + 92}" cy="{y - 4}" r="2.5" fill="#e69f00"/>
            <text x="{Left + 100}" y="{y}">pulse less clock</text>

            """);
        ClockState[] shown =
        [
            ClockState.Acquiring, ClockState.Locked, ClockState.Holdover, ClockState.FreeRunning, ClockState.Network,
        ];
        int x = Left + 210;
        foreach (ClockState state in shown)
        {
            string name = state == ClockState.FreeRunning ? "free running" : state.ToString().ToLowerInvariant();
            svg.Append(CultureInfo.InvariantCulture, $"""
                <rect x="{x}" y="{y - 11}" width="12" height="12" fill="{Colour(state)}"/>
                <text x="{x + 6}" y="{y - 1}" font-size="11" text-anchor="middle">{ClockChart.Letter(state)}</text>
                <text x="{x + 16}" y="{y}">{name}</text>

                """);
            x += 30 + (7 * name.Length);
        }
    }

    private static double Y(double ns, int low, int high)
    {
        double part = (Math.Log10(Math.Max(1, ns)) - low) / (high - low);
        return Top + Height - (Height * Math.Clamp(part, 0, 1));
    }

    private static string Colour(ClockState state) => state switch
    {
        ClockState.Locked => "#009e73",
        ClockState.Acquiring => "#56b4e9",
        ClockState.Holdover => "#f0e442",
        ClockState.FreeRunning => "#d55e00",
        ClockState.Network => "#cc79a7",
        _ => "#bbbbbb",
    };
}
