using System.Buffers.Text;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.WebConsole;

/// <summary>Log in by the key that is enrolled, and out.</summary>
internal static class LoginPages
{
    /// <summary>To where the person's work is.</summary>
    public static Reply Begin(Visit visit) => Reply.See(visit.Who?.Roles switch
    {
        null => "/login",
        { } roles when roles.HasFlag(PersonRoles.Requester) => "/requests",
        { } roles when roles.HasFlag(PersonRoles.Approver) => "/queue",
        { } roles when roles.HasFlag(PersonRoles.Auditor) => "/log",
        _ => "/login",
    });

    public static Reply Show(Visit visit) => visit.Page("Log in", Html.Of($"""
        <h1>Log in</h1>
        <p>With the key that operator and custodian enrolled for you: a security key with a PIN, or the key of your
        computer or telephone. There are no passwords here.</p>
        <form method="post" action="/login" data-ceremony="get" data-party="{visit.Parts.Options.RelyingParty}"
            data-challenge="{Text(visit.Parts.Challenges.Make(Ceremony.Login), out string challenge)}">
        <input type="hidden" name="challenge" value="{challenge}">
        {AnswerFields}
        <button>Log in with your key</button>
        <p class="told" data-told role="status"></p>
        </form>
        {NeedsScript}
        <p><a href="/register">I have no key here yet</a></p>
        """));

    public static Reply Login(Visit visit)
    {
        Assertion? answer = Assertions.Read(visit);
        OrderRefusal? wrong = FindPerson(visit, out Enrolment? person);
        byte[]? given = visit.Bytes("challenge", Hash32.Size);
        Hash32 challenge = given is { Length: Hash32.Size } ? Hash32.FromBytes(given) : default;
        wrong ??= answer is null ? Assertions.Refusal(AssertionFault.Form) : null;

        // Who cannot sign uses up nobody's challenge: the signature first.
        AssertionFault fault = wrong is null ? answer!.Check(challenge, person!) : AssertionFault.None;
        wrong ??= fault != AssertionFault.None ? Assertions.Refusal(fault)
            : !visit.Parts.Challenges.TryUse(challenge, Ceremony.Login) ? Used
            : visit.Parts.Counts.Advance(person!.Key.Kid, answer!.SignCount);
        if (wrong is not null)
        {
            return visit.Refuse(wrong);
        }

        Session? session = visit.Parts.Sessions.Begin(person!.Person, person.Key.Kid, visit.Field("credential"));
        return session is null
            ? visit.Refuse(new OrderRefusal("console.full", "too many people are logged in; try again later"), 503)
            : Reply.See("/") with { Cookie = session.Id };
    }

    public static Reply Logout(Visit visit)
    {
        if (visit.Session is { } session)
        {
            visit.Parts.Sessions.End(session);
            visit.Parts.Answers.Forget(session);
        }

        return Reply.See("/login") with { Cookie = "" };
    }

    /// <summary>The hidden fields that an authenticator's answer is put into.</summary>
    public static Html AnswerFields { get; } = Html.Of($"""
        <input type="hidden" name="credential"><input type="hidden" name="person"><input type="hidden" name="data">
        <input type="hidden" name="client"><input type="hidden" name="signature">
        """);

    public static Html NeedsScript { get; } = Html.Of($"""
        <noscript><p class="note bad">Keys need the one script of this page: allow script for it.</p></noscript>
        """);

    public static OrderRefusal Used { get; } = new(
        "webauthn.used", "this page was used before, or is too old; load it again");

    /// <summary>A challenge as pages carry it.</summary>
    public static string Text(Hash32 challenge, out string again)
    {
        again = Base64Url.EncodeToString(challenge.ToArray());
        return again;
    }

    private static OrderRefusal? FindPerson(Visit visit, out Enrolment? person)
    {
        person = null;
        byte[]? handle = visit.Bytes("person", Id16.Size);
        if (handle is not { Length: Id16.Size })
        {
            return new OrderRefusal("people.unknown", "the key does not say whose it is; register one here");
        }

        Id16 id = Id16.FromBytes(handle);
        person = visit.Desk.Orders.People.Find(id);
        return person is null ? new OrderRefusal(
                "people.unknown",
                $"person {id} is not enrolled here yet; operator and custodian do that with `retention people enrol`")
            : person.Origin != visit.Parts.Options.OriginText
                ? new OrderRefusal("people.origin", "the person is enrolled with a key of another place than this")
            : !person.IsValidAt(UtcClock.Now(visit.Parts.Clock))
                ? new OrderRefusal("people.ended", "the enrolment is not in force")
            : null;
    }
}
