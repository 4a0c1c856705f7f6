using System.Globalization;

namespace Appliance.Linux;

/// <summary>
/// How far long work has come, on standard error: on a terminal one line that is written over about once a second,
/// elsewhere (a log, a pipe) a line of its own every ten seconds. Work that ends sooner says nothing. One thread; a
/// call that writes nothing costs a look at the clock.
/// </summary>
public sealed class ProgressLine : IDisposable
{
    private const string Erase = "\r\u001b[K";
    private static readonly TimeSpan OnTerminal = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Elsewhere = TimeSpan.FromSeconds(10);

    private readonly TextWriter errors;
    private readonly bool isTerminal;
    private readonly TimeProvider time;
    private readonly string what;
    private readonly string unit;
    private long written;
    private bool isShown;

    /// <param name="errors">Standard error.</param>
    /// <param name="isTerminal">Whether a person looks at it.</param>
    /// <param name="time">Its monotonic clock paces the lines.</param>
    /// <param name="what">Program and verb, <c>retention verify</c>.</param>
    /// <param name="unit">What is counted, <c>batches</c>.</param>
    public ProgressLine(TextWriter errors, bool isTerminal, TimeProvider time, string what, string unit)
    {
        this.errors = errors;
        this.isTerminal = isTerminal;
        this.time = time;
        this.what = what;
        this.unit = unit;
        written = time.GetTimestamp();
    }

    /// <summary>A line on this process's standard error, or on what stands in for it.</summary>
    public static ProgressLine On(TextWriter errors, string what, string unit) => new(
        errors, ReferenceEquals(errors, Console.Error) && !Console.IsErrorRedirected, TimeProvider.System, what, unit);

    /// <summary>Says how much is done where it is time to.</summary>
    /// <param name="done">Units done so far.</param>
    /// <param name="total">Units in all; 0 where that is not known.</param>
    public void Report(long done, long total)
    {
        long now = time.GetTimestamp();
        if (time.GetElapsedTime(written, now) < (isTerminal ? OnTerminal : Elsewhere))
        {
            return;
        }

        written = now;
        string text = total > 0
            ? string.Create(CultureInfo.InvariantCulture, $"{what}: {done:N0} of {total:N0} {unit}, ")
                + string.Create(CultureInfo.InvariantCulture, $"{(long)(100.0 * done / total)} %")
            : string.Create(CultureInfo.InvariantCulture, $"{what}: {done:N0} {unit}");
        if (isTerminal)
        {
            errors.Write(Erase + text);
            isShown = true;
        }
        else
        {
            errors.WriteLine(text);
        }
    }

    /// <summary>The same for a reading counted in bytes; the unit is MB (10^6 bytes).</summary>
    public void ReportBytes(long done, long total) => Report(done / 1_000_000, total / 1_000_000);

    /// <summary>Takes the line off, so that another can be written; a later report brings it back.</summary>
    public void Clear()
    {
        if (isShown)
        {
            errors.Write(Erase);
            isShown = false;
        }
    }

    /// <summary>Takes the line off the terminal.</summary>
    public void Dispose() => Clear();
}
