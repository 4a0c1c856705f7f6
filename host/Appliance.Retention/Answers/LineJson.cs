using Appliance.Retention.Archive;
using Appliance.Retention.Questions;

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
            uses = answer.Uses.Select(use => Use(use)),
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

    private static object Service(UsedService used) => new
    {
        service = used.IsNamed ? used.Name : null,
        remote = used.IsNamed ? null : used.Name,
        lookup = used.IsLookup,
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
