using Appliance.Retention.AddressPlan;
using Appliance.Retention.Requests;
using Appliance.Retention.Rules;
using Appliance.Tests.Retention.Store;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Rules;

/// <summary>
/// Static and dynamic addresses are of different rules in some States. Which one an address is says the plan.
/// </summary>
public sealed class AddressUseTests
{
    private const string Static = "203.0.113.9";
    private const string Dynamic = "198.51.100.9";
    private const string Shared = "192.0.2.9";
    private const string Moved = "203.0.113.200";

    private static readonly string[] PlanLines =
    [
        PlanFile.Header, "203.0.113.0/25,fixed,,,", "198.51.100.0/24,dynamic,,,", "192.0.2.0/24,shared,,,",
        "203.0.113.128/25,fixed,,,2024-10-04T00:02Z", "203.0.113.128/25,shared,,2024-10-04T00:02Z,",
    ];

    // Tables 2.4 and 2.5 of T-CY(2014)17. Germany names the same authorities for both; what it tells apart is whether
    // the address is personal data (2.1).
    [Theory]
    [InlineData("AT", AuthorityKind.Police, Static, null)]
    [InlineData("AT", AuthorityKind.Police, Dynamic, "authority_power AT/subscriber_dynamic")]
    [InlineData("AT", AuthorityKind.Police, Shared, "authority_power AT/subscriber_dynamic")]
    [InlineData("AT", AuthorityKind.Prosecutor, Dynamic, null)]
    [InlineData("DK", AuthorityKind.Police, Static, null)]
    [InlineData("DK", AuthorityKind.Police, Dynamic, "authority_power DK/subscriber_dynamic")]
    [InlineData("DK", AuthorityKind.Court, Dynamic, null)]
    [InlineData("SI", AuthorityKind.Police, Static, null)]
    [InlineData("SI", AuthorityKind.Police, Dynamic, "authority_power SI/subscriber_dynamic")]
    [InlineData("SI", AuthorityKind.Court, Dynamic, null)]
    [InlineData("DE", AuthorityKind.Police, Static, null)]
    [InlineData("DE", AuthorityKind.Police, Dynamic, null)]
    [InlineData("DE", AuthorityKind.Police, Shared, null)]
    internal void What_the_plan_says_of_an_address_decides_which_rule_of_the_state_applies(
        string state, AuthorityKind authority, string address, string? refusal)
    {
        GateVerdict verdict = Judge(state, authority, Plan(), address);

        Assert.Equal(refusal, verdict.Refusal is { } no ? $"{no.Rule} {no.Decision}" : null);
    }

    [Theory]
    [InlineData(AddressUse.Fixed, Static)]
    [InlineData(AddressUse.Dynamic, Dynamic)]
    [InlineData(AddressUse.Dynamic, Static, Dynamic)]
    [InlineData(AddressUse.Shared, Static, Dynamic, Shared)]
    [InlineData(AddressUse.Shared, Moved)]
    [InlineData(AddressUse.Shared, "10.0.0.1")]
    internal void One_address_that_is_shared_or_changes_or_is_not_in_the_plan_makes_the_order_one_for_shared_ones(
        AddressUse use, params string[] addresses) =>
        Assert.Equal(use, Facts("AT", AuthorityKind.Police, Plan(), addresses).Scope.AddressUse);

    [Fact]
    public void Without_a_plan_the_milder_rule_is_never_taken() =>
        Assert.Equal("authority_power", Judge("AT", AuthorityKind.Police, null, Static).Refusal!.Rule);

    private static Plan Plan() => PlanFile.TryParse(PlanLines, out List<PlanEntry> entries, out string problem)
        ? new Plan(entries)
        : throw new InvalidOperationException(problem);

    private static GateVerdict Judge(string state, AuthorityKind authority, Plan? plan, string address) =>
        Orders.Judge(Facts(state, authority, plan, address));

    /// <summary>A signed order of this State, as the gate sees it; it states all that any rule asks for.</summary>
    private static OrderFacts Facts(string state, AuthorityKind authority, Plan? plan, params string[] addresses)
    {
        ulong now = (ulong)LeapSeconds.ToUtc(TestBox.At(43_200));
        PublicKey key = KeySet.MakeLab(new Random(3).NextBytes, TestBox.Day, 1).OpenDeviceKey().Public;
        Enrolment asker = Person(1, Words.Of<AuthorityKind>(authority), key);
        Enrolment chief = Person(2, Words.Of<AuthorityKind>(authority), key);
        var request = new Request
        {
            Id = new Id16(1, 1),
            Notice = default,
            Jurisdiction = state,
            Authority = "an authority",
            LegalBasis = "the basis",
            Purpose = 1,
            Case = "case 17",
            Statements = [.. RuleBook.BuiltIn.Statements
                .Where(statement => statement.Id != "port_not_enough")
                .Select(statement => new RequestStatement(statement.Id, "because"))],
            Offence = null,
            IsSensitiveProfession = false,
            Scope = new Scope { Addresses = [.. addresses.Select(Of)] },
            FromUtcUs = (ulong)LeapSeconds.ToUtc(TestBox.At(60)),
            ToUtcUs = (ulong)LeapSeconds.ToUtc(TestBox.At(180)),
            Urgency = RequestUrgency.None,
            MadeUtcUs = now,
            ExpiresUtcUs = now + 86_400_000_000,
            NotifyUtcUs = null,
            Requester = asker.Person,
            Questions = 1,
            Candidates = 1,
            SealTo = null,
        };
        var approval = new Approval
        {
            Request = request.Id, Digest = default, Approver = chief.Person, IsApproved = true, UtcUs = now,
            IsOral = false, Remarks = "",
        };
        return OrderLaw.FactsOf(
            new Order(request, default, asker, [(approval, chief)]), now, now, isLive: false, plan);
    }

    private static ScopeAddress Of(string text) => new(TestBox.Address(text), 0, 0);

    private static Enrolment Person(ulong number, string kind, PublicKey key) => new()
    {
        Number = 1,
        Person = new Id16(0, number),
        Label = "person",
        Authority = "an authority",
        Roles = PersonRoles.Requester | PersonRoles.Approver,
        Key = key,
        FromUtcUs = 0,
        UntilUtcUs = ulong.MaxValue,
        RelyingParty = "",
        Origin = "",
        Kind = kind,
        Office = "",
    };
}
