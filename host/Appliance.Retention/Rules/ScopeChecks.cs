using Appliance.Retention.Archive;

namespace Appliance.Retention.Rules;

/// <summary>Whether an order asks for what its purpose is about, and for no more.</summary>
internal sealed class ScopeChecks(RuleBook book, OrderFacts order)
{
    private readonly OrderScope scope = order.Scope;

    public RuleRefusal? First() => Subject() ?? SubjectAccess() ?? Port() ?? Wider();

    private RuleRefusal? Subject()
    {
        string? wrong = order.Purpose switch
        {
            OrderPurpose.WhoSent or OrderPurpose.SubjectAccess => null,
            OrderPurpose.WhichServices or OrderPurpose.WhetherUsed when scope.Subject != OrderSubject.Line =>
                "This one names an address: ask who held it first.",
            OrderPurpose.WhichServices => null,
            OrderPurpose.WhetherUsed => scope.HasDestination ? null : "This one names no service.",
            _ => "This one has no purpose: 1, 2, 3, or 4 for subject access.",
        };
        return wrong is null ? null : book.Refuse("purpose_subject", wrong);
    }

    private RuleRefusal? SubjectAccess() =>
        order.Purpose != OrderPurpose.SubjectAccess
            ? order.Authority == AuthorityKind.DataSubject
                ? book.Refuse("subject_access", "A person may ask for nothing else.")
                : null
        : order.Authority != AuthorityKind.DataSubject
            ? book.Refuse("subject_access", "An authority has purposes 1 to 3.")
        : order.ApproverAuthority is AuthorityKind.None or AuthorityKind.DataSubject
            ? book.Refuse("subject_access", "An authority or the operator approves it, not a person who asks.")
        : scope.Subject != OrderSubject.Line ? book.Refuse("subject_access", "It names the line, not an address.")
        : !order.States("identity_checked")
            ? book.Refuse("subject_access", OrderChecks.Missing(book, "identity_checked"))
        : !order.States("line_held") ? book.Refuse("subject_access", OrderChecks.Missing(book, "line_held"))
        : null;

    private RuleRefusal? Port() =>
        order.Purpose == OrderPurpose.WhoSent && scope.HasPort && scope.Sections.HasFlag(SectionSet.Contact)
            && !order.States("port_not_enough")
            ? book.Refuse("port_opens_attribution_alone", OrderChecks.Missing(book, "port_not_enough"))
            : null;

    private RuleRefusal? Wider()
    {
        SectionSet most = Categories.SectionsOf(order.Purpose, scope, order.States("port_not_enough"));
        return scope.Sections == SectionSet.None ? book.Refuse("scope_wider", "It names no section at all.")
            : (scope.Sections & ~most) != 0
                ? book.Refuse("scope_wider", $"It needs {Words.Of(most)} and asks for {Words.Of(scope.Sections)}.")
            : scope.LinesMax < 1 || scope.QuestionsMax < 1
                ? book.Refuse("scope_wider", "It does not bound lines and questions.")
            : null;
    }
}
