using System.Net.Sockets;
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
    // SOL_SOCKET and SO_PEERCRED of Linux; struct ucred is pid, uid, gid, 32 bits each (unix(7)).
    private const int SolSocket = 1;
    private const int SoPeerCred = 17;
    private const int PeerCredBytes = 12;

    /// <summary>Adds the socket to a host that is being built.</summary>
    public static void Listen(WebApplicationBuilder builder, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.Delete(path);
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(path));
        builder.Services.AddRoutingCore();
    }

    /// <summary>Maps what may be asked.</summary>
    public static void Map(WebApplication app, StatusBoard board)
    {
        app.Use(OnlyKnownPeers);
        app.UseRouting();
        app.MapGet("/status", () => Answer(board, status => status));
        app.MapGet("/legs", () => Answer(board, status => new { status.Legs, status.Loss }));
        app.MapGet("/storage", () => Answer(board, status => status.Storage));
        app.MapGet("/uplink", () => Answer(board, status => status.Uplink));
        app.MapGet("/nat", () => Answer(board, status => status.Flows));
    }

    /// <summary>Lets only the owner and its group use the socket once it is there.</summary>
    public static void Protect(string path) => File.SetUnixFileMode(
        path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite);

    private static IResult Answer<T>(StatusBoard board, Func<BoxStatus, T> part) => board.Latest is { } status
        ? Results.Json(part(status), BoxStatus.Json)
        : Results.Json(new { error = "starting" }, BoxStatus.Json, statusCode: StatusCodes.Status503ServiceUnavailable);

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

    private static bool IsKnown(Socket socket)
    {
        Span<byte> peer = stackalloc byte[PeerCredBytes];
        int length = socket.GetRawSocketOption(SolSocket, SoPeerCred, peer);
        uint user = BitConverter.ToUInt32(peer[4..]);
        return length == PeerCredBytes && (user == 0 || user == Linux.Process.OwnUser.Id);
    }
}
