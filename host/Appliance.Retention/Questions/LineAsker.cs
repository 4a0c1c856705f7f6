using Appliance.Retention.Archive;
using Appliance.Retention.Rules;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>
/// Answers what a known line did: which public addresses it had, which services it used, whether it used one. "No" is
/// only said where nothing is missing.
/// </summary>
/// <param name="archive">Where the records are.</param>
/// <param name="oldest">Begin of the retention period.</param>
/// <param name="known">Names of services.</param>
/// <param name="own">Where a person asks for their own records: takes out what is of others; null otherwise.</param>
internal sealed class LineAsker(
    IRecordArchive archive, TaiTime oldest, ServiceList known, OwnRecords? own = null)
{
    private static readonly IReadOnlySet<Id16> AllDevices = new HashSet<Id16>();

    /// <summary>Public addresses and ports of the line; opens the attribution section alone.</summary>
    public LineAnswer Addresses(LineQuestion question) => Ask(question, SectionSet.Attribution, found =>
    {
        List<HeldPort> ports = Ports(found);
        return Answer(question, ports.Count > 0 ? LineWord.Found : LineWord.None, found) with
        {
            Ports = ports, Basis = found,
        };
    });

    /// <summary>Addresses and services of the line: all that is kept of it.</summary>
    public LineAnswer Everything(LineQuestion question) => Ask(question, SectionSet.Both, found =>
    {
        LineWord word = found.Holdings.Count + found.Blocks.Count > 0 ? LineWord.Found : LineWord.None;
        return Answer(question, word, found) with
        {
            Ports = Ports(found), Services = Services(found.Holdings), ServicesAsOf = known.AsOf, Basis = found,
        };
    });

    /// <summary>Services that the line used, the most used first.</summary>
    public LineAnswer Services(LineQuestion question) => Ask(question, SectionSet.Both, found =>
    {
        List<UsedService> services = Services(found.Holdings);
        LineWord word = found.Holdings.Any(holding => holding.HasContact) ? LineWord.Found
            : services.Count > 0 ? LineWord.NotCovered : LineWord.None;
        return Answer(question, word, found) with
        {
            Services = services, ServicesAsOf = known.AsOf, Basis = found,
        };
    });

    /// <summary>Whether the line used a service.</summary>
    public LineAnswer Accessed(LineQuestion question, string service) => Ask(question, SectionSet.Both, found =>
    {
        List<Holding> uses = [.. found.Holdings.Where(holding => Narrowing.IsUseOf(holding, service))];
        bool isKept = found.Holdings.All(holding => holding.HasContact);
        LineWord word = uses.Exists(IsSure) ? LineWord.Yes
            : uses.Count > 0 ? LineWord.Perhaps
            : isKept ? LineWord.No : LineWord.NotCovered;
        LineAnswer answer = Answer(question, word, found);
        int lookups = found.Holdings.Count(holding =>
            holding.Row.ServiceSource == ServiceSource.Dns && Narrowing.IsNameOf(holding.Service, service));
        return answer with
        {
            Uses = uses,
            Notes = lookups == 0
                ? answer.Notes
                :
                [
                    .. answer.Notes,
                    FormattableString.Invariant($"lookups of the name (DNS): {lookups}; that is no use of it"),
                ],
        };
    });

    private static bool IsSure(Holding holding) => holding.Row.Attribution != Attribution.Ambiguous;

    private LineAnswer Ask(LineQuestion question, SectionSet sections, Func<Found, LineAnswer> answer)
    {
        if (question.Interval.Window.From < oldest)
        {
            return new LineAnswer
            {
                Question = question,
                Word = LineWord.OutOfPeriod,
                Reason = $"records are kept from {UtcText.Of(oldest)} on; what is older is gone",
            };
        }

        Found found = new LineReader(archive, oldest).Read(question, sections);
        var taken = new List<string>();
        found = own?.Limit(found, taken) ?? found;
        LineAnswer answered = answer(found);
        return answered with
        {
            Sections = sections,
            Records = Answers.AnswerPlaces.Of(found),
            Moments = Answers.AnswerMoments.Of(found),
            Notes = [.. answered.Notes, .. taken],
        };
    }

    private static LineAnswer Answer(LineQuestion question, LineWord word, Found found)
    {
        List<NotCovered> missing = found.Coverages.In(question.Interval.Window, AllDevices);
        bool isNothing = word is LineWord.None or LineWord.No;
        string reason = word == LineWord.NotCovered ? "flows of this line are recorded, but not what they contacted"
            : !isNothing ? Said(word)
            : missing.Count == 0 ? "nothing is recorded of it in the interval, and nothing is missing there"
            : $"nothing is recorded of it, but {Verdict.Gap(missing[0])}";
        return new LineAnswer
        {
            Question = question,
            Word = isNothing && missing.Count > 0 ? LineWord.NotCovered : word,
            Reason = reason,
            Missing = missing,
            Notes = Notes(found.Holdings, missing.Count > 0 && !isNothing && word != LineWord.NotCovered),
            Batches = found.Batches,
        };
    }

    private static string Said(LineWord word) => word switch
    {
        LineWord.Yes => "flows of this line to the service are recorded",
        LineWord.Perhaps => "flows to the service are recorded that fit this line and others equally",
        _ => "flows of this line are recorded",
    };

    private static List<string> Notes(IReadOnlyList<Holding> holdings, bool isPartial)
    {
        var notes = new List<string>();
        int unsure = holdings.Count(holding => !IsSure(holding));
        if (unsure > 0)
        {
            notes.Add($"{Questions.Notes.Flows(unsure)} that fit other lines as well (ambiguous)");
        }

        int noBound = holdings.Count(holding => !holding.HasBound);
        if (noBound > 0)
        {
            string flows = Questions.Notes.Flows(noBound);
            notes.Add($"{flows} without a bound on their times: the clock was not vouched for");
        }

        int doubted = holdings.Count(holding => holding.RecordedBoundUs is not null);
        if (doubted > 0)
        {
            notes.Add($"{Questions.Notes.Flows(doubted)} {Questions.Notes.Corrected}");
        }

        int corrected = holdings.Count(holding => holding.Correction is not null);
        if (corrected > 0)
        {
            notes.Add($"{Questions.Notes.Flows(corrected)} {Questions.Notes.CorrectedLine}");
        }

        if (isPartial)
        {
            notes.Add("part of the interval is not covered, so there may be more");
        }

        return notes;
    }

    /// <summary>One entry for each stretch of time in which a port was held; blocks as they were given.</summary>
    private static List<HeldPort> Ports(Found found)
    {
        var ports = new List<HeldPort>();
        var last = new Dictionary<(Ip, byte, ushort), int>();
        foreach (Holding holding in found.Holdings)
        {
            FlowRow row = holding.Row;
            if (row.PublicAddress.IsNone)
            {
                continue;
            }

            var key = (row.PublicAddress, row.Protocol, row.PublicPort);
            if (last.TryGetValue(key, out int at) && row.Start <= ports[at].To)
            {
                TaiTime to = row.Last > ports[at].To ? row.Last : ports[at].To;
                ports[at] = ports[at] with { To = to, Flows = ports[at].Flows + 1 };
                continue;
            }

            last[key] = ports.Count;
            ports.Add(new HeldPort(
                row.PublicAddress, row.Protocol, row.PublicPort, row.PublicPort, row.Start, row.Last, 1,
                Answers.FlowWords.Method(row)));
        }

        foreach (BlockHolding block in found.Blocks)
        {
            ports.Add(new HeldPort(
                block.Row.PublicAddress, 0, block.Row.PortFirst, block.Row.PortLast, block.Row.Start, block.Row.End, 0,
                $"block, {block.Source}"));
        }

        return ports;
    }

    private List<UsedService> Services(IReadOnlyList<Holding> holdings)
    {
        var flows = new Dictionary<(string Name, bool IsNamed, bool IsLookup), List<Holding>>();
        foreach (Holding holding in holdings)
        {
            bool isNamed = holding.Service.Length > 0;
            string endpoint = Answers.FlowWords.Endpoint(holding.Row.RemoteAddress, holding.Row.RemotePort);
            string name = isNamed ? holding.Service : endpoint.Length > 0 ? endpoint : "not recorded";
            var key = (name, isNamed, holding.Row.ServiceSource == ServiceSource.Dns);
            if (!flows.TryGetValue(key, out List<Holding>? list))
            {
                flows.Add(key, list = []);
            }

            list.Add(holding);
        }

        return
        [
            .. flows
                .Select(pair => new UsedService
                {
                    Name = pair.Key.Name, IsNamed = pair.Key.IsNamed, IsLookup = pair.Key.IsLookup, Flows = pair.Value,
                    Known = pair.Key.IsNamed ? known.Find(pair.Key.Name) : null,
                })
                .OrderBy(service => service.IsLookup)
                .ThenBy(service => !service.IsNamed)
                .ThenByDescending(service => service.Flows.Count)
                .ThenBy(service => service.Name, StringComparer.Ordinal),
        ];
    }
}
