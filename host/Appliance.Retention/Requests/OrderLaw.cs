using Appliance.Retention.AddressPlan;
using Appliance.Retention.Archive;
using Appliance.Retention.Commands;
using Appliance.Retention.Referrals;
using Appliance.Retention.Rules;
using Appliance.Retention.Warden;
using Appliance.Wire;
using Refusal = Appliance.Wire.Refusal;

namespace Appliance.Retention.Requests;

/// <summary>Puts a signed order before the gate of the rules, and the gate's word into the order's terms.</summary>
internal static class OrderLaw
{
    public const string Ending = ".rules";

    /// <summary>The gate, with the confirmations in a folder.</summary>
    /// <exception cref="ArchiveException">A confirmation is not signed by both roles.</exception>
    /// <param name="confirmations">Folder of confirmations.</param>
    /// <param name="trust">Pinned keys.</param>
    /// <param name="heldSince">When a legal hold was made, UTC microseconds since 1970; null for an unknown
    /// one.</param>
    /// <param name="plan">Own address plan; null where there is none: then every address counts as shared.</param>
    public static LawGate Load(string confirmations, WardenTrust trust, Func<Id16, ulong?> heldSince, Plan? plan)
    {
        HashSet<(string, string)> confirmed = [.. Confirmed(confirmations, trust.Control)];
        var gate = new Gate(RuleBook.BuiltIn, (jurisdiction, hash) => confirmed.Contains((jurisdiction, hash)));
        return (order, now) => gate.Judge(
            FactsOf(order, now, KeptAt(order, now, heldSince), !trust.IsLab, plan)).Refusal is { } refusal
            ? new OrderRefusal($"law.{refusal.Rule}", $"{refusal.Sentence} ({refusal.Place})")
            : null;
    }

    /// <summary>Jurisdictions and the hashes of their rules that were confirmed.</summary>
    /// <exception cref="ArchiveException">A confirmation is not signed by both roles.</exception>
    public static IReadOnlyList<(string Jurisdiction, string Hash)> Confirmed(string folder, ControlTrust trust)
    {
        var confirmed = new List<(string, string)>();
        foreach (string file in Directory.Exists(folder) ? Directory.GetFiles(folder, "*" + Ending) : [])
        {
            Refusal refusal = RulesConfirmation.TryVerify(
                File.ReadAllBytes(file), trust, out RulesConfirmation? confirmation);
            if (refusal != Refusal.None)
            {
                throw new ArchiveException(
                    $"{file} is no confirmation to rely on: {refusal.Sentence()}; remove it");
            }

            confirmed.Add((confirmation!.Jurisdiction, confirmation.Rules.ToString()));
        }

        return confirmed;
    }

    /// <summary>What the gate looks at. Who the authority is comes from the enrolments, never from the
    /// request.</summary>
    /// <param name="order">The order, approved.</param>
    /// <param name="nowUtcUs">UTC now, microseconds since 1970.</param>
    /// <param name="keptAtUtcUs">As of when its period is judged: now, or when the hold that it names was
    /// made.</param>
    /// <param name="isLive">False in the lab alone.</param>
    /// <param name="plan">What addresses are used for.</param>
    public static OrderFacts FactsOf(Order order, ulong nowUtcUs, ulong keptAtUtcUs, bool isLive, Plan? plan)
    {
        Request request = order.Request;
        (Approval approval, Enrolment by) = order.Approved
            ?? throw new InvalidOperationException("the gate judges approved orders");
        TaiTime oldest = AskDoor.OldestAt(LeapSeconds.ToTai((long)keptAtUtcUs));
        return new OrderFacts
        {
            Jurisdiction = request.Jurisdiction,
            Authority = KindOf(order.Requester.Kind),
            ApproverAuthority = KindOf(by.Kind),
            Requester = order.Requester.Person.ToString(),
            Approver = by.Person.ToString(),
            RequesterRole = order.Requester.Office,
            ApproverRole = by.Office,
            LegalBasis = request.LegalBasis,
            Case = request.Case,
            Purpose = (OrderPurpose)request.Purpose,
            Statements = request.Statements.ToDictionary(statement => statement.Id, statement => statement.Text),
            SensitiveProfession = request.IsSensitiveProfession,
            Offence = request.Offence is { } offence
                ? new Offence(offence.Name, offence.IsSerious, (int)offence.SentenceYears, offence.Grounds)
                : null,
            Scope = ScopeOf(request, plan),
            From = TimeOf(request.FromUtcUs),
            To = TimeOf(request.ToUtcUs),
            Urgency = approval.IsOral ? Urgency.Spoken : (Urgency)request.Urgency,
            ApprovedAt = TimeOf(approval.UtcUs),
            Expiry = TimeOf(request.ExpiresUtcUs),
            NotificationDate = request.NotifyUtcUs is { } notify ? TimeOf(notify) : null,
            Now = TimeOf(nowUtcUs),
            KeptAt = TimeOf(keptAtUtcUs),
            RetentionBegin = TimeOf((ulong)LeapSeconds.ToUtc(oldest)),
            IsLive = isLive,
        };
    }

    private static ulong KeptAt(Order order, ulong nowUtcUs, Func<Id16, ulong?> heldSince) =>
        Holds.HeldOrder.HoldOf(order.Request) is { } hold && heldSince(hold) is { } made
            ? Math.Min(made, nowUtcUs)
            : nowUtcUs;

    private static OrderScope ScopeOf(Request request, Plan? plan)
    {
        bool hasPort = request.Scope.Addresses.Count > 0;
        foreach (ScopeAddress address in request.Scope.Addresses)
        {
            hasPort &= address.Port != 0;
        }

        var referral = ReferralOrder.Of(request);
        hasPort &= referral is null;
        bool hasDestination = referral is { HasDestinations: true }
            || request.Scope.Services.Count + request.Scope.Remotes.Count > 0;
        return new OrderScope
        {
            Subject = request.Scope.Addresses.Count > 0 || referral is not null
                ? OrderSubject.Address
                : OrderSubject.Line,
            AddressUse = referral is null ? UseOf(request, plan) : AddressUse.Shared,
            HasPort = hasPort,
            HasDestination = hasDestination,
            Sections = request.Purpose == 1 && !hasDestination ? SectionSet.Attribution : SectionSet.Both,
            LinesMax = (int)Math.Min(request.Candidates, int.MaxValue),
            QuestionsMax = (int)Math.Min(referral?.Lines ?? request.Questions, int.MaxValue),
        };
    }

    /// <summary>
    /// The least of the uses that the addresses have through the order's whole period: one that is shared, or of which
    /// the plan does not say, makes the order one for shared addresses.
    /// </summary>
    private static AddressUse UseOf(Request request, Plan? plan)
    {
        AddressUse least = request.Scope.Addresses.Count > 0 ? AddressUse.Fixed : AddressUse.Shared;
        TaiTime from = LeapSeconds.ToTai((long)request.FromUtcUs);
        TaiTime to = LeapSeconds.ToTai((long)request.ToUtcUs);
        foreach (ScopeAddress address in request.Scope.Addresses)
        {
            AddressUse use = plan?.FindThrough(address.Address, from, to)?.Use switch
            {
                PlanUse.Fixed => AddressUse.Fixed,
                PlanUse.Dynamic => AddressUse.Dynamic,
                _ => AddressUse.Shared,
            };
            least = use < least ? use : least;
        }

        return least;
    }

    private static AuthorityKind KindOf(string word)
    {
        foreach (AuthorityKind kind in Enum.GetValues<AuthorityKind>())
        {
            if (Words.Of<AuthorityKind>(kind) == word)
            {
                return kind;
            }
        }

        return AuthorityKind.None;
    }

    private static DateTimeOffset TimeOf(ulong utcUs) =>
        DateTimeOffset.UnixEpoch.AddTicks((long)Math.Min(utcUs, long.MaxValue / 20) * TimeSpan.TicksPerMicrosecond);
}
