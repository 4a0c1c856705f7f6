using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Commands;

/// <summary>A line of the list of requests.</summary>
internal sealed record RequestRow(string Request, string Case, byte Purpose, string Standing, string? Rule)
{
    public static RequestRow Of(Id16 name, OrderStanding standing) => new(
        name.ToString(),
        standing.Order?.Request.Case ?? "",
        standing.Order?.Request.Purpose ?? 0,
        standing.Refusal?.Sentence ?? "in force",
        standing.Refusal?.Rule);
}

/// <summary>Prints a request with every word of it.</summary>
internal static class RequestText
{
    public static void Write(TextWriter output, Id16 name, OrderStanding standing, bool json)
    {
        if (standing.Order?.Request is not { } request)
        {
            WriteRefused(output, name, standing, json);
            return;
        }

        var all = new
        {
            Request = name.ToString(),
            request.Jurisdiction,
            request.Authority,
            request.LegalBasis,
            request.Purpose,
            request.Case,
            Statements = request.Statements.ToDictionary(statement => statement.Id, statement => statement.Text),
            Offence = request.Offence?.Name,
            SensitiveProfession = request.IsSensitiveProfession,
            Addresses = request.Scope.Addresses.Select(ScopeText.Of),
            request.Scope.Lines,
            request.Scope.Services,
            Remotes = request.Scope.Remotes.Select(remote => remote.ToString()),
            From = Time(request.FromUtcUs),
            To = Time(request.ToUtcUs),
            Urgency = request.Urgency.ToString().ToLowerInvariant(),
            Expires = Time(request.ExpiresUtcUs),
            Notify = request.NotifyUtcUs is { } notify ? Time(notify) : null,
            SealTo = request.SealTo is { } key ? Convert.ToHexStringLower(key.Point.Span) : null,
            request.Questions,
            request.Candidates,
            Requester = standing.Order.Requester.Label,
            Approvals = standing.Order.Approvals.Select(row => new
            {
                By = row.By.Label, row.Approval.IsApproved, row.Approval.IsOral, At = Time(row.Approval.UtcUs),
                row.Approval.Remarks,
            }),
            Standing = standing.Refusal?.Sentence ?? "in force",
            standing.Refusal?.Rule,
        };
        JsonText.Write(output, all);
    }

    private static void WriteRefused(TextWriter output, Id16 name, OrderStanding standing, bool json)
    {
        if (json)
        {
            JsonText.Write(output, new
            {
                Request = name.ToString(), Standing = standing.Refusal!.Sentence, standing.Refusal.Rule,
            });
            return;
        }

        output.WriteLine($"request  {name}");
        output.WriteLine($"refused  {standing.Refusal!.Sentence} [{standing.Refusal.Rule}]");
    }

    private static string Time(ulong utcUs) => UtcText.Of(LeapSeconds.ToTai((long)utcUs));
}
