using System.Globalization;
using System.Net.Sockets;
using Appliance.Linux.Process;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Appliance.Edge.Service;

/// <summary>
/// HTTP over a Unix socket for the field engineer's program. Who may ask is decided by the kernel's word on the peer:
/// root, or the user that the daemon runs as.
/// </summary>
internal static class AdminSocket
{
    /// <summary>Adds the socket to a host that is being built.</summary>
    public static void Listen(WebApplicationBuilder builder, string path)
    {
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(path));
        builder.Services.AddRoutingCore();
    }

    /// <summary>
    /// Makes way for the socket. Called by the one process that holds the journal, so that a second one that is refused
    /// does not take the first one's socket away.
    /// </summary>
    public static void Clear(string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.Delete(path);
    }

    /// <summary>Maps what may be asked.</summary>
    /// <param name="app">The host.</param>
    /// <param name="board">Where the status stands.</param>
    /// <param name="handOver">
    /// Begins to hand over to a process; the last stamp that this one records, or null where it does not record.
    /// </param>
    public static void Map(WebApplication app, StatusBoard board, Func<int, HandOverStamp?> handOver)
    {
        app.Use(OnlyKnownPeers);
        app.UseRouting();
        app.MapGet("/status", () => Answer(board, status => status));
        app.MapGet("/legs", () => Answer(board, status => new { status.Legs, status.Loss, status.Delays }));
        app.MapGet("/storage", () => Answer(board, status => status.Storage));
        app.MapGet("/uplink", () => Answer(board, status => status.Uplink));
        app.MapGet("/nat", () => Answer(board, status => new { status.Flows, status.Timeouts }));
        app.MapPost("/hand-over", context => HandOver(context, handOver));
    }

    /// <summary>Lets only the owner and its group use the socket once it is there.</summary>
    public static void Protect(string path) => File.SetUnixFileMode(
        path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);

    private static IResult Answer<T>(StatusBoard board, Func<BoxStatus, T> part) => board.Latest is { } status
        ? Results.Json(part(status), BoxStatus.Json)
        : Results.Json(new { error = "starting" }, BoxStatus.Json, statusCode: StatusCodes.Status503ServiceUnavailable);

    private static Task HandOver(HttpContext context, Func<int, HandOverStamp?> handOver)
    {
        Socket? socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (socket is not null && handOver(PeerUser.Of(socket).Process) is { } last)
        {
            string text = last.SystemNs.ToString(CultureInfo.InvariantCulture);
            context.Response.Headers[Predecessor.RawHeader] = last.RawNs.ToString(CultureInfo.InvariantCulture);
            context.Response.ContentLength = text.Length;
            return context.Response.WriteAsync(text);
        }

        context.Response.StatusCode = StatusCodes.Status409Conflict;
        return context.Response.WriteAsync("it is starting or ending itself");
    }

    private static Task OnlyKnownPeers(HttpContext context, RequestDelegate next)
    {
        Socket? socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (socket is not null && IsKnown(socket))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("the admin socket answers root and the daemon's own user");
    }

    private static bool IsKnown(Socket socket) =>
        PeerUser.Of(socket).User is uint user && (user == 0 || user == OwnUser.Id);
}
