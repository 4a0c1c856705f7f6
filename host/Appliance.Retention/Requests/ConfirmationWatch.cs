using System.Globalization;
using System.Text;
using Appliance.Retention.Log;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Requests;

/// <summary>
/// Reports every request that was approved by word of mouth and not confirmed in writing in time: an entry of the log
/// and a text beside its papers, once for each. It reads the papers as they were signed and needs nobody to be enrolled
/// still: who has left is reported as well.
/// </summary>
internal sealed class ConfirmationWatch(PaperFolder folder, TransparencyLog log, TimeProvider clock)
{
    /// <summary>Reports what is overdue and was not reported yet; returns those requests.</summary>
    public IReadOnlyList<Id16> Run()
    {
        ulong now = UtcClock.Now(clock);
        var reported = new List<Id16>();
        foreach (Id16 id in folder.All())
        {
            if (folder.Report(id) is null && OralTerm.Of(Approvals(folder.Read(id))) is { } term
                && term.IsMissed(now))
            {
                Report(id, term, now);
                reported.Add(id);
            }
        }

        return reported;
    }

    /// <summary>The log first: a crash between the two reports it again, and forgets none.</summary>
    private void Report(Id16 id, OralTerm term, ulong now)
    {
        Request? request = RequestOf(folder.Read(id));
        string text = Text(id, request, term, now);
        LoggedEntry entry = log.Append(new LogDraft
        {
            Kind = LogKind.Error,
            Actor = LogActor.Store,
            Content = Encoding.UTF8.GetBytes(text),
            Request = id,
            Purpose = request?.Purpose ?? 0,
        });
        folder.PutReport(id, Encoding.UTF8.GetBytes(text + $"This report is entry {entry.Index} of the log.\n"));
    }

    private string Text(Id16 id, Request? request, OralTerm term, ulong now)
    {
        var text = new StringBuilder();
        Line(text, $"Approved by word of mouth, and not confirmed in writing in time");
        Line(text, $"Request: {id}");
        Line(text, $"Case: {request?.Case}");
        Line(text, $"Authority: {request?.Authority}, under {request?.LegalBasis}");
        Line(text, $"Approver: {term.Approver}, {Time(term.GivenUtcUs)}");
        Line(text, $"Confirmation was due: {Time(term.DueUtcUs)}; reported {Time(now)}");
        foreach (LoggedEntry entry in log.Entries(0, int.MaxValue))
        {
            if (entry.Entry.Request == id && entry.Entry.Kind is LogKind.Question or LogKind.Delivery)
            {
                string what = entry.Entry.Kind == LogKind.Question ? "asked" : "answered";
                Line(text, $"Entry {entry.Index}: {what} {Time(entry.Entry.UtcUs)}, {entry.Entry.Records} records");
            }
        }

        Line(text, $"Nothing is answered under this request any more. Whoever oversees the authority decides what");
        Line(text, $"becomes of what was answered.");
        return text.ToString();
    }

    private static List<Approval> Approvals(Papers papers)
    {
        var approvals = new List<Approval>();
        foreach (ReadOnlyMemory<byte> bytes in papers.Approvals)
        {
            if (PersonSigned.TryRead(SignedType.Approval, bytes, out PersonSigned? signed) == Refusal.None
                && Approval.TryDecode(signed!.Payload, out Approval? approval) == Refusal.None)
            {
                approvals.Add(approval!);
            }
        }

        return approvals;
    }

    private static Request? RequestOf(Papers papers)
    {
        Request? request = null;
        if (PersonSigned.TryRead(SignedType.Request, papers.Request, out PersonSigned? signed) == Refusal.None)
        {
            Request.TryDecode(signed!.Payload, out request);
        }

        return request;
    }

    private static void Line(StringBuilder text, FormattableString line) =>
        text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');

    private static string Time(ulong utcUs) => UtcText.Of(LeapSeconds.ToTai((long)utcUs));
}
