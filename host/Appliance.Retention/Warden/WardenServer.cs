using Appliance.Wire;
using Microsoft.AspNetCore.Builder;

namespace Appliance.Retention.Warden;

/// <summary>
/// The warden's door. Who is let in gets nothing all the same that <see cref="Warden"/> does not allow.
/// </summary>
internal sealed class WardenServer(OpenWarden open, IReadOnlySet<uint> users)
{
    private readonly PeerSocket socket = new("warden", users);
    private readonly Warden warden = open.Warden;

    /// <summary>Answers until stopped, and destroys day keys when their time is over.</summary>
    /// <param name="path">The socket; an old one is replaced.</param>
    /// <param name="stop">Ends it.</param>
    public Task RunAsync(string path, CancellationToken stop) =>
        socket.RunAsync(path, Map, () => open.Forget(), stop);

    private void Map(WebApplication app)
    {
        app.MapGet("/status", () => socket.Tell(() => open.Status.Read(warden, open.NoticesProblem)));
        app.MapGet("/seen", () => socket.Tell(() => new SeenLog(warden.SeenSize)));
        app.MapPost("/promise", context => socket.Answer<ReleaseAsk>(
            context, ask => (warden.Promise(ask, out ReleasePromise? made), made)));
        app.MapPost("/release", context => socket.Answer<ReleaseClaim>(
            context, claim => (warden.Release(claim, out ReleasedKeys? made), made)));
        app.MapPost("/tokens", context => socket.Answer<TokenAsk>(
            context, ask => (warden.Tokens(ask, out TokenAnswer? made), made)));
        app.MapPost("/referral", context => socket.Answer<ReferralTake>(
            context, ask => (warden.TakeReferral(ask.File), new Taken(true))));
        app.MapPost("/referral-here", context => socket.Answer<ReferralHere>(
            context, ask => (null, new Taken(
                ask.Digest.Length == Hash32.Size && warden.HasReferral(Hash32.FromBytes(ask.Digest))))));
        app.MapPost("/hold", context => socket.Answer<HoldAsk>(
            context, ask => (open.Holds.Make(ask, out HoldMade? made), made)));
        app.MapPost("/open-hold", context => socket.Answer<HoldOpenAsk>(
            context, ask => (open.Holds.Open(ask, out ReleasePromise? made), made)));
        app.MapPost("/end-hold", context => socket.Answer<KeepingAsk>(
            context, ask => (open.Holds.End(ask.Order, out HoldReport? made), made)));
        app.MapPost("/keep", context => socket.Answer<KeepingAsk>(
            context, ask => (open.Keep(ask.Order), new Taken(true))));
        app.MapPost("/time", context => socket.Answer<TimeAsk>(context, ask => (null, open.TellTime(ask))));
        app.MapGet("/holds", () => socket.Tell(() => open.Holds.List()));
        app.MapPost("/filter-keys", context => socket.Answer<FilterKeyAsk>(
            context, ask => (warden.FilterKeys(ask, out FilterKeys? made), made)));
        app.MapGet("/destroyed", () => socket.Tell(() => new DestroyWaiting([.. open.Destructions.Waiting()])));
        app.MapPost("/destroyed", context => socket.Answer<DestroyLogged>(
            context, logged => (open.Logged(logged), new Taken(true))));
        app.MapPost("/cosign", context => socket.Answer<CosignAsk>(
            context, ask => (warden.Cosign(ask.Checkpoint, ask.Consistency, out byte[] made), new Cosigned(made))));
    }
}
