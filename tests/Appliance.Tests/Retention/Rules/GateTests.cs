using Appliance.Retention.Archive;
using Appliance.Retention.Rules;
using Xunit;

namespace Appliance.Tests.Retention.Rules;

/// <summary>The gate on whole orders and on orders with a fault.</summary>
public sealed class GateTests
{
    private const int Draws = 4_000;

    private static readonly RuleBook Book = RuleBook.BuiltIn;

    [Fact]
    public void A_fault_is_refused_by_its_rule_in_every_state_that_states_a_power()
    {
        foreach ((Jurisdiction state, Decision decision, Way way) in EveryWay())
        {
            OrderFacts whole = Orders.Through(state, decision.Category, way);
            foreach ((string rule, Func<OrderFacts, OrderFacts> makeFaulty) in Orders.Faults)
            {
                GateVerdict verdict = Orders.Judge(makeFaulty(whole));
                Assert.True(verdict.Refusal?.Rule == rule, $"{decision.Id}: {verdict.Refusal}, not {rule}");
            }
        }
    }

    [Fact]
    public void A_whole_order_passes_by_every_way_and_opens_what_it_asked_for()
    {
        foreach ((Jurisdiction state, Decision decision, Way way) in EveryWay())
        {
            GateVerdict verdict = Orders.Judge(Orders.Through(state, decision.Category, way));
            Assert.True(verdict.Passes, $"{decision.Id}: {verdict.Refusal}");
            Assert.Equal([decision.Id], verdict.Decisions);
            Assert.Equal(
                decision.Category == OrderCategory.Traffic ? SectionSet.Both : SectionSet.Attribution,
                verdict.Sections);
        }
    }

    [Fact]
    public void A_category_without_stated_power_is_refused_with_that_said()
    {
        int seen = 0;
        foreach (Jurisdiction state in Book.Jurisdictions)
        {
            foreach (Decision decision in state.Decisions.Where(decision => decision.NotStated is not null))
            {
                Way strongest = new() { OrderedBy = [AuthorityKind.Court] };
                GateVerdict verdict = Orders.Judge(Orders.Through(state, decision.Category, strongest));

                Assert.Equal("power_stated", verdict.Refusal?.Rule);
                Assert.Contains(decision.NotStated!, verdict.Refusal!.Sentence);
                seen++;
            }
        }

        Assert.True(seen > 10);
    }

    [Fact]
    public void A_local_authority_of_the_united_kingdom_is_refused_whatever_it_asks()
    {
        Random random = new(20261120);
        for (int i = 0; i < Draws; i++)
        {
            OrderFacts drawn = Orders.Draw(random, "GB");
            OrderFacts asks = drawn with { Authority = AuthorityKind.LocalAuthority };
            OrderFacts approves = drawn with { ApproverAuthority = AuthorityKind.LocalAuthority };

            Assert.True(Orders.Judge(asks).Refusal?.Rule == "authority_excluded", $"draw {i}: {asks}");
            Assert.True(Orders.Judge(approves).Refusal?.Rule == "authority_excluded", $"draw {i}: {approves}");
        }

        GateVerdict whole = Orders.Judge(
            Orders.Of("GB", OrderCategory.SubscriberDynamic) with { Authority = AuthorityKind.LocalAuthority });
        Assert.Contains("operational-case, 8", whole.Refusal!.Place);
    }

    [Fact]
    public void No_local_authority_has_a_power_anywhere() => Assert.DoesNotContain(
        EveryWay(),
        found => found.Way.MayAsk.Contains(AuthorityKind.LocalAuthority)
            || found.Way.OrderedBy.Contains(AuthorityKind.LocalAuthority)
            || found.Way.OrderedBy.Contains(AuthorityKind.None));

    [Fact]
    public void Every_refusal_names_a_rule_that_exists_and_every_rule_refuses_something()
    {
        Random random = new(6);
        HashSet<string> seen = [];
        IEnumerable<OrderFacts> drawn =
            Book.Jurisdictions.SelectMany(state => Enumerable.Range(0, 100).Select(_ => Orders.Draw(random, state.Id)));
        foreach (OrderFacts order in drawn.Concat(EveryFault()))
        {
            if (Orders.Judge(order).Refusal is { } refusal)
            {
                Assert.StartsWith(Book.Rule(refusal.Rule).Sentence, refusal.Sentence);
                Assert.NotEmpty(refusal.Place);
                Assert.True(refusal.Decision is null || Book.Jurisdictions.Any(
                    state => state.Decisions.Exists(decision => decision.Id == refusal.Decision)));
                seen.Add(refusal.Rule);
            }
        }

        Assert.Empty(Book.Rules.Select(rule => rule.Id).Except(seen));
    }

    [Fact]
    public void A_live_gate_stays_shut_until_these_very_rules_are_confirmed()
    {
        OrderFacts live = Orders.Of("AT", OrderCategory.SubscriberDynamic) with { IsLive = true };
        string hash = Book.HashOf("AT");

        Assert.Equal("rules_confirmed", new Gate(Book, (_, _) => false).Judge(live).Refusal?.Rule);
        Assert.Equal("rules_confirmed", new Gate(Book, (_, of) => of == Book.HashOf("DE")).Judge(live).Refusal?.Rule);
        Assert.True(new Gate(Book, (state, of) => state == "AT" && of == hash).Judge(live).Passes);
        Assert.True(new Gate(Book, (_, _) => false).Judge(live with { IsLive = false }).Passes);
    }

    [Fact]
    public void A_destination_makes_purpose_one_an_order_of_traffic_data_too()
    {
        OrderFacts byPort = Orders.Of("EE", OrderCategory.SubscriberDynamic);
        OrderFacts byService = byPort with
        {
            Scope = byPort.Scope with { HasPort = false, HasDestination = true, Sections = SectionSet.Both },
        };

        Assert.Equal("EE/traffic", Orders.Judge(byService).Refusal?.Decision);
        Assert.Equal(
            ["EE/subscriber_dynamic", "EE/traffic"],
            Orders.Judge(byService with { ApproverAuthority = AuthorityKind.Prosecutor }).Decisions);
    }

    [Fact]
    public void A_port_opens_attribution_alone_unless_it_was_not_enough()
    {
        OrderFacts both = Orders.Of("GB", OrderCategory.SubscriberDynamic);
        both = both with { Scope = both.Scope with { HasDestination = true, Sections = SectionSet.Both } };

        Assert.Equal("port_opens_attribution_alone", Orders.Judge(both).Refusal?.Rule);
        Assert.Equal(SectionSet.Both, Orders.Judge(Orders.With(both, "port_not_enough")).Sections);
    }

    [Fact]
    public void A_person_gets_their_own_records_once_identity_and_line_were_checked()
    {
        OrderFacts own = Orders.Of("AT", OrderCategory.Traffic) with
        {
            Purpose = OrderPurpose.SubjectAccess,
            Authority = AuthorityKind.DataSubject,
            ApproverAuthority = AuthorityKind.Other,
        };

        OrderFacts checkedOwn = Orders.With(own, "identity_checked", "line_held");

        Assert.Equal("subject_access", Orders.Judge(own).Refusal?.Rule);
        Assert.True(Orders.Judge(checkedOwn).Passes);
        Assert.Equal(
            "subject_access",
            Orders.Judge(checkedOwn with { ApproverAuthority = AuthorityKind.DataSubject }).Refusal?.Rule);
        Assert.Equal(
            "subject_access", Orders.Judge(own with { Purpose = OrderPurpose.WhichServices }).Refusal?.Rule);
    }

    [Fact]
    public void Where_a_state_says_so_a_sensitive_profession_needs_a_court()
    {
        Jurisdiction austria = Book.Find("AT")!;
        ProfessionRule court = new([AuthorityKind.Court], [austria.Cells[0].Id]);
        OrderFacts order = Orders.With(Orders.Of("AT", OrderCategory.SubscriberDynamic), "sensitive_profession");
        order = order with { SensitiveProfession = true };
        OrderChecks stated = new(Book, austria with { SensitiveProfession = court }, order);

        Assert.Equal("sensitive_profession", stated.First()?.Rule);
        Assert.True(Orders.Judge(order).Passes);
    }

    private static IEnumerable<OrderFacts> EveryFault()
    {
        foreach ((Jurisdiction state, Decision decision, Way way) in EveryWay())
        {
            OrderFacts whole = Orders.Through(state, decision.Category, way);
            foreach ((_, Func<OrderFacts, OrderFacts> makeFaulty) in Orders.Faults)
            {
                yield return makeFaulty(whole);
            }

            OrderScope scope = whole.Scope;
            yield return whole with { IsLive = true };
            yield return whole with { Offence = null };
            yield return whole with { Urgency = Urgency.None };
            yield return whole with { Urgency = Urgency.Spoken, Expiry = whole.ApprovedAt.AddHours(2) };
            yield return whole with { RequesterRole = "clerk" };
            yield return whole with { Scope = scope with { LinesMax = 101 } };
            yield return whole with { Scope = scope with { HasDestination = true, Sections = SectionSet.Both } };
            yield return whole with
            {
                Scope = scope with { HasPort = false, HasDestination = true, Sections = SectionSet.Both },
            };
            yield return whole with { Authority = AuthorityKind.LocalAuthority };
        }
    }

    private static IEnumerable<(Jurisdiction State, Decision Decision, Way Way)> EveryWay() =>
        from state in Book.Jurisdictions
        from decision in state.Decisions
        from way in decision.Ways
        select (state, decision, way);
}
