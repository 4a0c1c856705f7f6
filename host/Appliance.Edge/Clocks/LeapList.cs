using Appliance.Time.Leaps;
using Appliance.Time.Observations;
using Appliance.Wire;

namespace Appliance.Edge.Clocks;

/// <summary>
/// Leap seconds as the operator's file has them, which is read again now and then. One source of several: the engine
/// has the list that is built in, and receivers and peers have a vote too.
/// </summary>
internal sealed class LeapList(string? path, IObservationSink clock)
{
    private static readonly SourceId Operators = new(SourceKind.LeapFile);

    /// <summary>Why the file is not taken; null where it is, or none is named.</summary>
    public string? Problem { get; private set; }

    /// <summary>Tells the clock what the file says now.</summary>
    public void Tell(RawTime now, long utcSeconds) => Problem = path is null ? null : Read(path, now, utcSeconds);

    private string? Read(string file, RawTime now, long utcSeconds)
    {
        try
        {
            if (!LeapSecondsFile.TryParse(File.ReadAllBytes(file), out LeapSecondsFile list, out string complaint))
            {
                return $"{file}: {complaint}";
            }

            clock.Take(list.ToObservation(Operators, now, utcSeconds));
            return null;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return failure.Message;
        }
    }
}
