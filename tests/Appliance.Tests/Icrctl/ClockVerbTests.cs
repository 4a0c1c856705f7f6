using System.Xml.Linq;
using Appliance.Icrctl;
using Appliance.TestSupport;
using Appliance.Time;
using Appliance.Time.Observations;
using Xunit;

namespace Appliance.Tests.Icrctl;

/// <summary>Transcripts over an anchor log of an hour: a lock, ten minutes without pulses, a lock again.</summary>
public sealed class ClockVerbTests : IDisposable
{
    private const long SecondNs = 1_000_000_000;
    private const long StartTai = 1_767_225_637;
    private const int Seconds = 5400;
    private readonly string folder = Directory.CreateTempSubdirectory("clock-verbs-").FullName;

    [Transcript("icrctl clock verify")]
    [Fact]
    public void Verify_computes_the_log_again_and_names_the_row_that_was_changed()
    {
        string file = WriteLog();
        (int code, string said) = Run("clock", "verify", file);

        Assert.Contains(
            """
            files 1, rows 5,402, of them 5,400 seconds computed again
            whole: every state and bound is what these rows give
            """,
            said);
        Assert.Equal(0, code);

        byte[] changed = File.ReadAllBytes(file);
        changed[^2000] ^= 1;
        File.WriteAllBytes(file, changed);
        (code, said) = Run("clock", "verify", file);
        Assert.Equal(1, code);
        Assert.Contains("NOT WHOLE", said);
    }

    [Transcript("icrctl clock chart")]
    [Fact]
    public void Chart_shows_bound_pulses_and_state_and_writes_them_as_svg()
    {
        string file = WriteLog();
        (int code, string said) = Run("clock", "chart", file);

        Assert.Equal(0, code);
        Assert.Contains("5,400 s, at the end locked within", said);
        Assert.Contains("LLLLHHHHHHHHLLLL", said);
        string svg = Path.Combine(folder, "clock.svg");
        Assert.Equal(0, Run("clock", "chart", file, "--svg", svg).Code);
        Assert.Equal("svg", XDocument.Load(svg).Root!.Name.LocalName);
    }

    [Fact]
    public void The_picture_in_the_docs_is_what_the_chart_draws()
    {
        string picture = Path.Combine(Checkout.Root, "tools", "Appliance.Icrctl", "clock-chart.svg");
        string svg = Path.Combine(folder, "clock.svg");
        Assert.Equal(0, Run("clock", "chart", WriteLog(), "--svg", svg).Code);
        string drawn = File.ReadAllText(svg);
        string before = File.Exists(picture) ? File.ReadAllText(picture) : "";
        if (before != drawn)
        {
            File.WriteAllText(picture, drawn);
        }

        Assert.True(before == drawn, "clock-chart.svg is drawn anew: look at it, and commit it");
    }

    [Fact]
    public void A_folder_without_a_log_is_said_in_one_line() =>
        Assert.Equal(2, Run("clock", "verify", folder).Code);

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static (int Code, string Said) Run(params string[] arguments)
    {
        TextWriter before = Console.Out;
        StringWriter said = new();
        Console.SetOut(said);
        try
        {
            return (Exit.Run(Verbs.Create(), arguments), said.ToString());
        }
        finally
        {
            Console.SetOut(before);
        }
    }

    private string WriteLog()
    {
        string path = Path.Combine(folder, "00000003-020454" + AnchorFile.Ending);
        ClockEngine engine = new(new ClockEngineOptions { Oscillator = "ocxo" });
        using FileStream file = File.Create(path);
        file.Write(engine.BeginLogFile());
        uint seed = 7;
        for (int i = 1; i <= Seconds; i++)
        {
            seed = (seed * 1_664_525) + 1_013_904_223;
            long raw = i * SecondNs;
            if (i is < 4200 or >= 4800)
            {
                Pulse(engine, i, raw + (seed >> 27) - 16);
            }

            file.Write(engine.Tick(new RawTime(raw + (SecondNs / 2)), StartTai - 37 + i));
        }

        return path;
    }

    private static void Pulse(ClockEngine engine, int second, long raw)
    {
        engine.Take(new PulseObservation(
            new SourceId(SourceKind.KernelPulse), CounterId.MonotonicRaw, new RawTime(raw), 4, (uint)second, true));
        engine.Take(new TimeOfDayObservation(
            new SourceId(SourceKind.Receiver), new RawTime(raw + 100_000_000),
            new ScaledTime(TimeScale.Gps, (StartTai - 19 + second) * SecondNs), 20,
            TimeValidity.Date | TimeValidity.Time | TimeValidity.Fix, FixMode.TimeOnly, EpochVerdict.Plausible,
            PulseNamed.Last));
    }
}
