using System.Globalization;
using System.Text;
using Appliance.Time;
using Appliance.Wire;

namespace Appliance.Icrctl.Clocks;

/// <summary>One column of a chart: the worst of a stretch of time.</summary>
/// <param name="BoundNs">Largest bound; null where there was none.</param>
/// <param name="OffsetNs">Largest offset of a pulse, without its sign; null where none came.</param>
/// <param name="State">The last state.</param>
internal readonly record struct ChartColumn(double? BoundNs, double? OffsetNs, ClockState State);

/// <summary>
/// Offset and bound over time, on a logarithmic scale: a bound goes from nanoseconds to seconds within a day.
/// </summary>
internal static class ClockChart
{
    private const int Columns = 72;
    private const int Rows = 12;
    private const int SvgColumns = 720;

    public static int Run(string path, string? svg)
    {
        string[] files = ClockVerifier.Files(path);
        List<ClockPoint> points = [];
        foreach (string file in files)
        {
            AnchorFile.Check(File.ReadAllBytes(file), point: points.Add);
        }

        if (points.Count == 0)
        {
            return Exit.Refuse(
                $"{path} holds no second of an anchor log; give a *{AnchorFile.Ending} file or its folder");
        }

        if (svg is null)
        {
            Console.WriteLine(Text(points));
        }
        else
        {
            File.WriteAllText(svg, ClockSvg.Write(Condense(points, SvgColumns), Title(points), points.Count));
            Console.WriteLine($"{svg}: {Title(points)}");
        }

        return Exit.Success;
    }

    /// <summary>The chart in characters.</summary>
    public static string Text(IReadOnlyList<ClockPoint> points)
    {
        ChartColumn[] columns = Condense(points, Columns);
        (int low, int high) = Decades(columns);
        StringBuilder text = new();
        text.Append(Title(points)).Append('\n');
        for (int row = Rows; row >= 0; row--)
        {
            double from = low + ((high - low) * row / (double)(Rows + 1));
            double to = low + ((high - low) * (row + 1) / (double)(Rows + 1));
            text.Append(Label(row, low, high).PadLeft(8)).Append(" |");
            foreach (ChartColumn column in columns)
            {
                bool isBound = IsIn(column.BoundNs, from, to);
                text.Append(isBound ? '#' : IsIn(column.OffsetNs, from, to) ? '.' : ' ');
            }

            text.Append('\n');
        }

        text.Append("state".PadLeft(8)).Append(" |");
        foreach (ChartColumn column in columns)
        {
            text.Append(Letter(column.State));
        }

        text.Append("\n          # bound  . pulse less clock   ");
        return text.Append("U unset A acquiring L locked H holdover F free-running N network").ToString();
    }

    /// <summary>The smallest and largest power of ten that the chart shows, of nanoseconds.</summary>
    public static (int Low, int High) Decades(IReadOnlyList<ChartColumn> columns)
    {
        double most = columns.Max(column => Math.Max(column.BoundNs ?? 1, column.OffsetNs ?? 1));
        return (0, Math.Clamp((int)Math.Ceiling(Math.Log10(Math.Max(10, most))), 1, 12));
    }

    /// <summary>A power of ten of nanoseconds in words.</summary>
    public static string Name(int decade) => decade switch
    {
        < 3 => $"{Math.Pow(10, decade):F0} ns",
        < 6 => $"{Math.Pow(10, decade - 3):F0} us",
        < 9 => $"{Math.Pow(10, decade - 6):F0} ms",
        _ => $"{Math.Pow(10, decade - 9):F0} s",
    };

    private static string Title(IReadOnlyList<ClockPoint> points)
    {
        ClockPoint last = points[^1];
        string bound = last.BoundNs is double ns
            ? string.Create(CultureInfo.InvariantCulture, $"within {ns:N0} ns")
            : "without a bound";
        string checks = last.Checks.Count == 0 ? "" : $"; {string.Join(", ", last.Checks)}";
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{points.Count:N0} s, at the end {last.State.ToString().ToLowerInvariant()} {bound}{checks}");
    }

    private static ChartColumn[] Condense(IReadOnlyList<ClockPoint> points, int columns)
    {
        var made = new ChartColumn[Math.Min(columns, points.Count)];
        for (int i = 0; i < made.Length; i++)
        {
            int from = (int)((long)i * points.Count / made.Length);
            int to = (int)((long)(i + 1) * points.Count / made.Length);
            double? bound = null;
            double? offset = null;
            for (int k = from; k < to; k++)
            {
                bound = points[k].BoundNs is double b ? Math.Max(b, bound ?? 0) : bound;
                offset = points[k].OffsetNs is double o ? Math.Max(Math.Abs(o), offset ?? 0) : offset;
            }

            made[i] = new ChartColumn(bound, offset, points[to - 1].State);
        }

        return made;
    }

    private static string Label(int row, int low, int high)
    {
        for (int decade = low; decade <= high; decade++)
        {
            if ((int)((decade - low) * (Rows + 1) / (double)(high - low)) == row)
            {
                return Name(decade);
            }
        }

        return "";
    }

    private static bool IsIn(double? ns, double from, double to) =>
        ns is double value && Math.Log10(Math.Max(1, value)) >= from && Math.Log10(Math.Max(1, value)) < to;

    /// <summary>A state as one letter.</summary>
    public static char Letter(ClockState state) => state switch
    {
        ClockState.Unset => 'U',
        ClockState.Acquiring => 'A',
        ClockState.Locked => 'L',
        ClockState.Holdover => 'H',
        ClockState.FreeRunning => 'F',
        ClockState.Network => 'N',
        _ => '?',
    };
}
