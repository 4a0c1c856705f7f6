using Appliance.Wire;

namespace Appliance.Evidence;

/// <summary>How the statement looks, on a screen and on A4; nothing is loaded from anywhere.</summary>
internal static class StatementStyle
{
    /// <summary>What stands at the foot of every sheet until the pack is made and its digest known.</summary>
    private const string Foot = "Evidence of connection records";

    public const string Css = $$"""
        @page { size: A4; margin: 22mm 20mm 24mm 20mm;
          @bottom-left { content: "{{Foot}}"; width: 84%; white-space: pre; text-align: left;
          font: 7pt/1.5 "Liberation Sans", Arial, sans-serif; color: #556; }
          @bottom-right { content: counter(page) " / " counter(pages);
          font: 8pt "Liberation Sans", Arial, sans-serif; color: #556; } }
        * { box-sizing: border-box; }
        html { background: #fff; }
        body { max-width: 42rem; margin: 3rem auto; padding: 0 1.5rem; color: #1a1c20;
          font: 11pt/1.5 "Liberation Serif", Georgia, "Times New Roman", serif; }
        header { border-bottom: 2px solid #1d3557; padding-bottom: 1.1rem; margin-bottom: 1.6rem; }
        .kicker, h2, th, .tag, footer, .facts dt { font-family: "Liberation Sans", "Helvetica Neue", Arial,
          sans-serif; }
        .kicker { margin: 0 0 .5rem; font-size: 8.5pt; letter-spacing: .09em; text-transform: uppercase;
          color: #1d3557; }
        h1 { margin: 0; font-size: 23pt; line-height: 1.18; font-weight: 600; }
        h2 { margin: 2.1rem 0 .5rem; font-size: 11.5pt; font-weight: 700; color: #1d3557; break-after: avoid; }
        h2 .no { display: inline-block; width: 1.7em; color: #8a94a6; font-weight: 400; }
        p { margin: 0 0 .7rem; orphans: 3; widows: 3; }
        .finding { margin: 1.3rem 0 1.5rem; padding: 1rem 1.2rem; border-left: 4px solid #1d3557;
          background: #f3f5f8; font-size: 13pt; line-height: 1.45; break-inside: avoid; }
        .finding p:last-child { margin: 0; }
        .finding .small { font-size: 10.5pt; color: #414855; }
        .facts { display: grid; grid-template-columns: 10rem 1fr; gap: .28rem 1rem; margin: 0 0 .6rem; }
        .facts dt { font-size: 8.5pt; color: #5a6372; padding-top: .2rem; }
        .facts dd { margin: 0; overflow-wrap: anywhere; }
        table { width: 100%; border-collapse: collapse; margin: .5rem 0 .9rem; font-size: 9.5pt; line-height: 1.38; }
        th { text-align: left; font-size: 8pt; color: #5a6372; font-weight: 400; border-bottom: 1px solid #1d3557;
          padding: .25rem .5rem .25rem 0; vertical-align: bottom; }
        td { border-bottom: 1px solid #dde1e8; padding: .34rem .5rem .34rem 0; vertical-align: top;
          overflow-wrap: break-word; }
        tr { break-inside: avoid; }
        thead { display: table-header-group; }
        .mono { font-family: "Liberation Mono", "DejaVu Sans Mono", Consolas, monospace; font-size: .86em; }
        .time { white-space: nowrap; }
        .tag { display: inline-block; font-size: 7.8pt; white-space: nowrap; }
        .pass { color: #1b5e3a; } .open { color: #7a5a00; } .fail { color: #a11212; font-weight: 700; }
        .note { color: #5a6372; font-size: 9pt; }
        ul { margin: 0 0 .7rem; padding-left: 1.1rem; } li { margin-bottom: .3rem; }
        footer { margin-top: 2.4rem; padding-top: .7rem; border-top: 1px solid #c7cdd8; font-size: 8pt;
          color: #5a6372; overflow-wrap: anywhere; }
        @media print { body { max-width: none; margin: 0; padding: 0; font-size: 10.5pt;
          } footer { break-inside: avoid; } }
        """;

    /// <summary>The page with the digest of the pack at the foot of every sheet, to be printed.</summary>
    public static string Footed(string page, Hash32 pack)
    {
        string foot = $"content: \"{Foot}\"";
        return page.Replace(foot, $"content: \"SHA-256 of the evidence pack\\A {pack}\"", StringComparison.Ordinal);
    }
}
