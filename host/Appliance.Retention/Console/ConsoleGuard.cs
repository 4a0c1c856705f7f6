using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Http;

namespace Appliance.Retention.WebConsole;

/// <summary>
/// What every call must pass before anything is looked at: this host, this origin for whatever changes something, not
/// too many calls. And what every answer carries: no script but our own, no frame, nothing kept.
/// </summary>
internal sealed class ConsoleGuard(ConsoleOptions options) : IDisposable
{
    // No inline script or style, no frame, no other origin; forms go nowhere else.
    private const string ContentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'";

    private static readonly (string Name, string Value)[] Headers =
    [
        ("Content-Security-Policy", ContentPolicy),
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),

        // With "no-referrer" browsers would send "Origin: null" with our own forms (Fetch, 3.1).
        ("Referrer-Policy", "same-origin"),
        ("Cache-Control", "no-store"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Resource-Policy", "same-origin"),
        ("Strict-Transport-Security", "max-age=31536000"),
        ("Permissions-Policy", "camera=(), microphone=(), geolocation=(), "
            + "publickey-credentials-get=(self), publickey-credentials-create=(self)"),
    ];

    private readonly PartitionedRateLimiter<HttpContext> calls = Limiter(ConsoleLimits.CallsPerMinute);
    private readonly PartitionedRateLimiter<HttpContext> ceremonies = Limiter(ConsoleLimits.CeremoniesPerMinute);

    public Task Judge(HttpContext context, RequestDelegate next)
    {
        foreach ((string name, string value) in Headers)
        {
            context.Response.Headers[name] = value;
        }

        return Problem(context) is (int status, string sentence) ? Refuse(context, status, sentence) : next(context);
    }

    public void Dispose()
    {
        calls.Dispose();
        ceremonies.Dispose();
    }

    private (int Status, string Sentence)? Problem(HttpContext context)
    {
        HttpRequest request = context.Request;
        bool changes = !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method);
        if (!IsAllowed(calls, context)
            || (changes && request.Path.Value is "/login" or "/register" && !IsAllowed(ceremonies, context)))
        {
            return (StatusCodes.Status429TooManyRequests, "Too many calls from this address; wait a minute.");
        }

        // A foreign name that resolves to us would share nothing with us, but it could be used to confuse people.
        if (!string.Equals(request.Host.Value, options.Origin.Authority, StringComparison.OrdinalIgnoreCase))
        {
            return (StatusCodes.Status421MisdirectedRequest, $"This is {options.OriginText}; use that address.");
        }

        // Browsers name the origin with every form; who names none is no browser of ours.
        bool isOurs = request.Headers.Origin == options.OriginText
            && request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin";
        return !changes || isOurs
            ? null
            : (StatusCodes.Status403Forbidden, "This form was sent from another page; nothing was done.");
    }

    private static bool IsAllowed(PartitionedRateLimiter<HttpContext> limiter, HttpContext context)
    {
        using RateLimitLease lease = limiter.AttemptAcquire(context);
        return lease.IsAcquired;
    }

    private static Task Refuse(HttpContext context, int status, string sentence)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        if (status == StatusCodes.Status429TooManyRequests)
        {
            context.Response.Headers.RetryAfter = "60";
        }

        return context.Response.WriteAsync(sentence + "\n");
    }

    private static PartitionedRateLimiter<HttpContext> Limiter(int perMinute) =>
        PartitionedRateLimiter.Create<HttpContext, string>(context => RateLimitPartition.GetFixedWindowLimiter(
            PartitionOf(context.Connection.RemoteIpAddress),
            _ => new FixedWindowRateLimiterOptions
            {
                PermitLimit = perMinute, Window = TimeSpan.FromMinutes(1), QueueLimit = 0,
            }));

    // Whoever has an IPv6 address has at least 2^64 of them.
    private static string PartitionOf(IPAddress? address) => address switch
    {
        null => "",
        { AddressFamily: AddressFamily.InterNetworkV6, IsIPv4MappedToIPv6: false } =>
            Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        _ => address.MapToIPv4().ToString(),
    };
}
