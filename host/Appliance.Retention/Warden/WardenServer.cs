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
/// The warden's door: HTTP with JSON over a Unix socket. The kernel says who calls; root, the warden's own user and the
/// store's user are let in, and even they get nothing that <see cref="Warden"/> does not allow. One call at a time.
/// </summary>
internal sealed class WardenServer(OpenWarden open, IReadOnlySet<uint> users)
{
    private readonly Lock one = new();
    private readonly Warden warden = open.Warden;

    /// <summary>Answers until stopped.</summary>
    /// <param name="path">The socket; an old one is replaced.</param>
    /// <param name="stop">Ends it.</param>
    public async Task RunAsync(string path, CancellationToken stop)
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
        Map(app);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        File.Delete(path);
        await app.StartAsync(stop);

        // Who may connect is decided by the peer's user, not by the file's mode.
        File.SetUnixFileMode(path, (UnixFileMode)0b110_110_110);
        while (!stop.IsCancellationRequested)
        {
            lock (one)
            {
                open.Forget();
            }

            await Task.Delay(WardenLimits.ForgetEvery, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await app.StopAsync(CancellationToken.None);
    }

    private void Map(WebApplication app)
    {
        app.Use(OnlyKnownUsers);
        app.UseRouting();
        app.MapGet("/status", () => Results.Json(open.Status.Read(warden), WardenJson.Options));
        app.MapPost("/promise", context => Answer<ReleaseAsk>(
            context, ask => (warden.Promise(ask, out ReleasePromise? made), made)));
        app.MapPost("/release", context => Answer<ReleaseClaim>(
            context, claim => (warden.Release(claim, out ReleasedKeys? made), made)));
        app.MapPost("/tokens", context => Answer<TokenAsk>(
            context, ask => (warden.Tokens(ask, out TokenAnswer? made), made)));
        app.MapPost("/hold", context => Answer<HoldAsk>(
            context, ask => (open.Holds.Make(ask, out HoldMade? made), made)));
        app.MapPost("/open-hold", context => Answer<HoldOpenAsk>(
            context, ask => (open.Holds.Open(ask, out ReleasePromise? made), made)));
        app.MapPost("/end-hold", context => Answer<KeepingAsk>(
            context, ask => (open.Holds.End(ask.Order, out HoldReport? made), made)));
        app.MapGet("/holds", () =>
        {
            lock (one)
            {
                return Results.Json(open.Holds.List(), WardenJson.Options);
            }
        });
        app.MapPost("/filter-keys", context => Answer<FilterKeyAsk>(
            context, ask => (warden.FilterKeys(ask, out FilterKeys? made), made)));
        app.MapPost("/cosign", context => Answer<CosignAsk>(
            context, ask => (warden.Cosign(ask.Checkpoint, ask.Consistency, out byte[] made), new Cosigned(made))));
    }

    private async Task Answer<T>(HttpContext context, Func<T, (OrderRefusal? Refusal, object? Made)> act)
        where T : class
    {
        T? ask = await Read<T>(context);
        (OrderRefusal? Refusal, object? Made) result;
        lock (one)
        {
            result = ask is null
                ? (new OrderRefusal("message.form", "the message is not one that a warden reads"), null)
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

    private Task OnlyKnownUsers(HttpContext context, RequestDelegate next)
    {
        Socket? socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        if (socket is not null && PeerUser.Of(socket).User is uint user
            && (user == 0 || user == OwnUser.Id || users.Contains(user)))
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status403Forbidden;
        return context.Response.WriteAsync("this warden answers root, its own user and the store's");
    }
}
