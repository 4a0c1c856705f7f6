using Appliance.Wire;

namespace Appliance.Retention.Questions;

/// <summary>What a flow is known to have done in the interval; the rank of an answer, the strongest first.</summary>
internal enum Activity : byte
{
    /// <summary>Its first packet may lie in the interval.</summary>
    Opened,

    /// <summary>A packet of it may lie in the interval, by a record's last packet.</summary>
    Packets,

    /// <summary>Open over the interval; no record shows a packet in it.</summary>
    Open,

    /// <summary>No flow recorded; the line was given the port by a block.</summary>
    Block,

    /// <summary>Open when last recorded, and the record that would tell more falls into a gap.</summary>
    Unknown,
}

/// <summary>How surely a flow's time and the interval have a moment in common.</summary>
internal enum Overlap : byte
{
    /// <summary>Whatever the true times within their bounds are.</summary>
    Certain,

    /// <summary>Within the bounds of the record's clock.</summary>
    WithinBound,

    /// <summary>By the times as they stand; the clock behind them gave no bound.</summary>
    NoBound,

    /// <summary>Only when the source's clock was wrong.</summary>
    WithinSourceError,
}

/// <summary>A flow that answers.</summary>
internal sealed record Held(Holding Holding, Activity Activity, Overlap Overlap, Fit Fit);

/// <summary>A block of ports that answers.</summary>
internal sealed record HeldBlock(BlockHolding Block, Overlap Overlap);

/// <summary>A line that may be the one asked for, with its flows beneath, the best first.</summary>
internal sealed class Candidate(Line line)
{
    private string? name;

    public Line Line { get; } = line;

    /// <summary>The line's name, made once.</summary>
    public string Name => name ??= Line.Name;

    public List<Held> Flows { get; } = [];

    public List<HeldBlock> Blocks { get; } = [];

    /// <summary>The session that names the line; null where none is recorded.</summary>
    public SessionHolding? Session =>
        Flows.Count > 0 ? Flows[0].Holding.Session : Blocks.Count > 0 ? Blocks[0].Block.Session : null;

    /// <summary>What corrected the line; null where it stands.</summary>
    public LineCorrection? Correction =>
        Flows.Count > 0 ? Flows[0].Holding.Correction : Blocks.Count > 0 ? Blocks[0].Block.Session?.Corrected : null;

    public Fit Fit => Flows.Count > 0 ? Flows[0].Fit : Fit.Full;

    public Activity Activity => Flows.Count > 0 ? Flows[0].Activity : Activity.Block;

    public Overlap Overlap => Flows.Count > 0 ? Flows[0].Overlap : Blocks[0].Overlap;

    public int EvidenceBits => Flows.Count > 0 ? Flows[0].Holding.Row.EvidenceBits : 0;

    /// <summary>Best first: fit, activity, overlap, evidence; then as the flows began.</summary>
    public static int Compare(Held left, Held right)
    {
        int order = (left.Fit, left.Activity, left.Overlap, -left.Holding.Row.EvidenceBits).CompareTo(
            (right.Fit, right.Activity, right.Overlap, -right.Holding.Row.EvidenceBits));
        return order != 0 ? order : left.Holding.Row.Start.CompareTo(right.Holding.Row.Start);
    }

    /// <summary>Best first, known lines before unknown ones; then by name, so that equal answers read equal.</summary>
    public static int Compare(Candidate left, Candidate right)
    {
        int order = (!left.Line.IsKnown, left.Fit, left.Activity, left.Overlap, -left.EvidenceBits).CompareTo(
            (!right.Line.IsKnown, right.Fit, right.Activity, right.Overlap, -right.EvidenceBits));
        return order != 0 ? order : string.CompareOrdinal(left.Name, right.Name);
    }
}

/// <summary>A block of ports as recorded.</summary>
internal sealed record BlockHolding(
    Id16 Device, FlowId Place, string Realm, string Source, BlockRow Row, string Subscriber,
    SessionHolding? Session = null)
{
    /// <summary>How far its times may be off by the clock of its box, microseconds.</summary>
    public long DoubtUs { get; init; }

    /// <summary>Whether it may have been held in a window.</summary>
    public bool Touches(Window window) => window.Widen(DoubtUs).Touches(
        Row.Start, Row.End == default ? Window.Add(window.To, DoubtUs + 1) : Row.End);

    public Line Line => new(Realm, Subscriber, Row.InsideAddress);
}
