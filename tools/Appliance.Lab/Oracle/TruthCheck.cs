using Appliance.Lab.Traffic;
using Appliance.Wire;

namespace Appliance.Lab.Oracle;

/// <summary>
/// Holds what the product recorded against the truth (whose flow it was, what it counted, what it was called) and
/// against the oracle (whether it could be known).
/// </summary>
public sealed class TruthCheck
{
    private readonly TruthIndex index;
    private readonly IReadOnlyList<TruthFlow> truth;
    private readonly TruthReport report = new();
    private readonly Dictionary<int, ProductFlow> byInside = [];
    private readonly Dictionary<int, ProductFlow> byOutside = [];

    private TruthCheck(IReadOnlyList<TruthFlow> truth)
    {
        this.truth = truth;
        index = new TruthIndex(truth);
    }

    /// <param name="product">Merged flows of the product.</param>
    /// <param name="truth">Every generated flow.</param>
    /// <param name="verdicts">The oracle's judgement of every outside flow.</param>
    public static TruthReport Run(
        IReadOnlyList<ProductFlow> product, IReadOnlyList<TruthFlow> truth, IReadOnlyList<OracleVerdict> verdicts)
    {
        TruthCheck check = new(truth);
        foreach (ProductFlow flow in product)
        {
            check.Assign(flow);
        }

        check.CompareWithOracle(verdicts);
        check.CompareWithTruth();
        return check.report;
    }

    // Finds the true flow behind a product flow; an attribution to any other line than the true one is wrong.
    private void Assign(ProductFlow flow)
    {
        bool hasPublic = !flow.Public.Address.IsNone;
        TruthFlow? outer = hasPublic ? index.FindOuter(flow.Outer, flow.StartNs) : null;
        if (flow.Line.Address.IsNone)
        {
            Put(byOutside, outer, flow);
            return;
        }

        TruthFlow? inner = index.FindInner(flow.Inner, flow.StartNs);
        if (inner is null && flow.Translation == Translation.OnNet)
        {
            // Both ends are inside: whose packet came first is the line, and reordering may turn that round.
            flow = flow.Turned();
            inner = index.FindInner(flow.Inner, flow.StartNs);
        }

        Put(byInside, inner, flow);
        if (!hasPublic)
        {
            return;
        }

        if (outer is null || inner is null || outer.Spec.Index != inner.Spec.Index)
        {
            report.Wrong++;
            report.Fault("wrong", $"{flow.Outer} was given to {flow.Inner}, evidence belongs to {outer?.ToCsv()}");
        }
        else
        {
            Put(byOutside, outer, flow);
        }
    }

    private void Put(Dictionary<int, ProductFlow> map, TruthFlow? flow, ProductFlow found)
    {
        if (flow is null)
        {
            report.Invented++;
            report.Fault("invented", $"{found}");
        }
        else if (!map.TryAdd(flow.Spec.Index, found))
        {
            report.Split++;
            if (found.StartNs == (map == byInside ? flow.Inside : flow.Outside).FirstNs)
            {
                map[flow.Spec.Index] = found;
            }

            report.Fault("split", $"{flow.ToCsv()} has {map[flow.Spec.Index]} and {found}");
        }
    }

    private void CompareWithOracle(IReadOnlyList<OracleVerdict> verdicts)
    {
        foreach (OracleVerdict verdict in verdicts)
        {
            if (verdict.Kind == VerdictKind.Unsolicited)
            {
                continue;
            }

            TruthFlow? flow = index.FindOuter(verdict.Flow.Tuple, verdict.Flow.FirstNs);
            ProductFlow? product = flow is null ? null : byOutside.GetValueOrDefault(flow.Spec.Index);
            bool attributed = product is not null && !product.Line.Address.IsNone;
            report.Flows++;
            report.Attributed += attributed ? 1 : 0;
            switch (verdict.Kind)
            {
                case VerdictKind.Distinguishable:
                    Distinguishable(verdict, flow, product, attributed);
                    break;
                case VerdictKind.Ambiguous:
                    Ambiguous(verdict, product);
                    break;
                default:
                    report.None++;
                    Unexpected(verdict, attributed || product?.Candidates.Count > 0, product);
                    break;
            }
        }
    }

    private void Distinguishable(OracleVerdict verdict, TruthFlow? flow, ProductFlow? product, bool attributed)
    {
        report.Distinguishable++;
        if (flow is null || flow.Inner != verdict.Candidates[0].Tuple)
        {
            report.OracleWrong++;
            report.Fault("oracle", $"{verdict.Flow.Tuple} > {verdict.Candidates[0].Tuple} but truth {flow?.ToCsv()}");
        }

        report.AttributedDistinguishable += attributed ? 1 : 0;
        Unexpected(verdict, !attributed, product);
    }

    private void Ambiguous(OracleVerdict verdict, ProductFlow? product)
    {
        report.Ambiguous++;
        HashSet<LineEnd> expected =
            [.. verdict.Candidates.Select(flow => flow.Tuple)
                .Select(flow => new LineEnd(flow.Local, flow.LocalPort, flow.Softwire))];
        bool equal = product is not null && expected.SetEquals(product.Candidates);
        report.AmbiguousEqual += equal ? 1 : 0;
        Unexpected(verdict, !equal, product);
    }

    private void Unexpected(OracleVerdict verdict, bool differs, ProductFlow? product)
    {
        if (differs)
        {
            string candidates = string.Join(" or ", verdict.Candidates.Select(flow => flow.Tuple.ToString()));
            report.Fault(
                $"not {verdict.Kind}",
                $"{verdict.Flow.Tuple} at {verdict.Flow.FirstNs}, evidence {verdict.EvidenceBits}: "
                + $"oracle [{candidates}], product {product?.Attribution.ToString() ?? "no record"} {product?.Line} "
                + $"[{string.Join(", ", product?.Candidates ?? [])}]");
        }
    }

    private void CompareWithTruth()
    {
        foreach (TruthFlow flow in truth)
        {
            bool inside = flow.Inside.Seen;
            if (!inside && flow.Outside.PacketsUp == 0)
            {
                continue;
            }

            ProductFlow? product = (inside ? byInside : byOutside).GetValueOrDefault(flow.Spec.Index);
            if (product is null)
            {
                report.Missing++;
                report.Fault("missing", flow.ToCsv());
                continue;
            }

            Counters(flow, inside ? flow.Inside : flow.Outside, product);
            Name(flow, product);
        }
    }

    private void Counters(TruthFlow flow, in LegView leg, ProductFlow product)
    {
        if (leg.PacketsUp != product.PacketsUp || leg.PacketsDown != product.PacketsDown
            || leg.BytesUp != product.BytesUp || leg.BytesDown != product.BytesDown)
        {
            report.CountersUnequal++;
            report.Fault("counters", $"{flow.ToCsv()} against {product}");
        }
    }

    // A name of a DNS query is not a service that was used: only TLS and QUIC flows have to have one.
    private void Name(TruthFlow flow, ProductFlow product)
    {
        bool expected = flow.Spec.Class is FlowClass.Tls or FlowClass.Quic && flow.Name.Length > 0;
        if (product.Name.Length > 0 && product.NameSource != ServiceSource.Dns
            && (!expected || product.Name != flow.Name))
        {
            report.NamesInvented++;
            report.Fault("name", $"'{product.Name}' for {flow.ToCsv()}");
        }
        else if (expected && product.Name.Length == 0)
        {
            report.NamesAbsent++;
            report.Fault("no name", flow.ToCsv());
        }
        else if (expected)
        {
            report.NamesRight++;
        }
    }
}
