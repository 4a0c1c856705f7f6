using Appliance.Retention.AddressPlan;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Answers;

/// <summary>
/// The answer of a resolve as one JSON object. Its keys are fixed: later versions add some and take none away. Times
/// are UTC in ISO 8601, what is not known is null.
/// </summary>
internal static class ResolveJson
{
    public static object Of(ResolveAnswer answer) => new
    {
        answer = answer.Words,
        word = answer.Word == AnswerWord.Ambiguous ? "ambiguous" : answer.Words,
        lines = answer.Result.Lines,
        reason = answer.Reason,
        question = Question(answer.Question),
        plan = answer.Plan is { } plan
            ? new { prefix = plan.Prefix, use = PlanEntry.NameOf(plan.Use), realm = plan.Realm }
            : null,
        candidates = answer.Result.Candidates.Select((candidate, i) => Candidate(answer, candidate, i + 1)),
        before = answer.Before.Select(holding => Neighbour(holding)),
        after = answer.After.Select(holding => Neighbour(holding)),
        sensitivity = answer.Sensitivities.Select(row => Sensitivity(row)),
        separated_by = answer.Separations.Select(fact => Separation(fact)),
        covered = answer.Missing.Count == 0,
        gaps = answer.Missing.Select(missing => JsonAnswer.Gap(missing)),
        notes = answer.Notes,
        sections_opened = JsonAnswer.Sections(answer.Question.NeedsContact),
        batches_opened = answer.Batches,
    };

    private static object Sensitivity(Sensitivity row) => new
    {
        delta = row.Delta,
        earlier = Changed(row.Earlier),
        later = Changed(row.Later),
        widened = Changed(row.Widened),
    };

    private static object Separation(Separation fact) => new
    {
        fact = fact.Fact,
        lines_at_most = fact.AtMost,
        sentence = fact.Sentence,
    };

    private static object Question(ResolveQuestion question) => new
    {
        ip = question.Address.ToString(),
        port = question.Port,
        proto = JsonAnswer.OrNull(question.Protocol),
        remote_ip = JsonAnswer.OrNull(question.Remote.ToString()),
        remote_port = question.RemotePort,
        service = JsonAnswer.OrNull(question.Service),
        time = question.Interval.Text,
        utc_from = UtcText.Of(question.Interval.Window.From),
        utc_to = UtcText.Of(question.Interval.Window.To),
        source_error_us = question.SourceErrorUs,
        searched_from = UtcText.Of(question.Window.From),
        searched_to = UtcText.Of(question.Window.To),
    };

    private static object Candidate(ResolveAnswer answer, Candidate candidate, int rank) => new
    {
        rank,
        line = JsonAnswer.OrNull(candidate.Line.Name),
        realm = candidate.Line.Realm,
        subscriber = JsonAnswer.OrNull(candidate.Line.Subscriber),
        line_reference = candidate.Line.Subscriber.Length > 0 ? candidate.Line.Subscriber : "not covered",
        session = Session(candidate.Session),
        correction = JsonAnswer.Correction(candidate.Correction),
        inside_ip = JsonAnswer.OrNull(candidate.Line.Address.ToString()),
        activity = FlowWords.ActivityKey(candidate.Activity),
        fit = FlowWords.Fit(candidate.Fit),
        overlap = FlowWords.Overlap(candidate.Overlap),
        evidence_bits = candidate.EvidenceBits,
        flows = candidate.Flows.Select(held => Flow(answer, held)),
        blocks = candidate.Blocks.Select(held => new
        {
            pub_ip = held.Block.Row.PublicAddress.ToString(),
            port_first = held.Block.Row.PortFirst,
            port_last = held.Block.Row.PortLast,
            start = UtcText.Of(held.Block.Row.Start),
            end = UtcText.OrNull(held.Block.Row.End),
            source = held.Block.Source,
            device = held.Block.Device.ToString(),
            record = held.Block.Place.ToString(),
        }),
    };

    private static object? Session(SessionHolding? session) => session is null ? null : new
    {
        subscriber = session.Subscriber,
        subscriber_type = session.Type,
        realm = session.Realm,
        address_or_prefix = $"{session.Prefix.Address}/{session.Prefix.Length}",
        start = UtcText.Of(session.Start),
        end = UtcText.OrNull(session.End),
        known_until = UtcText.Of(session.KnownUntil),
        source = session.Source,
        equipment = JsonAnswer.OrNull(session.Equipment),
        access = JsonAnswer.OrNull(session.Access),
        device = session.Device.ToString(),
        record = session.Place.ToString(),
    };

    private static object Flow(ResolveAnswer answer, Held held)
    {
        Holding holding = held.Holding;
        bool contact = answer.Question.NeedsContact && holding.HasContact;
        return new
        {
            flow_id = holding.Flow.ToString(),
            record = holding.Place.ToString(),
            device = holding.Device.ToString(),
            batch = holding.Batch.ToString(),
            proto = FlowWords.Protocol(holding.Row.Protocol),
            sub_ip = JsonAnswer.OrNull(holding.Row.SubscriberAddress.ToString()),
            sub_port = holding.Row.SubscriberPort,
            pub_ip = holding.Row.PublicAddress.ToString(),
            pub_port = holding.Row.PublicPort,
            rem_ip = contact ? holding.Row.RemoteAddress.ToString() : null,
            rem_port = contact ? holding.Row.RemotePort : (ushort?)null,
            service = contact ? JsonAnswer.OrNull(holding.Service) : null,
            start = UtcText.Of(holding.Row.Start),
            last = UtcText.Of(holding.Row.Last),
            end = UtcText.OrNull(holding.Row.End),
            bound_us = holding.HasBound ? holding.Row.BoundUs : (uint?)null,
            recorded_bound_us = holding.RecordedBoundUs,
            attribution = FlowWords.Method(holding.Row),
            evidence_bits = holding.Row.EvidenceBits,
            candidates = holding.Row.Candidates,
            conflict = holding.Row.Conflict,
            activity = FlowWords.ActivityKey(held.Activity),
            overlap = FlowWords.Overlap(held.Overlap),
            fit = FlowWords.Fit(held.Fit),
        };
    }

    private static object Neighbour(Holding holding) => new
    {
        line = JsonAnswer.OrNull(holding.Line.Name),
        proto = FlowWords.Protocol(holding.Row.Protocol),
        start = UtcText.Of(holding.Row.Start),
        last = UtcText.Of(holding.Row.Last),
        end = UtcText.OrNull(holding.Row.End),
        flow_id = holding.Flow.ToString(),
        device = holding.Device.ToString(),
    };

    private static object Changed(Changed changed) => new
    {
        lines = changed.Lines, same = changed.IsSame, covered = changed.IsCovered,
    };
}

/// <summary>What the JSON answers have in common.</summary>
internal static class JsonAnswer
{
    private static readonly string[] Attribution = ["attribution"];
    private static readonly string[] BothSections = ["attribution", "contact"];

    /// <summary>Names of the sections that were opened; a question that opens none does not get here.</summary>
    public static IReadOnlyList<string> Sections(bool withContact) => withContact ? BothSections : Attribution;

    public static string? OrNull(string text) => text.Length == 0 ? null : text;

    /// <summary>A correction of the line, for whoever is told it; null where there is none.</summary>
    public static object? Correction(LineCorrection? line) => line is null ? null : new
    {
        subscriber = OrNull(line.Subscriber),
        device = line.Device.ToString(),
        from = UtcText.Of(line.From),
        to = UtcText.Of(line.To),
        signed = UtcText.Of(LeapSeconds.ToTai((long)line.UtcUs)),
        reason = line.Reason,
    };

    public static object Gap(NotCovered missing) => new
    {
        device = missing.Device.ToString(),
        from = missing.Gap.IsOpenBegun ? null : UtcText.Of(missing.Gap.From),
        to = missing.Gap.IsOpenEnded ? null : UtcText.Of(missing.Gap.To),
        cause = missing.Gap.Cause,
        leg = OrNull(missing.Gap.Leg),
        where = OrNull(missing.Gap.Where),
    };
}
