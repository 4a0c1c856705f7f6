namespace Appliance.Lab.Oracle;

/// <summary>What the check of one run found: counts, and the first of each kind of fault in words.</summary>
public sealed class TruthReport
{
    private const int ExamplesMax = 5;
    private readonly Dictionary<string, List<string>> faults = [];

    /// <summary>Outside flows that came from a line.</summary>
    public int Flows { get; internal set; }

    /// <summary>Those that the oracle can tell.</summary>
    public int Distinguishable { get; internal set; }

    /// <summary>Those that the product gave to a line, the right one.</summary>
    public int Attributed { get; internal set; }

    /// <summary>Those that the oracle can tell and the product gave to the right line.</summary>
    public int AttributedDistinguishable { get; internal set; }

    /// <summary>Those with two candidates or more for the oracle.</summary>
    public int Ambiguous { get; internal set; }

    /// <summary>Of these, those where the product names exactly the same candidates.</summary>
    public int AmbiguousEqual { get; internal set; }

    /// <summary>Those that nobody can tell and that have no two candidates.</summary>
    public int None { get; internal set; }

    /// <summary>Flows given to a line that did not have them: the worst defect.</summary>
    public int Wrong { get; internal set; }

    /// <summary>Flows that a leg showed and no record speaks of.</summary>
    public int Missing { get; internal set; }

    /// <summary>Flows with more than one record of their own.</summary>
    public int Split { get; internal set; }

    /// <summary>Flows whose packets or bytes differ from what the leg showed.</summary>
    public int CountersUnequal { get; internal set; }

    /// <summary>Product flows that no packet of the truth explains.</summary>
    public int Invented { get; internal set; }

    public int NamesRight { get; internal set; }

    public int NamesAbsent { get; internal set; }

    public int NamesInvented { get; internal set; }

    /// <summary>Oracle's own verdicts against the truth: not zero means that the oracle itself is wrong.</summary>
    public int OracleWrong { get; internal set; }

    /// <summary>The counts on one line.</summary>
    public string Line() =>
        $"flows {Flows}, distinguishable {Distinguishable}, attributed {Attributed}, ambiguous {Ambiguous} "
        + $"(equal {AmbiguousEqual}), none {None}, wrong {Wrong}, missing {Missing}, split {Split}, "
        + $"counters unequal {CountersUnequal}, names right {NamesRight} absent {NamesAbsent} invented {NamesInvented}";

    /// <summary>The first faults of each kind, a line each; empty where none was found.</summary>
    public string Examples() =>
        string.Join('\n', faults.SelectMany(kind => kind.Value.Select(text => $"{kind.Key}: {text}")));

    internal void Fault(string kind, string text)
    {
        if (!faults.TryGetValue(kind, out List<string>? list))
        {
            faults[kind] = list = [];
        }

        if (list.Count < ExamplesMax)
        {
            list.Add(text);
        }
    }
}
