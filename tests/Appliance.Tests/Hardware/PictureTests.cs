using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace Appliance.Tests.Hardware;

/// <summary>The pictures can be read: no arrowhead lies on another, no text on another or beyond the edge.</summary>
public sealed partial class PictureTests
{
    // An arrowhead is 7 strokes of 1.8 long and high; a letter of 12 and of bold 14 is about so wide at the most.
    private const double HeadSize = 7 * 1.8;
    private const double SmallLetter = 7.2;
    private const double HeadLetter = 9;

    [Theory]
    [InlineData("block.svg")]
    [InlineData("wiring.svg")]
    public void Nothing_in_a_picture_lies_on_something_else(string name)
    {
        string text = File.ReadAllText(Path.Combine(BoardFile.Folder, "generated", name));

        Assert.Empty(Faults(text));
    }

    [Fact]
    public void A_head_on_a_head_and_a_text_on_a_text_are_found()
    {
        Drawing drawing = new(400, 100, "faulty");
        drawing.Path("line", "M10,10 H200");
        drawing.Path("both", "M200,18 V60 H300");
        drawing.Text("pin", 20, 80, "start", "47 PulseOscillator");
        drawing.Text("pin", 250, 80, "end", "HostPowerFail 13");
        drawing.Text("small", 390, 90, "start", "beyond");

        Assert.Equal(
            [
                "heads at 200,10 and 200,18", "'47 PulseOscillator' and 'HostPowerFail 13'",
                "'beyond' leaves the picture",
            ],
            Faults(drawing.ToString()));
    }

    private static List<string> Faults(string svg)
    {
        XElement picture = XElement.Parse(svg);
        double[] canvas = [.. Numbers(picture.Attribute("viewBox")!.Value)];
        List<(double X, double Y)> heads = [.. picture.Elements().SelectMany(Heads)];
        Writing[] texts = [.. picture.Elements().Where(each => each.Name.LocalName == "text").Select(Writing.Of)];
        List<string> faults = [];
        for (int i = 0; i < heads.Count; i++)
        {
            faults.AddRange(heads.Skip(i + 1)
                .Where(other => double.Hypot(other.X - heads[i].X, other.Y - heads[i].Y) < HeadSize)
                .Select(other => $"heads at {At(heads[i])} and {At(other)}"));
        }

        for (int i = 0; i < texts.Length; i++)
        {
            faults.AddRange(texts.Skip(i + 1).Where(texts[i].IsOn)
                .Select(other => $"'{texts[i].Words}' and '{other.Words}'"));
        }

        faults.AddRange(texts.Where(each => each.Left < 0 || each.Right > canvas[2] || each.Bottom > canvas[3])
            .Select(each => $"'{each.Words}' leaves the picture"));
        return faults;
    }

    // A path is M x,y and then H and V only; a head is at its end, and at its beginning where data go both ways.
    private static IEnumerable<(double X, double Y)> Heads(XElement element)
    {
        string style = element.Attribute("class")?.Value ?? "";
        if (element.Name.LocalName != "path" || style == "wire")
        {
            yield break;
        }

        string path = element.Attribute("d")!.Value;
        double[] start = [.. Numbers(path).Take(2)];
        (double x, double y) = (start[0], start[1]);
        if (style == "both")
        {
            yield return (x, y);
        }

        foreach (Match step in Step().Matches(path))
        {
            double to = double.Parse(step.Groups[2].ValueSpan, CultureInfo.InvariantCulture);
            (x, y) = step.Groups[1].ValueSpan is "H" ? (to, y) : (x, to);
        }

        yield return (x, y);
    }

    private static string At((double X, double Y) head) =>
        string.Create(CultureInfo.InvariantCulture, $"{head.X},{head.Y}");

    private static IEnumerable<double> Numbers(string text) => Number().Matches(text)
        .Select(match => double.Parse(match.ValueSpan, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"-?\d+(\.\d+)?")]
    private static partial Regex Number();

    [GeneratedRegex(@"([HV])(-?\d+)")]
    private static partial Regex Step();

    private sealed record Writing(string Words, double Left, double Right, double Top, double Bottom)
    {
        public static Writing Of(XElement text)
        {
            double x = Numbers(text.Attribute("x")!.Value).Single(), y = Numbers(text.Attribute("y")!.Value).Single();
            bool isHead = text.Attribute("class")!.Value == "head";
            double wide = text.Value.Length * (isHead ? HeadLetter : SmallLetter);
            double left = text.Attribute("text-anchor")!.Value switch
            {
                "start" => x,
                "end" => x - wide,
                _ => x - (wide / 2),
            };
            return new Writing(text.Value, left, left + wide, y - 9, y + 2);
        }

        public bool IsOn(Writing other) =>
            Left < other.Right && other.Left < Right && Top < other.Bottom && other.Top < Bottom;
    }
}
