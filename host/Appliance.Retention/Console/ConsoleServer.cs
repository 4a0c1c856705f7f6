using System.Data.Common;
using Appliance.Journal;
using Appliance.Retention.Archive;
using Appliance.Retention.Commands;
using Appliance.Retention.Questions;
using Appliance.Retention.Requests;
using Appliance.Retention.Warden;
using Appliance.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace Appliance.Retention.WebConsole;

/// <summary>
/// The console's door: pages for requester, approver and auditor over TLS. Every call is judged by
/// <see cref="ConsoleGuard"/> first; what is asked goes through the desk, the gate, the warden and the log as from a
/// command line. This method list is the table of all that can be called.
/// </summary>
internal sealed class ConsoleServer : IAsyncDisposable
{
    private readonly ConsoleParts parts;
    private readonly ConsoleGuard guard;
    private readonly WebApplication app;

    public ConsoleServer(ConsoleOptions options, TimeProvider clock)
    {
        parts = new ConsoleParts(options, clock);
        guard = new ConsoleGuard(options);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = ConsoleLimits.FormBytesMax;
            kestrel.Limits.MaxConcurrentConnections = ConsoleLimits.ConnectionsMax;
            kestrel.Listen(options.Listen, listen => listen.UseHttps(options.Certificate));
        });
        builder.Services.AddRoutingCore();
        app = builder.Build();
        app.Use(guard.Judge);
        app.UseRouting();
        Map();
    }

    /// <summary>Port that it listens on, once it has started.</summary>
    public int Port => new Uri(
        app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;

    /// <summary>Begins to answer; throws IOException where the port is taken.</summary>
    public Task StartAsync() => app.StartAsync();

    /// <summary>Lets calls end, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await app.StopAsync(CancellationToken.None);
        await app.DisposeAsync();
        parts.Dispose();
        guard.Dispose();
    }

    private void Map()
    {
        foreach ((string path, string type) in StaticFiles.Types)
        {
            Reply file = StaticFiles.Read(path, type);
            app.MapGet("/" + path, (HttpContext context) => file.Write(context));
        }

        Open("GET", "/", LoginPages.Begin);
        Open("GET", "/login", LoginPages.Show);
        Open("POST", "/login", LoginPages.Login);
        Open("POST", "/logout", LoginPages.Logout);
        Open("GET", "/register", RegisterPages.Show);
        Open("POST", "/register", RegisterPages.Register);

        For(PersonRoles.Requester, "GET", "/requests", RequestPages.List);
        For(PersonRoles.Requester, "GET", "/requests/new", NewRequestPages.Show);
        For(PersonRoles.Requester, "POST", "/requests/new", NewRequestPages.Check);
        For(PersonRoles.Requester | PersonRoles.Approver, "GET", "/requests/{id}", RequestPages.Show);
        For(PersonRoles.Approver, "GET", "/queue", QueuePages.List);
        For(PersonRoles.Approver, "POST", "/requests/{id}/verdict", QueuePages.Decide);
        For(PersonRoles.Requester | PersonRoles.Approver, "GET", "/sign/{name}", SignPages.Show);
        For(PersonRoles.Requester | PersonRoles.Approver, "POST", "/sign/{name}", SignPages.Sign);
        For(PersonRoles.Requester, "POST", "/requests/{id}/ask", AskPages.Ask);
        For(PersonRoles.Requester, "GET", "/answers/{number}", AskPages.Show);
        For(PersonRoles.Requester, "GET", "/answers/{number}/{format}", AskPages.Download);

        For(PersonRoles.Auditor, "GET", "/log", LogPages.List);
        For(PersonRoles.Auditor, "GET", "/log/counts", LogPages.Counts);
        For(PersonRoles.Auditor, "GET", "/holds", HoldPages.List);
        For(PersonRoles.Auditor, "POST", "/holds/end", HoldPages.End);
        For(PersonRoles.Auditor, "GET", "/log/{index}", LogPages.Show);
        app.MapFallback(context => Answer(context, visit => visit.NotFound()));
    }

    /// <summary>A page for everybody, logged in or not.</summary>
    private void Open(string method, string path, Func<Visit, Reply> handle) =>
        app.MapMethods(path, [method], (HttpContext context) => Answer(context, handle));

    /// <summary>A page for who has one of these roles; others learn nothing from it.</summary>
    private void For(PersonRoles roles, string method, string path, Func<Visit, Reply> handle) => Open(
        method,
        path,
        visit => visit.Who is not { } who ? Reply.See("/login")
            : (who.Roles & roles) == 0 ? visit.NotFound()
            : handle(visit));

    private async Task Answer(HttpContext context, Func<Visit, Reply> handle)
    {
        IFormCollection form = FormCollection.Empty;
        if (context.Request.HasFormContentType)
        {
            form = await context.Request.ReadFormAsync(context.RequestAborted);
        }

        await Handled(context, form, handle).Write(context);
    }

    /// <summary>The one owner of what fails: a page that says what and what to do.</summary>
    private Reply Handled(HttpContext context, IFormCollection form, Func<Visit, Reply> handle)
    {
        try
        {
            using var desk = Desk.Open(parts.Options.Store, parts.Clock);
            var visit = new Visit(parts, context, form, desk);
            visit.Recognise();
            try
            {
                return handle(visit);
            }
            catch (WardenException refused)
            {
                return visit.Refuse(refused.Refusal);
            }
            catch (AskException refused)
            {
                return visit.Refuse(new OrderRefusal("question", refused.Message));
            }
            catch (Exception failure) when (failure is ArchiveException or QuestionTooWideException)
            {
                return visit.Refuse(new OrderRefusal("store", failure.Message));
            }
        }
        catch (Exception failure)
            when (failure is ArchiveException or JournalDeviceException or DbException or IOException)
        {
            return new Reply(
                StatusCodes.Status503ServiceUnavailable,
                "text/plain; charset=utf-8",
                System.Text.Encoding.UTF8.GetBytes($"The store cannot be used now: {failure.Message}\n"));
        }
    }
}
