namespace Appliance.Retention.Referrals;

/// <summary>Bounds of referrals, each with its reason.</summary>
internal static class Limits
{
    /// <summary>
    /// Lines of one file: a referral holds "thousands of IP addresses", and nine months of them come to 6,025 cases.
    /// About 1 KB each while they are answered.
    /// </summary>
    public const int LinesMax = 500_000;

    /// <summary>Characters of a line: a case number, an address, a time and a host name, with room.</summary>
    public const int LineCharactersMax = 4096;

    /// <summary>
    /// Lines that are answered together, at most: what a stop and another start lose, and what one batch is compared
    /// with.
    /// </summary>
    public const int GroupLinesMax = 8192;

    /// <summary>
    /// Time from the first to the last line of a group, microseconds. Around every group an hour more is read on each
    /// side, so a shorter one would read most batches several times; a longer one holds more flows.
    /// </summary>
    public const long GroupUs = 2 * 3600 * 1_000_000L;

    /// <summary>
    /// Lines of one question under an order: as many as are answered together without one, so that each batch is
    /// released and opened once for them. Their rows are at most 50 KB of the question that is logged.
    /// </summary>
    public const int OrderedLinesMax = GroupLinesMax;

    /// <summary>Prefixes of a list of anonymisers: all exits of the known services several times over.</summary>
    public const int AnonymisersMax = 1 << 20;
}
