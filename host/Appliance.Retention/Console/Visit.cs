using System.Buffers.Text;
using Appliance.Retention.Requests;
using Appliance.Wire;
using Microsoft.AspNetCore.Http;

namespace Appliance.Retention.WebConsole;

/// <summary>One call of one person, with the desk open for it.</summary>
/// <param name="parts">What all calls share.</param>
/// <param name="context">The call.</param>
/// <param name="form">What was filled in; empty for a call that only looks.</param>
/// <param name="desk">The desk, as it stands on the disk now.</param>
internal sealed class Visit(ConsoleParts parts, HttpContext context, IFormCollection form, Desk desk)
{
    public const string CookieName = "__Host-session";

    public ConsoleParts Parts => parts;

    public Desk Desk => desk;

    /// <summary>Who is here; null before the login.</summary>
    public Enrolment? Who { get; private set; }

    public Session? Session { get; private set; }

    /// <summary>The session, in a handler that asked for a role.</summary>
    public Session Logged => Session ?? throw new InvalidOperationException("nobody is logged in");

    /// <summary>The person, in a handler that asked for a role.</summary>
    public Enrolment Person => Who ?? throw new InvalidOperationException("nobody is logged in");

    public CancellationToken Aborted => context.RequestAborted;

    /// <summary>A piece of the path.</summary>
    public string Route(string name) => context.Request.RouteValues[name] as string ?? "";

    public string Path => context.Request.Path.Value ?? "";

    /// <summary>A value of the address, trimmed; empty where there is none.</summary>
    public string Query(string name) => context.Request.Query[name].ToString().Trim();

    /// <summary>A field of the form, trimmed, with the line ends of this system; empty where there is none.</summary>
    public string Field(string name) => form[name].ToString().ReplaceLineEndings("\n").Trim();

    /// <summary>Bytes in base64url; null where they are none, or too many.</summary>
    public byte[]? Bytes(string name, int most)
    {
        string text = Field(name);
        return text.Length > 0 && text.Length <= 2 * most && Base64Url.IsValid(text)
            ? Base64Url.DecodeFromChars(text)
            : null;
    }

    /// <summary>The request that the path names, where it is there.</summary>
    public Id16? RequestId() =>
        Id16.TryParse(Route("id"), out Id16 id) && desk.Orders.Has(id) ? id : null;

    public Reply Page(string title, Html main, int status = StatusCodes.Status200OK) =>
        Reply.Page(WebConsole.Page.Of(this, title, main), status);

    /// <summary>A page that says why something was not done.</summary>
    public Reply Refuse(OrderRefusal refusal, int status = StatusCodes.Status403Forbidden) => Page(
        "Refused",
        Html.Of($"""<h1>Refused</h1>{WebConsole.Page.Refusal(refusal)}<p><a href="/">Back to the beginning</a></p>"""),
        status);

    public Reply NotFound() => Page(
        "Not found",
        Html.Of($"""
            <h1>Not found</h1>
            <p>There is nothing here, or it is not yours to see. <a href="/">Begin anew</a>.</p>
            """),
        StatusCodes.Status404NotFound);

    /// <summary>Finds who is here by the cookie: a session, whose person is still enrolled with that key.</summary>
    public void Recognise()
    {
        Session? session = parts.Sessions.Find(context.Request.Cookies[CookieName]);
        if (session is null)
        {
            return;
        }

        Enrolment? person = desk.Orders.People.Find(session.Person);
        if (person is not null && person.Key.Kid == session.Key && person.IsValidAt(UtcClock.Now(parts.Clock)))
        {
            Session = session;
            Who = person;
        }
        else
        {
            parts.Sessions.End(session);
        }
    }
}
