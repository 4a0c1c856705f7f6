namespace Appliance.Flow;

/// <summary>
/// Numbers of the realms, in the order of the leg rules, and the rule that stands for a realm's lines.
/// </summary>
internal sealed class RealmBook
{
    private readonly List<string> names = [];
    private readonly List<int> insideRules = [];

    public RealmBook(IReadOnlyList<LegRule> rules)
    {
        for (int i = 0; i < rules.Count; i++)
        {
            int number = names.IndexOf(rules[i].Realm);
            if (number < 0)
            {
                names.Add(rules[i].Realm);
                insideRules.Add(i);
            }
            else if (rules[i].Leg == Leg.Inside && rules[insideRules[number]].Leg != Leg.Inside)
            {
                insideRules[number] = i;
            }
        }
    }

    /// <summary>Names by number.</summary>
    public IReadOnlyList<string> Names => names;

    /// <summary>Number of a realm, -1 where no rule names it.</summary>
    public int NumberOf(string name) => names.IndexOf(name);

    /// <summary>The rule whose realm it is, one of the inside leg where there is one.</summary>
    public ushort RuleOf(ushort number) => (ushort)insideRules[number];
}
