namespace Appliance.Retention.Rules;

/// <summary>Bounds of orders, each with its reason.</summary>
internal static class Limits
{
    /// <summary>
    /// Longest life of an order after approval, days: the longest month. The source documents state none; RIPA 2000
    /// s.23(4) gives an authorisation one month (cell GB/ripa-2000/one-month).
    /// </summary>
    public const int OrderDays = 31;

    /// <summary>
    /// Life of an order approved by word of mouth, hours: the confirmation in writing is due within a day. The
    /// product's own: neither the source documents nor RIPA 2000 state a time (cell GB/ripa-2000/spoken).
    /// </summary>
    public const int SpokenHours = 24;

    /// <summary>
    /// Questions under an order approved by word of mouth: enough for one emergency, too few for a sweep.
    /// </summary>
    public const int SpokenQuestions = 5;

    /// <summary>
    /// Longest retention where a State's rules name none, months: what the notice may order at most.
    /// </summary>
    public const int RetentionMonths = 12;

    /// <summary>Largest list of services, entries: read whole into memory.</summary>
    public const int Services = 10_000;
}
