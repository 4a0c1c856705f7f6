using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>Shows exactly what will be signed, takes the signature, and hands the paper to the desk.</summary>
internal static class SignPages
{
    /// <summary>Begins to sign: to the page that shows it.</summary>
    public static Reply Begin(Visit visit, SignedType type, Id16 request, byte[] payload)
    {
        Hash32 challenge = PersonSigned.IdOf(type, payload, visit.Person.Key.Kid);
        return Reply.See("/sign/" + visit.Logged.Add(new UnsignedPaper(type, request, payload, challenge)));
    }

    public static Reply Show(Visit visit)
    {
        if (visit.Logged.Find(visit.Route("name")) is not { } paper)
        {
            return visit.Refuse(Gone, 404);
        }

        ConsoleOptions options = visit.Parts.Options;
        return visit.Page("Sign", Html.Of($"""
            <h1>{Title(paper)}</h1>
            {Words(visit, paper)}
            <h2>The very bytes that you sign</h2>
            <p>As CBOR in diagnostic notation, made from the bytes themselves.</p>
            <pre id="canonical">{CborText.Of(paper.Payload)}</pre>
            <dl class="facts">{Page.Code("SHA-256 of these bytes", Hash32.Of(paper.Payload).ToString())}
            {Page.Code("What your key signs", paper.Challenge.ToString())}</dl>
            <form method="post" action="/sign/{visit.Route("name")}" data-ceremony="get"
                data-party="{options.RelyingParty}" data-credential="{visit.Logged.Credential}"
                data-challenge="{LoginPages.Text(paper.Challenge, out _)}">
            {LoginPages.AnswerFields}
            <button>Sign with your key</button>
            <p class="told" data-told role="status"></p>
            </form>
            {LoginPages.NeedsScript}
            """));
    }

    public static Reply Sign(Visit visit)
    {
        string name = visit.Route("name");
        if (visit.Logged.Find(name) is not { } paper)
        {
            return visit.Refuse(Gone);
        }

        Assertion? answer = Assertions.Read(visit);
        OrderRefusal? wrong = Assertions.Check(visit, answer, paper.Challenge, visit.Person);
        if (wrong is not null)
        {
            return visit.Refuse(visit.Desk.Orders.Refused(
                wrong, paper.Payload, visit.Desk.Orders.Has(paper.Request)
                    ? visit.Desk.Orders.Find(paper.Request)
                    : null));
        }

        if (!visit.Logged.TryTake(name))
        {
            return visit.Refuse(Gone);
        }

        byte[] signed = PersonSigned.OfAssertion(
            paper.Payload,
            visit.Person.Key.Kid,
            answer!.AuthenticatorData.Span,
            answer.ClientData.Span,
            answer.Signature.Span);
        lock (visit.Parts.Papers)
        {
            wrong = paper.Type == SignedType.Request
                ? visit.Desk.Orders.File(signed, out _)
                : visit.Desk.Orders.Sign(paper.Request, signed);
        }

        return wrong is null ? Reply.See($"/requests/{paper.Request}") : visit.Refuse(wrong);
    }

    private static OrderRefusal Gone { get; } = new(
        "sign.gone", "there is nothing to sign here: it was signed already, or you logged in anew; begin again");

    private static string Title(UnsignedPaper paper) => paper.Type == SignedType.Request
        ? "Sign this request"
        : Approved(paper) ? "Sign your approval" : "Sign your refusal";

    private static bool Approved(UnsignedPaper paper) =>
        Approval.TryDecode(paper.Payload, out Approval? approval) == Refusal.None && approval!.IsApproved;

    private static Html Words(Visit visit, UnsignedPaper paper)
    {
        if (paper.Type == SignedType.Request)
        {
            return Request.TryDecode(paper.Payload, out Request? request) == Refusal.None
                ? RequestView.Of(request!, visit.Person)
                : throw new InvalidOperationException("what is to be signed was read before");
        }

        Request? about = visit.Desk.Orders.Find(paper.Request);
        return about is null || Approval.TryDecode(paper.Payload, out Approval? said) != Refusal.None
            ? Html.None
            : Html.Of($"""
                <p>You <b>{(said!.IsApproved ? "approve" : "refuse")}</b> the request below, whose digest is
                <code>{said.Digest.ToString()}</code>.</p>
                <dl class="facts">{Page.Fact("Reason", said.Remarks)}
                {Page.Fact("Given by word of mouth", said.IsOral ? "yes" : "no")}</dl>
                <h2>The request</h2>
                {RequestView.Of(about, visit.Desk.Orders.People.Find(about.Requester))}
                """);
    }
}
