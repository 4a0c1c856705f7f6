using System.Net.Sockets;
using System.Text.Json;
using Appliance.Edge.Service;

namespace Appliance.Icrctl;

/// <summary>Asks the daemon over its Unix socket; false with the sentence to print where it does not answer.</summary>
internal static class AdminClient
{
    // Where nobody is there this is known at once; a box that is busy, or just started, is not to be called dead.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    // What is asked of the daemon is durable first: it waits five seconds for that and then says why it is not done.
    private static readonly TimeSpan PatienceForActs = TimeSpan.FromSeconds(15);

    /// <summary>The daemon's status.</summary>
    public static bool TryStatus(string path, out BoxStatus status, out string problem)
    {
        status = null!;
        problem = "";
        try
        {
            using HttpClient client = new(HandlerOf(path))
            {
                BaseAddress = new Uri("http://appliance/"),
                Timeout = Patience,
            };
            using HttpResponseMessage answer = client.GetAsync("status").GetAwaiter().GetResult();
            string text = answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
            if (answer.IsSuccessStatusCode)
            {
                status = JsonSerializer.Deserialize<BoxStatus>(text, BoxStatus.Json)!;
            }
            else
            {
                problem = $"{path}: the daemon refuses: {text}";
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or TaskCanceledException)
        {
            problem = $"the daemon does not answer on {path}; is it running (systemctl status appliance), "
                + "and are you root?";
        }

        return problem.Length == 0;
    }

    /// <summary>Asks the daemon to do something; what it answers, or false with the sentence to print.</summary>
    public static bool TryPost(string path, string what, byte[] body, out string answer)
    {
        try
        {
            using HttpClient client = new(HandlerOf(path))
            {
                BaseAddress = new Uri("http://appliance/"),
                Timeout = PatienceForActs,
            };
            using ByteArrayContent content = new(body);
            using HttpResponseMessage said = client.PostAsync(what, content).GetAwaiter().GetResult();
            answer = said.Content.ReadAsStringAsync().GetAwaiter().GetResult();
            answer = answer.Length > 0 ? answer : $"the daemon answers {(int)said.StatusCode}";
            return said.IsSuccessStatusCode;
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or TaskCanceledException)
        {
            answer = $"the daemon does not answer on {path}; is it running (systemctl status appliance), "
                + "and are you root?";
            return false;
        }
    }

    private static SocketsHttpHandler HandlerOf(string path) => new()
    {
        ConnectCallback = async (_, stop) =>
        {
            Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), stop);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };
}
