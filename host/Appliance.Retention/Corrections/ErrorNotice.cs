using System.Globalization;
using System.Text;
using Appliance.Retention.Log;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Corrections;

/// <summary>
/// The text that tells an authority of an answer which relied on something that was corrected. It names the answer by
/// its place in the log and its hash, and says nothing of whom it was about.
/// </summary>
internal static class ErrorNotice
{
    /// <param name="finding">What was found.</param>
    /// <param name="request">Its request; null where its papers are gone.</param>
    /// <param name="log">The log that the answer stands in.</param>
    /// <param name="storeKey">Key of the store's search statements.</param>
    /// <param name="answer">The answer; null where it was forgotten.</param>
    public static string Of(
        ErrorFinding finding, Request? request, TransparencyLog log, PublicKey? storeKey, DeliveredAnswer? answer)
    {
        LogEntry delivery = log.Entries(finding.Entry, 1)[0].Entry;
        var text = new StringBuilder();
        Line(text, $"To: {request?.Authority ?? "the authority of the request"}");
        Line(text, $"Case: {request?.Case ?? "not kept any more"}");
        Line(text, $"Request: {finding.Request}");
        Line(text, $"Answer: entry {finding.Entry} of log {log.Id}, given {Time(delivery.UtcUs)}");
        if (storeKey is not null && log.Content(finding.Entry) is { } content
            && SearchStatement.TryVerify(content.Content, storeKey, out SearchStatement? search) == Refusal.None)
        {
            Line(text, $"SHA-256 of the answer: {search!.Answer}");
        }

        if (answer is not null)
        {
            Line(text, $"About: {Time(answer.FromUtcUs)} to {Time(answer.ToUtcUs)}");
        }

        Line(text, $"");
        Line(text, $"This answer relied on records of which the following was found on {Time(finding.AtUtcUs)}:");
        Line(text, $"  {finding.Text}.");
        Line(text, $"");
        text.Append(
            """
            The answer may name the wrong line, or fail to name the right one. Until it has been asked again, do not
            rely on it, and tell everybody whom it was handed on to. To ask again: the same request while it is in force
            and has questions left, a new one otherwise. Steps that were taken against anybody because of this answer
            are to be looked at again.

            """);
        Line(text, $"This notice is entry {finding.Logged} of the log.");
        return text.ToString();
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Time(ulong utcUs) => UtcText.Of(LeapSeconds.ToTai((long)utcUs));
}
