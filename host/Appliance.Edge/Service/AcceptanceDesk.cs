using System.Globalization;
using Appliance.Edge.Clocks;
using Appliance.Edge.Pipeline;
using Appliance.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Appliance.Edge.Service;

/// <summary>
/// Signs, with the device's key, that the box was given an acceptance protocol while it recorded; first a manifest says
/// so. What is in the protocol is not judged here: that is the reader's, and who may use the socket could say anything.
/// </summary>
/// <param name="keys">With the device's key, until it is evicted.</param>
/// <param name="epoch">The run.</param>
/// <param name="utcNow">The box's clock; null where it is unset.</param>
internal sealed class AcceptanceDesk(KeySet keys, EpochRef epoch, Func<BoardTime?> utcNow)
{
    private const ulong UsPerSecond = 1_000_000;
    private const ulong UsPerMs = 1_000;
    private readonly ActQueue acts = new();

    /// <summary>Maps the request; a locked box, and one that starts, has no desk.</summary>
    public static void Map(WebApplication app, Func<AcceptanceDesk?> desk) =>
        app.MapPost("/acceptance", context => Answer(context, desk()));

    /// <summary>Signs the SHA-256 of a protocol, in hexadecimal, once a durable manifest names it.</summary>
    /// <returns>The object in hexadecimal; or, where that is empty, what to do.</returns>
    public async Task<(string Signed, string Problem)> SignAsync(string sha256, uint user)
    {
        byte[] hash = new byte[Hash32.Size];
        if (sha256.Length != 2 * Hash32.Size
            || Convert.FromHexString(sha256, hash, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return ("", "the request must be the SHA-256 of a protocol: 64 hexadecimal digits");
        }

        string act = string.Create(
            CultureInfo.InvariantCulture,
            $"signature of an acceptance protocol asked by user {user}: SHA-256 {Convert.ToHexStringLower(hash)}");
        string problem = !keys.CanSign ? "the device's key is evicted: see `icrctl status`"
            : !await acts.RememberAsync(act)
                ? "it cannot be recorded, so it is not done; see `icrctl status`, or try again in a minute"
            : "";
        return problem.Length > 0 ? ("", problem) : (Sign(Hash32.FromBytes(hash)), "");
    }

    /// <summary>Tells in a manifest what is to be signed. The writing thread.</summary>
    public void Serve(BoxPipeline box, TaiTime now) => acts.Serve(box, now);

    private static async Task Answer(HttpContext context, AcceptanceDesk? desk)
    {
        string text = await AdminRequest.TextOf(context, 2 * Hash32.Size);
        (string signed, string problem) = desk is null
            ? ("", "it is starting, records nothing, or is locked after a tamper alarm: it signs nothing "
                + "(`icrctl status`)")
            : await desk.SignAsync(text, AdminRequest.UserOf(context));
        await (signed.Length > 0 ? context.Response.WriteAsync(signed) : AdminRequest.Refuse(context, problem));
    }

    private string Sign(Hash32 protocol)
    {
        KnownTime? time = utcNow() is { } now
            ? new KnownTime((ulong)now.UnixSeconds * UsPerSecond, (ulong)now.AccuracyMs * UsPerMs)
            : null;
        using SigningKey key = keys.OpenDeviceKey();
        return Convert.ToHexStringLower(new AcceptanceStatement(keys.Device, epoch, time, protocol).Sign(key).Bytes);
    }
}
