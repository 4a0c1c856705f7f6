using Appliance.Retention.Archive;
using Appliance.Retention.Questions;
using Appliance.Wire;

namespace Appliance.Retention.Answers;

/// <summary>Answers as rows, for the formats that are tables: the answer first, what is not covered last.</summary>
internal static class AnswerRows
{
    /// <param name="answer">The answer of a resolve.</param>
    /// <param name="reading">Number of the reading of the time, from 1.</param>
    public static List<AnswerRow> Of(ResolveAnswer answer, int reading)
    {
        List<AnswerRow> rows = [Head(answer.Words, answer.Reason, answer.Question.Interval, reading)];
        int rank = 0;
        foreach (Candidate candidate in answer.Result.Candidates)
        {
            rank++;
            rows.AddRange(candidate.Flows.Select(held => Flow(answer, candidate, held, rank, reading)));
            rows.AddRange(candidate.Blocks.Select(held => Block(candidate, held, rank, reading)));
        }

        rows.AddRange(answer.Before.Select(holding => Neighbour("before", holding, reading)));
        rows.AddRange(answer.After.Select(holding => Neighbour("after", holding, reading)));
        AddTail(rows, answer.Missing, answer.Notes, reading);
        return rows;
    }

    /// <param name="answer">The answer of a question about a line.</param>
    /// <param name="reading">Number of the reading of the time, from 1.</param>
    public static List<AnswerRow> Of(LineAnswer answer, int reading)
    {
        string line = answer.Question.Line;
        List<AnswerRow> rows =
        [
            Head(answer.Words, answer.Reason, answer.Question.Interval, reading).Set("line", line),
            .. answer.Ports.Select(port => Port(line, port, reading)),
            .. answer.Services.Select(used => Service(line, used, reading)),
            .. answer.Uses.Select(use => Use(line, use, reading)),
        ];
        AddTail(rows, answer.Missing, answer.Notes, reading);
        return rows;
    }

    private static AnswerRow Head(string words, string reason, AskedInterval asked, int reading) =>
        new AnswerRow("answer", reading)
            .Set("answer", words)
            .Set("reason", reason)
            .Set("asked", asked.Text)
            .Set("utc_from", asked.Window.From)
            .Set("utc_to", asked.Window.To);

    private static AnswerRow Flow(ResolveAnswer answer, Candidate candidate, Held held, int rank, int reading)
    {
        AnswerRow row = Flow("flow", held.Holding, reading, answer.Question.NeedsContact)
            .Set("rank", (ulong)rank)
            .Set("line", candidate.Line.Name)
            .Set("subscriber", candidate.Line.Subscriber)
            .Set("activity", FlowWords.ActivityKey(held.Activity))
            .Set("overlap", FlowWords.Overlap(held.Overlap))
            .Set("fit", FlowWords.Fit(held.Fit));
        return candidate.Session is { } session
            ? row.Set("equipment", session.Equipment).Set("access", session.Access)
            : row;
    }

    private static AnswerRow Block(Candidate candidate, HeldBlock held, int rank, int reading) =>
        new AnswerRow("block", reading)
            .Set("rank", (ulong)rank)
            .Set("line", candidate.Line.Name)
            .Set("subscriber", candidate.Line.Subscriber)
            .Set("realm", held.Block.Realm)
            .Set("inside_ip", held.Block.Row.InsideAddress)
            .Set("pub_ip", held.Block.Row.PublicAddress)
            .Set("port_first", held.Block.Row.PortFirst)
            .Set("port_last", held.Block.Row.PortLast)
            .Set("start", held.Block.Row.Start)
            .Set("end", held.Block.Row.End)
            .Set("overlap", FlowWords.Overlap(held.Overlap))
            .Set("attribution", held.Block.Source)
            .Set("device", held.Block.Device.ToString())
            .Set("record", held.Block.Place.ToString());

    private static AnswerRow Neighbour(string kind, Holding holding, int reading) =>
        Flow(kind, holding, reading, withContact: false)
            .Set("line", holding.Line.Name)
            .Set("subscriber", holding.Line.Subscriber);

    private static AnswerRow Flow(string kind, Holding holding, int reading, bool withContact)
    {
        FlowRow flow = holding.Row;
        AnswerRow row = new AnswerRow(kind, reading)
            .Set("realm", holding.Realm)
            .Set("inside_ip", flow.SubscriberAddress)
            .Set("inside_port", flow.SubscriberPort)
            .Set("proto", FlowWords.Protocol(flow.Protocol))
            .Set("pub_ip", flow.PublicAddress)
            .Set("port_first", flow.PublicPort)
            .Set("port_last", flow.PublicPort)
            .Set("start", flow.Start)
            .Set("last", flow.Last)
            .Set("end", flow.End)
            .Set("bound_us", holding.HasBound ? $"{flow.BoundUs}" : "")
            .Set("attribution", FlowWords.Method(flow))
            .Set("evidence_bits", flow.EvidenceBits)
            .Set("candidates", flow.Candidates)
            .Set("device", holding.Device.ToString())
            .Set("flow_id", holding.Flow.ToString())
            .Set("record", holding.Place.ToString())
            .Set("batch", holding.Batch.ToString());
        return withContact && holding.HasContact
            ? row.Set("rem_ip", flow.RemoteAddress).Set("rem_port", flow.RemotePort).Set("service", holding.Service)
            : row;
    }

    private static AnswerRow Port(string line, HeldPort port, int reading) => new AnswerRow("address", reading)
        .Set("line", line)
        .Set("proto", port.Flows == 0 ? "" : FlowWords.Protocol(port.Protocol))
        .Set("pub_ip", port.Address)
        .Set("port_first", port.First)
        .Set("port_last", port.Last)
        .Set("start", port.From)
        .Set("last", port.To)
        .Set("flows", (ulong)port.Flows)
        .Set("attribution", port.Method);

    private static AnswerRow Service(string line, UsedService used, int reading) => new AnswerRow("service", reading)
        .Set("line", line)
        .Set("rem_ip", used.IsNamed ? "" : used.Name)
        .Set("service", used.IsNamed ? used.Name : "")
        .Set("lookup", used.IsLookup ? "true" : "false")
        .Set("start", used.First)
        .Set("last", used.Last)
        .Set("flows", (ulong)used.Flows.Count)
        .Set("pkts_up", Sum(used, flow => flow.PacketsUp))
        .Set("pkts_down", Sum(used, flow => flow.PacketsDown))
        .Set("bytes_up", Sum(used, flow => flow.BytesUp))
        .Set("bytes_down", Sum(used, flow => flow.BytesDown));

    private static AnswerRow Use(string line, Holding use, int reading) =>
        Flow("use", use, reading, withContact: true).Set("line", line);

    private static ulong Sum(UsedService used, Func<FlowRow, ulong> counter)
    {
        ulong sum = 0;
        foreach (Holding flow in used.Flows)
        {
            sum += counter(flow.Row);
        }

        return sum;
    }

    private static void AddTail(
        List<AnswerRow> rows, IReadOnlyList<NotCovered> missing, IReadOnlyList<string> notes, int reading)
    {
        foreach ((Id16 device, CoverageGap gap) in missing)
        {
            rows.Add(new AnswerRow("gap", reading)
                .Set("start", gap.IsOpenBegun ? "" : UtcText.Of(gap.From))
                .Set("end", gap.IsOpenEnded ? "" : UtcText.Of(gap.To))
                .Set("cause", gap.Cause)
                .Set("leg", gap.Leg)
                .Set("where", gap.Where)
                .Set("device", device.ToString()));
        }

        rows.AddRange(notes.Select(note => new AnswerRow("note", reading).Set("note", note)));
    }
}
