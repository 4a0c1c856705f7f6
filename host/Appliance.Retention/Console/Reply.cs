using System.Text;
using Microsoft.AspNetCore.Http;

namespace Appliance.Retention.WebConsole;

/// <summary>What a call is answered with.</summary>
/// <param name="Status">Status code of HTTP.</param>
/// <param name="Type">Content type; empty where there is no body.</param>
/// <param name="Body">Body.</param>
internal sealed record Reply(int Status, string Type, ReadOnlyMemory<byte> Body)
{
    /// <summary>Where to go instead.</summary>
    public string? Location { get; init; }

    /// <summary>Name of the file, where it is one to be kept.</summary>
    public string? FileName { get; init; }

    /// <summary>New value of the session's cookie; empty to take it away.</summary>
    public string? Cookie { get; init; }

    public static Reply Page(Html page, int status = StatusCodes.Status200OK) =>
        new(status, "text/html; charset=utf-8", Encoding.UTF8.GetBytes(page.ToString()));

    /// <summary>After a form: go there and look.</summary>
    public static Reply See(string location) =>
        new(StatusCodes.Status303SeeOther, "", default) { Location = location };

    public static Reply File(string name, string type, ReadOnlyMemory<byte> content) =>
        new(StatusCodes.Status200OK, type, content) { FileName = name };

    public async Task Write(HttpContext context)
    {
        HttpResponse response = context.Response;
        response.StatusCode = Status;
        if (Location is not null)
        {
            response.Headers.Location = Location;
        }

        if (FileName is not null)
        {
            response.Headers.ContentDisposition = $"attachment; filename=\"{FileName}\"";
        }

        if (Cookie is not null)
        {
            response.Headers.SetCookie = CookieOf(Cookie);
        }

        if (Body.Length > 0)
        {
            response.ContentType = Type;
            response.ContentLength = Body.Length;
            await response.Body.WriteAsync(Body, context.RequestAborted);
        }
    }

    // The prefix makes browsers refuse the cookie from any other host, path, or without TLS (RFC 6265bis, 4.1.3.2).
    private static string CookieOf(string value) => $"{Visit.CookieName}={value}; Path=/; Secure; HttpOnly; "
        + "SameSite=Strict" + (value.Length == 0 ? "; Max-Age=0" : "");
}
