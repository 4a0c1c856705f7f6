using System.Net.Sockets;
using System.Text.Json;
using Appliance.Linux.Process;
using Appliance.Retention.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Appliance.Retention.Warden;

/// <summary>
/// HTTP with JSON over a Unix socket, for few callers: the kernel says who calls; root, the own user and those given
/// are let in. One call at a time.
/// </summary>
/// <param name="role">warden or witness: who turns others away.</param>
/// <param name="users">Numbers of the users that may call.</param>
internal sealed class PeerSocket(string role, IReadOnlySet<uint> users)
{
    private readonly Lock one = new();

    /// <summary>Answers until stopped.</summary>
    /// <param name="path">The socket; an old one is replaced.</param>
    /// <param name="map">Names what is answered.</param>
    /// <param name="hourly">What is to be done once an hour, and at the start; no call runs meanwhile.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(string path, Action<WebApplication> map, Action hourly, CancellationToken stop)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = WardenLimits.MessageBytesMax;
            kestrel.ListenUnixSocket(path);
        });
        builder.Services.AddRoutingCore();
        await using WebApplication app = builder.Build();
        app.Use(OnlyKnownUsers);
        app.UseRouting();
        map(app);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.Delete(path);
        await app.StartAsync(stop);

        // Who may connect is decided by the peer's user, not by the file's mode.
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        while (!stop.IsCancellationRequested)
        {
            lock (one)
            {
                hourly();
            }

            await Task.Delay(WardenLimits.ForgetEvery, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await app.StopAsync(CancellationToken.None);
    }

    /// <summary>Answers one call: what was made, or the refusal.</summary>
    public async Task Answer<T>(HttpContext context, Func<T, (OrderRefusal? Refusal, object? Made)> act)
        where T : class
    {
        T? ask = await Read<T>(context);
        (OrderRefusal? Refusal, object? Made) result;
        lock (one)
        {
            result = ask is null
                ? (new OrderRefusal("message.form", $"the message is not one that a {role} reads"), null)
                : act(ask);
        }

        IResult answer = result.Refusal is { } refusal
            ? Results.Json(
                new WardenNo(refusal.Rule, refusal.Sentence),
                WardenJson.Options,
                statusCode: StatusCodes.Status403Forbidden)
            : Results.Json(result.Made, WardenJson.Options);
        await answer.ExecuteAsync(context);
    }

    private static async Task<T?> Read<T>(HttpContext context)
        where T : class
    {
        try
        {
            return await JsonSerializer.DeserializeAsync<T>(
                context.Request.Body, WardenJson.Options, context.RequestAborted);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>A call that asks for nothing but what is there.</summary>
    public IResult Tell(Func<object> read)
    {
        lock (one)
        {
            return Results.Json(read(), WardenJson.Options);
        }
    }

    private Task OnlyKnownUsers(HttpContext context, RequestDelegate next)
    {
        Socket? socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (socket is not null && PeerUser.Of(socket).User is uint user
            && (user == 0 || user == OwnUser.Id || users.Contains(user)))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync($"this {role} answers root, its own user and the store's");
    }
}
