using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Appliance.Edge.Service;
using Appliance.Supervisor.Link;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Appliance.Edge.Supervisor;

/// <summary>What an engineer may ask of the board over the admin socket, beside the status.</summary>
internal static class SupervisorRoutes
{
    private const string NoBoard = "this box has no supervisor (supervisor.line in the configuration)";

    /// <summary>Maps acknowledgement and update; who may ask, the socket's own rule decides.</summary>
    /// <param name="app">The host, after <see cref="Service.AdminSocket.Map"/>.</param>
    /// <param name="supervisor">The board, once it is open; null where there is none.</param>
    /// <param name="onAcknowledged">The lock is off.</param>
    public static void Map(WebApplication app, Func<SupervisorService?> supervisor, Action onAcknowledged)
    {
        app.MapPost("/tamper/acknowledge", context => supervisor() is { } board
            ? Acknowledge(context, board, onAcknowledged) : AdminRequest.Refuse(context, NoBoard));
        app.MapPost("/supervisor/update", context => supervisor() is { } board
            ? Update(context, board) : AdminRequest.Refuse(context, NoBoard));
        app.MapPost("/supervisor/key", context => supervisor() is { } board
            ? Key(context, board) : AdminRequest.Refuse(context, NoBoard));
    }

    /// <summary>The lock in words that say what to do.</summary>
    public static string LockWords(KeptAlarm held)
    {
        string at = DateTimeOffset.FromUnixTimeSeconds(Math.Clamp(held.UnixSeconds, 0, 253_402_300_799)).UtcDateTime
            .ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        return $"tamper alarm {held.Number} ({AlarmWords.Short(held.Kind)}) of {at}: the keys are evicted and nothing "
            + "is recorded; look at the box, then `icrctl tamper acknowledge --reason TEXT`";
    }

    private static async Task Acknowledge(HttpContext context, SupervisorService supervisor, Action onAcknowledged)
    {
        string reason = await AdminRequest.TextOf(context, SupervisorLimits.ReasonMax * 4);
        reason = string.Concat(reason.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        if (reason.Length == 0 || Encoding.UTF8.GetByteCount(reason) > SupervisorLimits.ReasonMax)
        {
            await AdminRequest.Refuse(context, $"say why in 1 to {SupervisorLimits.ReasonMax} letters (--reason)");
        }
        else if (supervisor.Book.Lock is null)
        {
            await AdminRequest.Refuse(context, "there is no tamper alarm to acknowledge");
        }
        else if (supervisor.Status.IsOpen)
        {
            await AdminRequest.Refuse(context, "the case is still open; close it first");
        }
        else if (!supervisor.Book.TryAcknowledge(
            AdminRequest.UserOf(context), reason, DateTimeOffset.UtcNow.ToUnixTimeSeconds()))
        {
            await AdminRequest.Refuse(context, "the flash does not take the acknowledgement; see `icrctl status`");
        }
        else
        {
            await context.Response.WriteAsync("acknowledged; the service begins anew with its keys");
            context.Response.OnCompleted(() =>
            {
                onAcknowledged();
                return Task.CompletedTask;
            });
        }
    }

    private static async Task Update(HttpContext context, SupervisorService supervisor)
    {
        using MemoryStream file = new();
        byte[] piece = new byte[64 * 1024];
        while (await context.Request.Body.ReadAsync(piece) is int count and > 0)
        {
            file.Write(piece, 0, count);
            if (file.Length > SupervisorLimits.ImageBytesMax)
            {
                await AdminRequest.Refuse(context, "the file is larger than any firmware of the supervisor");
                return;
            }
        }

        byte[] bytes = file.ToArray();
        string act = $"update of the supervisor asked by user {AdminRequest.UserOf(context)}: SHA-256 "
            + Convert.ToHexStringLower(SHA256.HashData(bytes));
        if (await ObstacleAsync(supervisor, act) is { } obstacle)
        {
            await AdminRequest.Refuse(context, obstacle);
        }
        else if (!supervisor.TryUpdate(bytes, out string problem))
        {
            await AdminRequest.Refuse(context, problem);
        }
        else
        {
            await context.Response.WriteAsync("sending it to the supervisor");
        }
    }

    // A box that was opened gets no new firmware before somebody has looked; nothing is done that no manifest tells.
    private static async Task<string?> ObstacleAsync(SupervisorService supervisor, string act) =>
        supervisor.Book.Lock is not null ? "the box is locked: look at it, then `icrctl tamper acknowledge`"
        : await supervisor.RememberAsync(act) ? null
        : "it cannot be recorded that it was asked, so it is not done; see `icrctl status`, or try again in a minute";

    // The chip takes the first key for ever, so what is not a point of the curve must not get there.
    private static async Task Key(HttpContext context, SupervisorService supervisor)
    {
        string text = await AdminRequest.TextOf(context, SupervisorLimits.KeyTextMax);
        if (!UpdateKeyText.TryParse(text, out byte[] point, out string problem))
        {
            await AdminRequest.Refuse(context, problem);
            return;
        }

        string name = UpdateKeyText.NameOf(point);
        string act = $"key {name} for updates of the supervisor, asked by user {AdminRequest.UserOf(context)}";
        if (await ObstacleAsync(supervisor, act) is { } obstacle)
        {
            await AdminRequest.Refuse(context, obstacle);
            return;
        }

        int? answer = await supervisor.GiveKeyAsync(point);
        await (answer switch
        {
            UpdateReason.KeyTaken => context.Response.WriteAsync($"the supervisor holds key {name} and takes no other"),
            null => AdminRequest.Refuse(
                context, "the supervisor says nothing of the key; is it connected (`icrctl status`)?"),
            _ => AdminRequest.Refuse(context, $"the key was not taken: {AlarmWords.Update(answer.Value)}"),
        });
    }
}
