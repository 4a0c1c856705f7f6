using System.Globalization;
using System.Reflection;
using System.Text;
using Appliance.TestSupport;
using Appliance.Time.AnchorLog;
using Appliance.Time.Estimation;
using Xunit;

namespace Appliance.Simulation.Clocks;

/// <summary>The checkpoint's layout is a list that is checked in, and every field of the state is in it.</summary>
public sealed class CheckpointTests
{
    private static readonly string LayoutPath =
        Path.Combine(Checkout.Root, "host", "Appliance.Time", "AnchorLog", "CHECKPOINT.md");

    [Fact]
    public void The_layout_is_the_one_that_is_checked_in()
    {
        List<(int At, int Bytes, string Name)> fields = Fields(new ClockEstimator(Settings));
        string layout = Describe(fields);
        string before = File.Exists(LayoutPath) ? File.ReadAllText(LayoutPath) : "";
        if (before != layout)
        {
            File.WriteAllText(LayoutPath, layout);
        }

        Assert.True(before == layout, "CHECKPOINT.md was not the layout; it is written anew: a new format, or a fault");
    }

    [Fact]
    public void Every_field_of_the_state_is_laid()
    {
        HashSet<string> laid = new(StringComparer.OrdinalIgnoreCase);
        foreach ((_, _, string name) in Fields(new ClockEstimator(Settings)))
        {
            string[] words = name.Split('.');
            laid.Add(words[0] == "state" ? words[1] : words[0] == "reference" ? "peers" : words[0]);
        }

        Assert.All(typeof(EstimatorState).GetFields(BindingFlags.Public | BindingFlags.Instance), field =>
            Assert.Contains(field.Name, laid));
    }

    [Fact]
    public void An_estimator_goes_on_from_its_checkpoint_to_the_bit_and_a_damaged_one_is_refused()
    {
        ClockRun run = ClockWorld.Tcxo.Begin(6);
        for (int i = 0; i < 5000; i++)
        {
            run.Step();
        }

        byte[] body = new byte[64 * 1024];
        int length = Checkpoint.Write(body, run.Estimator);
        ClockEstimator again = new(ClockWorld.Tcxo.Settings(PulsePath.Plain));
        Assert.True(Checkpoint.TryRead(body.AsSpan(0, length), again));
        for (int i = 0; i < 2000; i++)
        {
            run.Step();
            again.Step(run.Input);
            Assert.Equal(run.Estimator.Readout, again.Readout);
        }

        Assert.False(Checkpoint.TryRead(body.AsSpan(0, length - 1), again));
        body[1 + Fields(again).First(field => field.Name == "state.State").At] = 200;
        Assert.False(Checkpoint.TryRead(body.AsSpan(0, length), again));
    }

    private static EstimatorSettings Settings => new() { Oscillator = OscillatorModel.Ocxo };

    private static List<(int At, int Bytes, string Name)> Fields(ClockEstimator estimator)
    {
        List<(int At, int Bytes, string Name)> fields = [];
        Checkpoint.Write(new byte[64 * 1024], estimator, fields);
        return fields;
    }

    private static string Describe(List<(int At, int Bytes, string Name)> fields)
    {
        StringBuilder text = new();
        text.Append("""
            # Body of a checkpoint row, format 2

            Written by `CheckpointTests`. Offsets count from behind the row's kind; little-endian; 8 bytes are a f64, or
            an i64 where the name ends in Raw, Base, Tai, Ns, Since, Checks or Cause; 4 bytes an i32; 1 byte a flag or a
            count. `reference` stands 16 times (oldest first), `temperatures` are three rows of 128 and two sums,
            `trusted` with its excess, systematic and degrees stands 301 times; only the first of each is shown.

            | offset | bytes | field |
            |---|---|---|

            """);
        HashSet<string> shown = [];
        foreach ((int at, int bytes, string name) in fields.Where(field => shown.Add(field.Name)))
        {
            text.Append(CultureInfo.InvariantCulture, $"| {at} | {bytes} | {name} |\n");
        }

        (int last, int width, _) = fields[^1];
        return text.Append(CultureInfo.InvariantCulture, $"| {last + width} | 0 | end |\n").ToString();
    }
}
