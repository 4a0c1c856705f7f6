using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Warden;

/// <summary>A warden over its socket. Calls block: a question waits for its warden anyway. One thread.</summary>
internal sealed class WardenClient : IWarden
{
    // Unwrapping the keys of the most batches of one release takes seconds; nothing else comes near.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string path;
    private readonly string role;
    private readonly HttpClient client;

    /// <param name="path">Its socket.</param>
    /// <param name="role">warden or witness: who is asked, for what is said when it does not answer.</param>
    public WardenClient(string path, string role = "warden")
    {
        this.path = path;
        this.role = role;
        client = new HttpClient(HandlerOf(path))
        {
            BaseAddress = new Uri("http://warden/"),
            Timeout = Patience,
        };
    }

    /// <summary>What the warden says of itself.</summary>
    /// <exception cref="WardenException">It cannot be reached.</exception>
    public WardenReport Status() => Call<WardenReport>(HttpMethod.Get, "status", null);

    /// <inheritdoc/>
    public ulong SeenSize() => Call<SeenLog>(HttpMethod.Get, "seen", null).Size;

    /// <inheritdoc/>
    public ReleasePromise Promise(ReleaseAsk ask) =>
        Call<ReleasePromise>(HttpMethod.Post, "promise", JsonContent.Create(ask, options: WardenJson.Options));

    /// <inheritdoc/>
    public ReleasedKeys Release(ReleaseClaim claim) =>
        Call<ReleasedKeys>(HttpMethod.Post, "release", JsonContent.Create(claim, options: WardenJson.Options));

    /// <inheritdoc/>
    public TokenAnswer Tokens(TokenAsk ask) =>
        Call<TokenAnswer>(HttpMethod.Post, "tokens", JsonContent.Create(ask, options: WardenJson.Options));

    /// <inheritdoc/>
    public HoldMade MakeHold(HoldAsk ask) =>
        Call<HoldMade>(HttpMethod.Post, "hold", JsonContent.Create(ask, options: WardenJson.Options));

    /// <inheritdoc/>
    public ReleasePromise OpenHold(HoldOpenAsk ask) =>
        Call<ReleasePromise>(HttpMethod.Post, "open-hold", JsonContent.Create(ask, options: WardenJson.Options));

    /// <summary>Shows the warden the file of a referral whose lines will be asked, unless it has it.</summary>
    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    public void OfferReferral(Hash32 digest, byte[] file)
    {
        var ask = new ReferralHere(digest.ToArray());
        bool isHere = Call<Taken>(
            HttpMethod.Post, "referral-here", JsonContent.Create(ask, options: WardenJson.Options)).Done;
        if (!isHere)
        {
            Call<Taken>(
                HttpMethod.Post, "referral", JsonContent.Create(new ReferralTake(file), options: WardenJson.Options));
        }
    }

    /// <summary>Ends a hold before its time.</summary>
    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    public HoldReport EndHold(byte[] order) => Call<HoldReport>(
        HttpMethod.Post, "end-hold", JsonContent.Create(new KeepingAsk(order), options: WardenJson.Options));

    /// <summary>Hands on what operator and custodian signed about a notice; the warden acts on it at once.</summary>
    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    public void Keep(byte[] order) => Call<Taken>(
        HttpMethod.Post, "keep", JsonContent.Create(new KeepingAsk(order), options: WardenJson.Options));

    /// <summary>Shows the warden what devices signed of the time; why it does not believe its clock, or null.</summary>
    /// <exception cref="WardenException">It cannot be reached.</exception>
    public string? TellTime(AskedBatch[] newest) => Call<TimeTold>(
        HttpMethod.Post, "time", JsonContent.Create(new TimeAsk(newest), options: WardenJson.Options)).Doubt;

    /// <summary>All holds, ended ones included.</summary>
    /// <exception cref="WardenException">It cannot be reached.</exception>
    public HoldList Holds() => Call<HoldList>(HttpMethod.Get, "holds", null);

    /// <summary>Filter keys of a batch, for ingest.</summary>
    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    public FilterKeys FilterKeys(FilterKeyAsk ask) =>
        Call<FilterKeys>(HttpMethod.Post, "filter-keys", JsonContent.Create(ask, options: WardenJson.Options));

    /// <summary>Statements of destruction that are not in the log yet.</summary>
    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    public IReadOnlyList<byte[]> Destroyed() => Call<DestroyWaiting>(HttpMethod.Get, "destroyed", null).Statements;

    /// <summary>Shows the warden that one is.</summary>
    /// <exception cref="WardenException">It refuses, or cannot be reached.</exception>
    public void DestroyedIsLogged(DestroyLogged logged) => Call<Taken>(
        HttpMethod.Post, "destroyed", JsonContent.Create(logged, options: WardenJson.Options));

    /// <inheritdoc/>
    public byte[] Cosign(byte[] checkpoint, byte[][] consistency) => Call<Cosigned>(
        HttpMethod.Post,
        "cosign",
        JsonContent.Create(new CosignAsk(checkpoint, consistency), options: WardenJson.Options)).Cosignature;

    public void Dispose() => client.Dispose();

    private T Call<T>(HttpMethod method, string what, HttpContent? content)
    {
        try
        {
            using var message = new HttpRequestMessage(method, what) { Content = content };
            using HttpResponseMessage answer = client.SendAsync(message).GetAwaiter().GetResult();
            using Stream body = answer.Content.ReadAsStream();
            if (answer.IsSuccessStatusCode)
            {
                return JsonSerializer.Deserialize<T>(body, WardenJson.Options)!;
            }

            WardenNo no = JsonSerializer.Deserialize<WardenNo>(body, WardenJson.Options)!;
            throw new WardenException(new OrderRefusal(no.Rule, no.Sentence));
        }
        catch (Exception failure)
            when (failure is HttpRequestException or SocketException or TaskCanceledException or JsonException)
        {
            throw new WardenException(
                new OrderRefusal(
                    $"{role}.unreachable",
                    $"the {role} does not answer on {path}; is `retention {role} serve` running, and may this user "
                        + "ask?"),
                isAnswer: false);
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
