using Appliance.Retention.Archive;
using Appliance.Retention.Rules;

namespace Appliance.Tests.Retention.Rules;

/// <summary>Orders made for tests: whole ones, and ones with a fault.</summary>
internal static class Orders
{
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    /// <summary>Kinds of fault, each breaking one general rule.</summary>
    public static IReadOnlyList<(string Rule, Func<OrderFacts, OrderFacts> Break)> Faults { get; } =
    [
        ("jurisdiction_known", order => order with { Jurisdiction = "XX" }),
        ("two_people", order => order with { Approver = order.Requester.ToUpperInvariant() + " " }),
        ("two_people", order => order with { Requester = "" }),
        ("order_complete", order => order with { Case = " " }),
        ("order_complete", order => order with { LegalBasis = "" }),
        ("statement_missing", order => Without(order, "necessity")),
        ("statement_missing", order => Without(order, "proportionality")),
        ("statement_missing", order => Without(order, "collateral_intrusion")),
        ("sensitive_profession", order => order with { SensitiveProfession = true }),
        ("notification", order => order with { NotificationDate = null }),
        ("notification", order => order with { NotificationDate = order.Now }),
        ("purpose_subject", order => order with { Purpose = OrderPurpose.None }),
        ("purpose_subject", order => order with
        {
            Purpose = OrderPurpose.WhichServices, Scope = order.Scope with { Subject = OrderSubject.Address },
        }),
        ("purpose_subject", order => order with
        {
            Purpose = OrderPurpose.WhetherUsed,
            Scope = order.Scope with { Subject = OrderSubject.Line, HasDestination = false },
        }),
        ("subject_access", order => order with { Purpose = OrderPurpose.SubjectAccess }),
        ("scope_wider", order => order with { Scope = order.Scope with { Sections = SectionSet.None } }),
        ("scope_wider", order => order with { Scope = order.Scope with { LinesMax = 0 } }),
        ("scope_wider", order => order with { Scope = order.Scope with { QuestionsMax = 0 } }),
        ("period_given", order => order with { To = order.From.AddSeconds(-1) }),
        ("period_future", order => order with { To = order.Now.AddSeconds(1) }),
        ("period_retention", order => order with { From = order.RetentionBegin.AddSeconds(-1) }),
        ("period_retention", order => order with
        {
            From = order.Now.AddMonths(-12).AddDays(-1), RetentionBegin = DateTimeOffset.UnixEpoch,
        }),
        ("order_expired", order => order with { Expiry = order.Now }),
        ("order_expired", order => order with { ApprovedAt = order.Now.AddSeconds(1) }),
        ("order_too_long", order => order with { Expiry = order.ApprovedAt.AddDays(31).AddSeconds(1) }),
        ("urgent_order", order => order with
        {
            Urgency = Urgency.Spoken, Expiry = order.ApprovedAt.AddHours(24).AddSeconds(1),
        }),
        ("urgent_order", order => order with
        {
            Urgency = Urgency.Spoken,
            Expiry = order.ApprovedAt.AddHours(24),
            Scope = order.Scope with { QuestionsMax = 6 },
        }),
        ("authority_power", order => order with { Authority = AuthorityKind.Other }),
        ("order_power", order => order with { ApproverAuthority = AuthorityKind.Other }),
    ];

    /// <summary>An order that goes through one way of a State's decision, with nothing that is not asked for.</summary>
    public static OrderFacts Through(Jurisdiction state, OrderCategory category, Way way) => new()
    {
        Jurisdiction = state.Id,
        Authority = way.MayAsk[0],
        ApproverAuthority = way.OrderedBy[0],
        Requester = "officer a",
        Approver = "officer b",
        RequesterRole = way.RequesterRole ?? "",
        ApproverRole = way.ApproverRole ?? "",
        LegalBasis = "the basis",
        Case = "case 17",
        Purpose = category == OrderCategory.Traffic ? OrderPurpose.WhichServices : OrderPurpose.WhoSent,
        Statements = RuleBook.BuiltIn.RequiredOfAll.Concat(way.Requires).ToDictionary(id => id, id => "because"),
        Offence = way.Offence is { } bound
            ? new Offence("an offence", bound.Serious ?? false, bound.SentenceYears ?? 0, [])
            : null,
        Scope = new OrderScope
        {
            Subject = category == OrderCategory.Traffic ? OrderSubject.Line : OrderSubject.Address,
            AddressUse = category == OrderCategory.SubscriberStatic ? AddressUse.Fixed : AddressUse.Shared,
            HasPort = category != OrderCategory.Traffic,
            Sections = category == OrderCategory.Traffic ? SectionSet.Both : SectionSet.Attribution,
            LinesMax = way.LinesMax ?? 100,
            QuestionsMax = 5,
        },
        From = Now.AddDays(-1),
        To = Now.AddDays(-1).AddMinutes(1),
        Urgency = way.UrgentOnly ? Urgency.Written : Urgency.None,
        ApprovedAt = Now.AddHours(-1),
        Expiry = Now.AddDays(7),
        NotificationDate = Now.AddMonths(6),
        Now = Now,
        RetentionBegin = Now.AddMonths(-6),
        IsLive = false,
    };

    /// <summary>An order of a State by the first way of a category.</summary>
    public static OrderFacts Of(string state, OrderCategory category)
    {
        Jurisdiction found = RuleBook.BuiltIn.Find(state)!;
        return Through(found, category, found.DecisionOn(category)!.Ways[0]);
    }

    public static OrderFacts Without(OrderFacts order, string statement) =>
        order with { Statements = order.Statements.Where(s => s.Key != statement).ToDictionary() };

    public static OrderFacts With(OrderFacts order, params string[] statements) => order with
    {
        Statements = order.Statements
            .Concat(statements.Select(id => KeyValuePair.Create(id, "because")))
            .ToDictionary(),
    };

    /// <summary>A lab's gate, or a live one for which nothing is confirmed.</summary>
    public static GateVerdict Judge(OrderFacts order) => new Gate(RuleBook.BuiltIn, (_, _) => false).Judge(order);

    /// <summary>An order with every field drawn anew.</summary>
    public static OrderFacts Draw(Random random, string state)
    {
        string[] texts = ["", " ", "a", "b"];
        DateTimeOffset Time() => Now.AddMinutes(random.Next(-1_000_000, 1_000_000));
        T Any<T>()
            where T : struct, Enum => Enum.GetValues<T>()[random.Next(Enum.GetValues<T>().Length)];
        string Text() => texts[random.Next(texts.Length)];
        bool Coin() => random.Next(2) == 0;
        return new OrderFacts
        {
            Jurisdiction = state,
            Authority = Any<AuthorityKind>(),
            ApproverAuthority = Any<AuthorityKind>(),
            Requester = Text(),
            Approver = Text(),
            RequesterRole = Coin() ? "single_point_of_contact" : Text(),
            ApproverRole = Coin() ? "designated_senior_officer" : Text(),
            LegalBasis = Text(),
            Case = Text(),
            Purpose = Any<OrderPurpose>(),
            Statements = RuleBook.BuiltIn.Statements
                .Where(_ => random.Next(8) > 0)
                .ToDictionary(statement => statement.Id, _ => "because"),
            SensitiveProfession = Coin(),
            Offence = Coin()
                ? new Offence("an offence", Coin(), random.Next(10), Coin() ? ["listed_crime"] : [])
                : null,
            Scope = new OrderScope
            {
                Subject = Any<OrderSubject>(),
                AddressUse = Any<AddressUse>(),
                HasPort = Coin(),
                HasDestination = Coin(),
                Sections = Any<SectionSet>(),
                LinesMax = random.Next(20),
                QuestionsMax = random.Next(10),
            },
            From = Time(),
            To = Time(),
            Urgency = Any<Urgency>(),
            ApprovedAt = Time(),
            Expiry = Time(),
            NotificationDate = Coin() ? Time() : null,
            Now = Now,
            RetentionBegin = Time(),
            IsLive = Coin(),
        };
    }
}
