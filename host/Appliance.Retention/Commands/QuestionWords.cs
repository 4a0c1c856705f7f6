using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary>A question as the log commits to it and the warden judges it.</summary>
internal static class QuestionWords
{
    /// <summary>The readings of one question; together they must lie within the order.</summary>
    public static AskedQuestion Of(string verb, string request, object question) => question switch
    {
        List<ResolveQuestion> { Count: > 0 } resolve => OfAddress(verb, request, resolve),
        List<LineQuestion> { Count: > 0 } lines => OfLine(verb, request, lines, ""),
        (List<LineQuestion> { Count: > 0 } lines, string service) => OfLine(verb, request, lines, service),
        (List<Referrals.ReferralLine>, Referrals.AnonymiserList, string) =>
            new AskedQuestion { Verb = verb, Request = request, FromUtcUs = 0, ToUtcUs = 0 },
        _ => throw new AskException(Exit.BadInput, $"`{verb}` cannot be asked under a request yet; ask line by line"),
    };

    private static AskedQuestion OfAddress(string verb, string request, List<ResolveQuestion> readings)
    {
        ResolveQuestion first = readings[0];
        if (first.Remote.IsNone && first.RemotePort is not null)
        {
            throw new AskException(Exit.BadInput, "a remote port needs its address");
        }

        return new AskedQuestion
        {
            Verb = verb,
            Request = request,
            Address = first.Address.ToString(),
            Port = first.Port ?? 0,
            Service = first.Service,
            Remote = first.Remote.ToString(),
            FromUtcUs = Earliest(readings.Select(reading => reading.Window)),
            ToUtcUs = Latest(readings.Select(reading => reading.Window)),
        };
    }

    private static AskedQuestion OfLine(
        string verb, string request, List<LineQuestion> readings, string service) => new()
    {
        Verb = verb,
        Request = request,
        Line = readings[0].Line,
        Service = service,
        FromUtcUs = Earliest(readings.Select(reading => reading.Interval.Window)),
        ToUtcUs = Latest(readings.Select(reading => reading.Interval.Window)),
    };

    private static ulong Earliest(IEnumerable<Window> windows) =>
        (ulong)LeapSeconds.ToUtc(windows.Min(window => window.From));

    private static ulong Latest(IEnumerable<Window> windows) =>
        (ulong)LeapSeconds.ToUtc(windows.Max(window => window.To));
}
