using Appliance.Time.Leaps;
using Appliance.Time.Observations;
using Appliance.Wire;

namespace Appliance.Edge.Clocks;

/// <summary>
/// Leap seconds as lists have them: the one built in, and the operator's file, which is read again now and then. Two
/// sources of several; receivers and peers have a vote too.
/// </summary>
internal sealed class LeapList(string? path, IObservationSink clock)
{
    private const long DaySeconds = 86_400;
    private static readonly SourceId Operators = new(SourceKind.LeapFile);
    private static readonly SourceId BuiltIn = new(SourceKind.LeapFile, 1);

    /// <summary>Why the file is not taken; null where it is, or none is named.</summary>
    public string? Problem { get; private set; }

    /// <summary>Tells the clock what the lists say now.</summary>
    public void Tell(RawTime now, long utcSeconds)
    {
        clock.Take(new LeapObservation(
            BuiltIn, now, LeapSeconds.AtUtc(utcSeconds * TaiTime.MicrosecondsPerSecond), LeapEvent.Unknown, null,
            LeapSeconds.ExpiryDay * DaySeconds, LeapOrigin.File));
        Problem = path is null ? null : Read(path, now, utcSeconds);
    }

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
