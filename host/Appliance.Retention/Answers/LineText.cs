using Appliance.Retention.Questions;
using Limits = Appliance.Retention.Questions.Limits;

namespace Appliance.Retention.Answers;

/// <summary>Answers about a line for people.</summary>
internal static class LineText
{
    /// <summary>Which public addresses and ports it held.</summary>
    public static void WriteAddresses(TextWriter output, LineAnswer answer, bool all)
    {
        WriteHead(output, answer, "which public addresses it had");
        WriteRows(output, PortRows(answer), all);
        WriteTail(output, answer);
    }

    /// <summary>Which services it used.</summary>
    public static void WriteServices(TextWriter output, LineAnswer answer, bool all)
    {
        WriteHead(output, answer, "which services it used");
        WriteRows(output, ServiceRows(answer), all);
        WriteCommunications(output, answer);
        WriteTail(output, answer);
    }

    /// <summary>The study's table, of one line: what it communicates by, by count and time.</summary>
    private static void WriteCommunications(TextWriter output, LineAnswer answer)
    {
        IReadOnlyList<ServiceSum> sums = ServiceSum.Of(answer.Services);
        if (sums.Count == 0)
        {
            return;
        }

        output.WriteLine($"Communications services, by the list of {answer.ServicesAsOf}");
        foreach (ServiceSum sum in sums)
        {
            string days = sum.Days == 1 ? "1 day " : FormattableString.Invariant($"{sum.Days} days");
            string count = FormattableString.Invariant($"{sum.Flows,6} flows on {days}");
            output.WriteLine($"  {count}  {UtcText.Of(sum.First)} to {UtcText.Of(sum.Last)}  {sum.Service.Name} "
                + $"({sum.Service.CategoryWords})");
        }
    }

    private static List<string> PortRows(LineAnswer answer)
    {
        List<string> rows = [];
        foreach (HeldPort port in answer.Ports)
        {
            string protocol = port.Flows == 0 ? "any" : FlowWords.Protocol(port.Protocol);
            string ports = port.First == port.Last
                ? FormattableString.Invariant($"{port.First}")
                : FormattableString.Invariant($"{port.First}-{port.Last}");
            string to = UtcText.OrNull(port.To) ?? "open";
            rows.Add($"{UtcText.Of(port.From)} to {to,-27}  {port.Address} {protocol} {ports} ({port.Method})");
        }

        return rows;
    }

    private static List<string> ServiceRows(LineAnswer answer)
    {
        List<string> rows = [];
        foreach (UsedService service in answer.Services)
        {
            string kind = service.IsLookup ? " (only looked up)" : service.IsNamed ? "" : " (no name seen)";
            rows.Add(FormattableString.Invariant($"{service.Flows.Count,6} flows  {UtcText.Of(service.First)} to ")
                + $"{UtcText.Of(service.Last)}  {service.Name}{kind}");
        }

        return rows;
    }

    /// <summary>All that is kept of it.</summary>
    public static void WriteEverything(TextWriter output, LineAnswer answer, bool all)
    {
        WriteHead(output, answer, "all that is kept of it");
        output.WriteLine("Addresses");
        WriteRows(output, PortRows(answer), all);
        output.WriteLine("Services");
        WriteRows(output, ServiceRows(answer), all);
        WriteCommunications(output, answer);
        WriteTail(output, answer);
    }

    /// <summary>Whether it used a service.</summary>
    public static void WriteAccessed(TextWriter output, LineAnswer answer, string service, bool all)
    {
        WriteHead(output, answer, $"whether it used {service}");
        List<string> rows = [];
        foreach (Holding use in answer.Uses)
        {
            string bound = use.HasBound ? $"+-{UtcText.Length(use.BoundUs)}" : "no bound";
            rows.Add($"{UtcText.Of(use.Row.Start)} to {UtcText.Of(use.Row.Last)} {bound}");
            rows.Add($"  {use.Service} at "
                + $"{FlowWords.Endpoint(use.Row.RemoteAddress, use.Row.RemotePort)} ({FlowWords.Method(use.Row)})");
        }

        WriteRows(output, rows, all);
        WriteTail(output, answer);
    }

    private static void WriteHead(TextWriter output, LineAnswer answer, string what)
    {
        Window asked = answer.Question.Interval.Window;
        output.WriteLine($"Answer     {answer.Words}");
        output.WriteLine($"           {answer.Reason}");
        output.WriteLine($"Asked      of line {answer.Question.Line}, {what}");
        output.WriteLine($"           {answer.Question.Interval.Text}");
        output.WriteLine($"UTC        {UtcText.Of(asked.From)} to {UtcText.Of(asked.To)}");
    }

    private static void WriteRows(TextWriter output, List<string> rows, bool all)
    {
        int shown = all ? rows.Count : Math.Min(rows.Count, Limits.TextLines);
        for (int i = 0; i < shown; i++)
        {
            output.WriteLine($"  {rows[i]}");
        }

        if (shown < rows.Count)
        {
            output.WriteLine(FormattableString.Invariant(
                $"  and {rows.Count - shown} more: --all or --json prints every one"));
        }
    }

    private static void WriteTail(TextWriter output, LineAnswer answer)
    {
        ResolveText.WriteList(output, "Not covered", [.. answer.Missing.Select(Verdict.Gap)]);
        ResolveText.WriteList(output, "Bear in mind", answer.Notes);
    }
}
