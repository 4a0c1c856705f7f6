using Appliance.Retention.Archive;
using Appliance.Retention.Questions;
using Appliance.Retention.Rules;
using Appliance.Wire;

namespace Appliance.Retention.Answers;

/// <summary>Answers about a line as one JSON object, by the rules of <see cref="ResolveJson"/>.</summary>
internal static class LineJson
{
    public static object Of(LineAnswer answer, string? service)
    {
        Window asked = answer.Question.Interval.Window;
        return new
        {
            answer = answer.Words,
            reason = answer.Reason,
            question = new
            {
                line = answer.Question.Line,
                service,
                time = answer.Question.Interval.Text,
                utc_from = UtcText.Of(asked.From),
                utc_to = UtcText.Of(asked.To),
            },
            addresses = answer.Ports.Select(port => Port(port)),
            services = answer.Services.Select(used => Service(used)),
            communications = ServiceSum.Of(answer.Services).Select(sum => Sum(sum)),
            list_as_of = answer.ServicesAsOf.Length == 0 ? null : answer.ServicesAsOf,
            uses = answer.Uses.Select(use => Use(use)),
            records = Records(answer),
            named_by = Sessions(answer),
            corrections = Corrections(answer),
            covered = answer.Missing.Count == 0,
            gaps = answer.Missing.Select(missing => JsonAnswer.Gap(missing)),
            notes = answer.Notes,
            sections_opened = JsonAnswer.Sections((answer.Sections & SectionSet.Contact) != 0),
            batches_opened = answer.Batches,
        };
    }

    private static object Port(HeldPort port) => new
    {
        pub_ip = port.Address.ToString(),
        proto = port.Flows == 0 ? null : FlowWords.Protocol(port.Protocol),
        port_first = port.First,
        port_last = port.Last,
        start = UtcText.Of(port.From),
        last = UtcText.OrNull(port.To),
        flows = port.Flows,
        method = port.Method,
    };

    /// <summary>Flows and blocks that the answer rests on: what evidence for it proves.</summary>
    private static IEnumerable<object> Records(LineAnswer answer) => answer.Basis is not { } basis
        ? []
        : basis.Holdings
            .Select(flow => Flow(flow, (answer.Sections & SectionSet.Contact) != 0))
            .Concat(basis.Blocks.Select(block => Place("block", block.Device, block.Place)));

    /// <summary>Sessions that say that they are this line's.</summary>
    private static IEnumerable<object> Sessions(LineAnswer answer) => (answer.Basis?.Holdings ?? answer.Uses)
        .Select(flow => flow.Session)
        .Concat((answer.Basis?.Blocks ?? []).Select(block => block.Session))
        .OfType<SessionHolding>()
        .Select(session => (session.Device, session.Place))
        .Distinct()
        .Select(session => Place("session", session.Device, session.Place));

    /// <summary>Corrections that make records this line's.</summary>
    private static IEnumerable<object?> Corrections(LineAnswer answer) => (answer.Basis?.Holdings ?? answer.Uses)
        .Select(flow => flow.Correction)
        .Concat((answer.Basis?.Blocks ?? []).Select(block => block.Session?.Corrected))
        .OfType<LineCorrection>()
        .Distinct()
        .Select(JsonAnswer.Correction);

    private static object Flow(Holding flow, bool reachesContact) => new
    {
        kind = "flow",
        device = flow.Device.ToString(),
        record = flow.Place.ToString(),
        flow_id = flow.Flow.ToString(),
        contact = reachesContact && flow.HasContact && !flow.Row.RemoteAddress.IsNone,
    };

    private static object Place(string kind, Id16 device, FlowId place) => new
    {
        kind,
        device = device.ToString(),
        record = place.ToString(),
    };

    private static object Sum(ServiceSum sum) => new
    {
        name = sum.Service.Name,
        category = sum.Service.CategoryWords,
        flows = sum.Flows,
        days = sum.Days,
        first = UtcText.Of(sum.First),
        last = UtcText.Of(sum.Last),
    };

    private static object Known(KnownService known) => new
    {
        name = known.Name,
        is_communications = known.IsCommunications,
        category = known.CategoryWords,
        as_of = known.AsOf,
        source = known.Source,
    };

    private static object Service(UsedService used) => new
    {
        service = used.IsNamed ? used.Name : null,
        remote = used.IsNamed ? null : used.Name,
        lookup = used.IsLookup,
        known = used.Known is { } known ? Known(known) : null,
        flows = used.Flows.Count,
        first = UtcText.Of(used.First),
        last = UtcText.Of(used.Last),
        pkts_up = Sum(used, row => row.Row.PacketsUp),
        pkts_down = Sum(used, row => row.Row.PacketsDown),
        bytes_up = Sum(used, row => row.Row.BytesUp),
        bytes_down = Sum(used, row => row.Row.BytesDown),
    };

    private static ulong Sum(UsedService used, Func<Holding, ulong> counter)
    {
        ulong sum = 0;
        foreach (Holding flow in used.Flows)
        {
            sum += counter(flow);
        }

        return sum;
    }

    private static object Use(Holding use) => new
    {
        start = UtcText.Of(use.Row.Start),
        last = UtcText.Of(use.Row.Last),
        bound_us = use.HasBound ? use.Row.BoundUs : (uint?)null,
        recorded_bound_us = use.RecordedBoundUs,
        service = use.Service,
        rem_ip = use.Row.RemoteAddress.ToString(),
        rem_port = use.Row.RemotePort,
        attribution = FlowWords.Method(use.Row),
        candidates = use.Row.Candidates,
        flow_id = use.Flow.ToString(),
        record = use.Place.ToString(),
        device = use.Device.ToString(),
        batch = use.Batch.ToString(),
    };
}
