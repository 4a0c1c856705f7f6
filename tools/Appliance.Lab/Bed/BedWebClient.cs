using System.Diagnostics.CodeAnalysis;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;

namespace Appliance.Lab.Bed;

/// <summary>
/// One HTTP exchange, plain or over TLS, from a bound address. Every second one asks the server to close, so that both
/// ends close first in turn.
/// </summary>
internal static class BedWebClient
{
    public static async Task Fetch(BedFlow flow, CancellationToken stop)
    {
        using Socket socket = BedClient.Bound(flow, SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync(flow.Remote, flow.RemotePort, stop);
        using NetworkStream raw = new(socket, ownsSocket: false);
        if (flow.Kind == BedFlowKind.Http)
        {
            await Exchange(flow, raw, stop);
        }
        else
        {
            await Secure(flow, raw, stop);
        }

        if (flow.Kind == BedFlowKind.Abort)
        {
            // Everything was read, so the reset is the last packet of the flow.
            socket.LingerState = new LingerOption(true, 0);
            return;
        }

        // Reads to the end before closing: closing with unread data would send a reset in place of a FIN.
        socket.Shutdown(SocketShutdown.Send);
        byte[] rest = new byte[4_096];
        while (await socket.ReceiveAsync(rest, SocketFlags.None, stop) > 0)
        {
        }
    }

    private static bool ServerCloses(BedFlow flow) => flow.Index % 2 == 0 && flow.Kind != BedFlowKind.Abort;

    [SuppressMessage("Security", "CA5359", Justification = "A lab server with a certificate made for one run.")]
    [SuppressMessage("Security", "CA5397", Justification = "The version is what the plan varies.")]
    private static async Task Secure(BedFlow flow, NetworkStream raw, CancellationToken stop)
    {
        await using SslStream stream = new(raw, leaveInnerStreamOpen: true, (_, _, _, _) => true);
        SslClientAuthenticationOptions options = new()
        {
            TargetHost = flow.Name,
            EnabledSslProtocols = flow.Kind == BedFlowKind.Tls12 ? SslProtocols.Tls12 : SslProtocols.Tls13,
            AllowTlsResume = false,
        };
        await stream.AuthenticateAsClientAsync(options, stop);
        await Exchange(flow, stream, stop);
        if (!ServerCloses(flow) && flow.Kind != BedFlowKind.Abort)
        {
            await stream.ShutdownAsync();
        }
    }

    private static async Task Exchange(BedFlow flow, Stream stream, CancellationToken stop)
    {
        string close = ServerCloses(flow) ? "Connection: close\r\n" : "";
        string request = $"GET /{flow.Size} HTTP/1.1\r\nHost: {flow.Name}\r\n{close}\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), stop);
        byte[] answer = new byte[256 << 10];
        int length = 0;
        int whole = int.MaxValue;
        while (length < whole)
        {
            int got = await stream.ReadAsync(answer.AsMemory(length), stop);
            if (got == 0)
            {
                throw new BedException("the page was cut");
            }

            length += got;
            whole = whole == int.MaxValue ? WholeLength(answer.AsSpan(0, length)) : whole;
        }
    }

    /// <summary>Header and body together, or the largest number while the header is not complete.</summary>
    private static int WholeLength(ReadOnlySpan<byte> answer)
    {
        int header = answer.IndexOf("\r\n\r\n"u8);
        if (header < 0)
        {
            return int.MaxValue;
        }

        string text = Encoding.ASCII.GetString(answer[..header]);
        string[] lines = text.Split("\r\n");
        string? field = lines.FirstOrDefault(l => l.StartsWith("Content-Length: ", StringComparison.OrdinalIgnoreCase));
        return lines[0].Contains(" 200 ", StringComparison.Ordinal) && field is not null
            ? header + 4 + int.Parse(field.AsSpan(16))
            : throw new BedException($"the server said {lines[0]}");
    }
}
