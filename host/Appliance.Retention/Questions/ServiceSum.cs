using Appliance.Retention.Rules;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>How much and when a line used a communications service, over all of its host names.</summary>
/// <param name="Service">The service; the first of its names that was used.</param>
/// <param name="Flows">Flows to it; lookups of a name are no use.</param>
/// <param name="Days">UTC days on which such a flow began.</param>
/// <param name="First">First packet of the first.</param>
/// <param name="Last">Last packet of all.</param>
internal sealed record ServiceSum(KnownService Service, int Flows, int Days, TaiTime First, TaiTime Last)
{
    /// <summary>Communications services of an answer, the most used first.</summary>
    public static IReadOnlyList<ServiceSum> Of(IReadOnlyList<UsedService> services) =>
    [
        .. services
            .Where(used => !used.IsLookup && used.Known is { IsCommunications: true })
            .GroupBy(used => used.Known!.Name)
            .Select(group => Of(group.First().Known!, [.. group.SelectMany(used => used.Flows)]))
            .OrderByDescending(sum => sum.Flows)
            .ThenBy(sum => sum.Service.Name, StringComparer.Ordinal),
    ];

    private static ServiceSum Of(KnownService service, List<Holding> flows) => new(
        service,
        flows.Count,
        flows.Select(flow => LeapSeconds.UtcDay(flow.Row.Start)).Distinct().Count(),
        flows.Min(flow => flow.Row.Start),
        flows.Max(flow => flow.Row.Last));
}
