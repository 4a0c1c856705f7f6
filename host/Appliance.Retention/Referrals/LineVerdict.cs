using System.Text.Json.Serialization;

namespace Appliance.Retention.Referrals;

/// <summary>What can be done with a line of a referral.</summary>
internal enum LineClass : byte
{
    /// <summary>Within the period, and one customer had the whole address: who it was needs no flow record.</summary>
    Fixed,

    /// <summary>A shared address that address, port and time lead to one line: no destination is needed.</summary>
    Today,

    /// <summary>A shared address that only a record of what was contacted leads to one line.</summary>
    WithDestination,

    /// <summary>Not resolvable; the reason says why.</summary>
    No,
}

/// <summary>Why a line is not resolvable.</summary>
internal enum WhyNot : byte
{
    /// <summary>It is resolvable.</summary>
    None,
    NoAddress,
    Anonymised,
    OutOfPeriod,

    /// <summary>No zone, twice because of clocks put back, or no time at all.</summary>
    TimeRefused,
    NotOurs,
    Infrastructure,
    NotCovered,

    /// <summary>Nobody held it, and nothing is missing there.</summary>
    Nobody,

    /// <summary>Several lines, and no destination was given (or none may be opened).</summary>
    Ambiguous,

    /// <summary>Several lines, or none, even with the destination.</summary>
    AmbiguousWithDestination,
    Unreadable,

    /// <summary>At a time that the order does not reach.</summary>
    BeyondOrder,
}

/// <summary>The verdict of a line; every line gets one.</summary>
internal sealed record LineVerdict
{
    public required int Row { get; init; }

    public required string Case { get; init; }

    public required LineClass Class { get; init; }

    public WhyNot Why { get; init; }

    /// <summary>What the address plan calls the address then; empty where it was not asked.</summary>
    public string Use { get; init; } = "";

    /// <summary>One sentence: what the verdict rests on, or what to do.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Lines that address, port and time leave; null where it was not asked.</summary>
    public int? Lines { get; init; }

    /// <summary>Lines that are left with the destination; null where it was not asked.</summary>
    public int? LinesWithDestination { get; init; }

    /// <summary>The one line, where there is one.</summary>
    public string Line { get; init; } = "";

    /// <summary>The UTC interval that the time meant; empty where it was refused.</summary>
    public string UtcFrom { get; init; } = "";

    public string UtcTo { get; init; } = "";

    /// <summary>An address shared between customers at a time within the period: records could help with it.</summary>
    [JsonIgnore]
    public bool IsShared => Use == "shared" && Why is not (WhyNot.OutOfPeriod or WhyNot.TimeRefused);

    public static string NameOf(LineClass kind) => kind switch
    {
        LineClass.Fixed => "fixed",
        LineClass.Today => "resolvable today",
        LineClass.WithDestination => "only with a destination",
        _ => "not resolvable",
    };

    public static string NameOf(WhyNot why) => why switch
    {
        WhyNot.None => "",
        WhyNot.NoAddress => "no address",
        WhyNot.Anonymised => "anonymised",
        WhyNot.OutOfPeriod => "out of period",
        WhyNot.TimeRefused => "time refused",
        WhyNot.NotOurs => "not ours",
        WhyNot.Infrastructure => "infrastructure",
        WhyNot.NotCovered => "not covered",
        WhyNot.Nobody => "nobody",
        WhyNot.Ambiguous => "ambiguous",
        WhyNot.AmbiguousWithDestination => "ambiguous with the destination",
        WhyNot.BeyondOrder => "beyond the order",
        _ => "not readable",
    };
}
