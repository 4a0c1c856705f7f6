using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace Appliance.Retention.WebConsole;

/// <summary>
/// A piece of a page. It is made by interpolation alone, and what is put into a hole is text unless it is such a piece
/// itself: nothing that a person wrote can become markup.
/// </summary>
internal readonly struct Html(string? markup)
{
    private readonly string? markup = markup;

    public static Html None => default;

    /// <summary>Makes a piece: <c>Html.Of($"&lt;p&gt;{text}&lt;/p&gt;")</c>.</summary>
    public static Html Of(HtmlText text) => new(text.ToString());

    public static Html Join(IEnumerable<Html> pieces) => new(string.Concat(pieces.Select(piece => piece.markup)));

    /// <summary>The piece, or nothing.</summary>
    public static Html If(bool condition, Func<Html> piece) => condition ? piece() : None;

    public override string ToString() => markup ?? "";
}

/// <summary>What the compiler makes of the interpolated string; encodes what is put in.</summary>
[InterpolatedStringHandler]
internal readonly struct HtmlText
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder text;

    public HtmlText(int literalLength, int formattedCount) =>
        text = new StringBuilder(literalLength + (16 * formattedCount));

    public void AppendLiteral(string literal) => text.Append(literal);

    public void AppendFormatted(Html piece) => text.Append(piece.ToString());

    public void AppendFormatted(IEnumerable<Html> pieces) => text.Append(Html.Join(pieces).ToString());

    public void AppendFormatted(string? value) => text.Append(Encoder.Encode(value ?? ""));

    public void AppendFormatted<T>(T value)
        where T : IFormattable => AppendFormatted(value.ToString(null, CultureInfo.InvariantCulture));

    public override string ToString() => text.ToString();
}
