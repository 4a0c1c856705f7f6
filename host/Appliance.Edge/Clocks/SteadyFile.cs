using System.Globalization;
using System.Text;
using Appliance.Journal;
using Appliance.Linux;
using Appliance.Linux.Clocks;

namespace Appliance.Edge.Clocks;

/// <summary>
/// Keeps what the box's line of time is behind the system clock for the run that follows: its tables of sessions and
/// bindings count along that line. One line of text beside the journal; there is none on a box whose clock was never
/// stepped.
/// </summary>
internal sealed class SteadyFile(string folder)
{
    private const string Name = "timeline";
    private const int BytesMax = 32;
    private readonly string path = Path.Combine(folder, Name);
    private long kept;

    /// <summary>Why it is not kept; null while it is.</summary>
    public string? Problem { get; private set; }

    /// <summary>What the run before left, ns; 0 where it left nothing.</summary>
    /// <exception cref="JournalDeviceException">It is there and cannot be read, or is no number.</exception>
    public static long Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        try
        {
            FileInfo file = new(path);
            string text = !file.Exists ? "0" : file.Length <= BytesMax ? File.ReadAllText(path) : "";
            return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long ns)
                ? ns
                : throw new JournalDeviceException(
                    DeviceFault.Medium, $"{path} is no number of ns; remove it together with the table of sessions");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new JournalDeviceException(DeviceFault.Medium, $"{path}: {failure.Message}");
        }
    }

    /// <summary>Writes it where the system clock was stepped since it was written last.</summary>
    public void Keep(SteadyClock clock)
    {
        long steps = clock.Steps;
        if (steps == kept)
        {
            return;
        }

        try
        {
            string text = clock.OffsetNs.ToString(CultureInfo.InvariantCulture);
            DurableFile.Put(path, path + ".new", Encoding.ASCII.GetBytes(text));
            kept = steps;
            Problem = null;
        }
        catch (JournalDeviceException failure)
        {
            Problem = $"the line of time is not kept, sessions will be misdated after a restart: {failure.Message}";
        }
    }
}
