using System.Net.Sockets;
using System.Text;
using Appliance.Linux.Process;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;

namespace Appliance.Edge.Service;

/// <summary>What every request over the admin socket that changes something needs.</summary>
internal static class AdminRequest
{
    /// <summary>Answers that it is not done, in a sentence that says what to do.</summary>
    public static Task Refuse(HttpContext context, string sentence)
    {
        context.Response.StatusCode = StatusCodes.Status409Conflict;
        return context.Response.WriteAsync(sentence);
    }

    /// <summary>The body, up to so many bytes of it.</summary>
    public static async Task<string> TextOf(HttpContext context, int bytesMax)
    {
        byte[] bytes = new byte[bytesMax];
        int count = 0;
        while (count < bytes.Length && await context.Request.Body.ReadAsync(bytes.AsMemory(count)) is int more and > 0)
        {
            count += more;
        }

        return Encoding.UTF8.GetString(bytes, 0, count);
    }

    /// <summary>Who asks, by the kernel's word.</summary>
    public static uint UserOf(HttpContext context)
    {
        Socket? socket = context.Features.Get<IConnectionSocketFeature>()?.Socket;
        return socket is null ? uint.MaxValue : PeerUser.Of(socket).User ?? uint.MaxValue;
    }
}
