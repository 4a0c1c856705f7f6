using Appliance.Retention.Archive;
using Appliance.Retention.Rules;
using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>The one word of an answer about a line.</summary>
internal enum LineWord : byte
{
    /// <summary>There are records (addresses-of, services).</summary>
    Found,
    Yes,

    /// <summary>Only flows that may as well be another line's.</summary>
    Perhaps,

    /// <summary>Nothing is recorded, and nothing is missing.</summary>
    None,
    No,
    NotCovered,
    OutOfPeriod,
}

/// <summary>A public address and port that the line held for a time.</summary>
internal sealed record HeldPort(
    Ip Address, byte Protocol, ushort First, ushort Last, TaiTime From, TaiTime To, int Flows, string Method);

/// <summary>A service that the line used, or an endpoint where no name was seen.</summary>
internal sealed record UsedService
{
    /// <summary>Name; for a flow without one, the remote address and port.</summary>
    public required string Name { get; init; }

    public required bool IsNamed { get; init; }

    /// <summary>Only the name was looked up (DNS).</summary>
    public required bool IsLookup { get; init; }

    public required IReadOnlyList<Holding> Flows { get; init; }

    /// <summary>What the list of services says of the name; null where it is not listed, which says nothing.</summary>
    public KnownService? Known { get; init; }

    public TaiTime First => Flows[0].Row.Start;

    public TaiTime Last => Flows.Max(flow => flow.Row.Last);
}

/// <summary>Everything that a question about a line answers.</summary>
internal sealed record LineAnswer
{
    public required LineQuestion Question { get; init; }

    public required LineWord Word { get; init; }

    public required string Reason { get; init; }

    public SectionSet Sections { get; init; }

    public IReadOnlyList<HeldPort> Ports { get; init; } = [];

    public IReadOnlyList<UsedService> Services { get; init; } = [];

    /// <summary>State of the list that marks communications services; empty where none was asked.</summary>
    public string ServicesAsOf { get; init; } = "";

    /// <summary>What the answer tells record by record: its flows and blocks; null where it names them one by
    /// one.</summary>
    public Found? Basis { get; init; }

    /// <summary>Flows to the service asked for.</summary>
    public IReadOnlyList<Holding> Uses { get; init; } = [];

    /// <summary>Records that the answer relies on.</summary>
    public IReadOnlyList<Answers.AnswerPlace> Records { get; init; } = [];

    /// <summary>Seconds that it relies on.</summary>
    public IReadOnlyCollection<Answers.AnswerMoment> Moments { get; init; } = [];

    public IReadOnlyList<NotCovered> Missing { get; init; } = [];

    public IReadOnlyList<string> Notes { get; init; } = [];

    public int Batches { get; init; }

    public string Words => Word switch
    {
        LineWord.Found => "found",
        LineWord.Yes => "yes",
        LineWord.Perhaps => "perhaps",
        LineWord.None => "none",
        LineWord.No => "no",
        LineWord.NotCovered => "not covered",
        _ => "out of period",
    };

    public bool IsAnswered => Word is LineWord.Found or LineWord.Yes;
}
