using System.Globalization;
using System.Net;
using System.Text;

namespace Appliance.Tests.Hardware;

/// <summary>A drawing in the house's style: boxes, named wires, arrows; for browser and printer.</summary>
internal sealed class Drawing(int width, int height, string title)
{
    private readonly StringBuilder body = new();

    public void Box(string style, int x, int y, int w, int h, string head, params string[] lines)
    {
        Ground(style, x, y, w, h);
        int top = y + ((h - (17 * lines.Length)) / 2) + 5;
        Text("head", x + (w / 2), top, "middle", head);
        for (int i = 0; i < lines.Length; i++)
        {
            Text("small", x + (w / 2), top + 17 + (17 * i), "middle", lines[i]);
        }
    }

    /// <summary>A box whose head stands at its top, with room below.</summary>
    public void Frame(string style, int x, int y, int w, int h, string head)
    {
        Ground(style, x, y, w, h);
        Text("head", x + 14, y + 22, "start", head);
    }

    public void Text(string style, int x, int y, string anchor, string text) => body.Append(Invariant(
        $"  <text class=\"{style}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">")
        + $"{WebUtility.HtmlEncode(text)}</text>\n");

    /// <summary>A path in the words of SVG; the class decides arrow and colour.</summary>
    public void Path(string style, string path) =>
        body.Append(Invariant($"  <path class=\"{style}\" d=\"{path}\"/>\n"));

    /// <summary>Where a wire parts; wires that cross without one are not joined.</summary>
    public void Dot(string style, int x, int y) =>
        body.Append(Invariant($"  <circle class=\"{style}-dot\" cx=\"{x}\" cy=\"{y}\" r=\"3.5\"/>\n"));

    /// <summary>Text on a white ground, for a wire that runs beneath it.</summary>
    public void Label(int x, int y, string text)
    {
        int half = 6 + (int)(text.Length * 4.1);
        body.Append(Invariant(
            $"  <rect fill=\"#ffffff\" x=\"{x - half}\" y=\"{y - 11}\" width=\"{2 * half}\" height=\"15\"/>\n"));
        Text("small", x, y, "middle", text);
    }

    private void Ground(string style, int x, int y, int w, int h) => body.Append(Invariant(
        $"  <rect class=\"{style}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"8\"/>\n"));

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $$"""
        <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{width}} {{height}}"
            font-family="system-ui, sans-serif" font-size="14">
          <title>{{title}}</title>
          <!-- Made from board.json by GeneratedFilesTests; change that file. -->
          <style>
            .box { fill: #ffffff; stroke: #1f3a5f; stroke-width: 1.5; }
            .soft { fill: #eef3f9; stroke: #9db2cc; stroke-width: 1; }
            .seal { fill: #fdf3e1; stroke: #b7791f; stroke-width: 1.5; }
            .line { stroke: #1f3a5f; stroke-width: 1.8; fill: none; marker-end: url(#tip); }
            .both { stroke: #1f3a5f; stroke-width: 1.8; fill: none; marker-end: url(#tip); marker-start: url(#tip); }
            .wire { stroke: #1f3a5f; stroke-width: 1.4; fill: none; }
            .pulse { stroke: #b7791f; stroke-width: 1.8; fill: none; marker-end: url(#tip2); }
            .power { stroke: #8a3033; stroke-width: 1.8; fill: none; marker-end: url(#tip3); }
            .alarm { stroke: #8a3033; stroke-width: 1.6; stroke-dasharray: 5 4; fill: none; marker-end: url(#tip3); }
            .wire-dot { fill: #1f3a5f; }
            .pulse-dot { fill: #b7791f; }
            .head { font-weight: 600; fill: #1f3a5f; }
            .small { font-size: 12px; fill: #44546a; }
            .pin { font-size: 12px; font-family: ui-monospace, monospace; fill: #1f3a5f; }
            text { fill: #1b2733; }
          </style>
          <defs>
            <marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7"
                orient="auto-start-reverse">
              <path d="M0,0 L8,4 L0,8 z" fill="#1f3a5f"/></marker>
            <marker id="tip2" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0,0 L8,4 L0,8 z" fill="#b7791f"/></marker>
            <marker id="tip3" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
              <path d="M0,0 L8,4 L0,8 z" fill="#8a3033"/></marker>
          </defs>
          <rect width="{{width}}" height="{{height}}" fill="#ffffff"/>
        {{body}}</svg>

        """);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
