using System.Buffers.Text;
using System.Net;
using System.Text.RegularExpressions;
using Appliance.Tests.Wire;
using Appliance.Wire;

namespace Appliance.Tests.Retention.WebConsole;

/// <summary>What the console said.</summary>
internal sealed record Said(HttpStatusCode Status, string Body, HttpResponseMessage Message)
{
    public string Location => Message.Headers.Location?.ToString() ?? "";

    public bool Has(string text) => Body.Contains(text, StringComparison.Ordinal);
}

/// <summary>A person with a browser and a key in software: reads pages as they are, and posts their forms.</summary>
internal sealed partial class ConsoleUser : IDisposable
{
    private readonly HttpClient client;

    public ConsoleUser(ConsoleWorld world, SoftKey key)
    {
        Key = key;
        client = new HttpClient(new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            SslOptions = new()
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown!.Equals(world.Certificate),
            },
        })
        {
            BaseAddress = new Uri($"https://127.0.0.1:{world.Port}"),
        };
    }

    public SoftKey Key { get; }

    /// <summary>Value of the session's cookie.</summary>
    public string Cookie { get; set; } = "";

    /// <summary>Origin that forms are sent from; empty for none.</summary>
    public string Origin { get; set; } = ConsoleWorld.Origin;

    public string Host { get; set; } = ConsoleWorld.Host;

    public Task<Said> Get(string path) => Send(HttpMethod.Get, path, null);

    public Task<Said> Post(string path, params (string Name, string Value)[] fields) => Send(
        HttpMethod.Post,
        path,
        new FormUrlEncodedContent(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))));

    /// <summary>Makes a key on the page; returns the file for operator and custodian.</summary>
    public async Task<string> Register()
    {
        Said page = await Get("/register");
        (byte[] attestation, byte[] client) = Key.Create(Challenge(page.Body));
        string person = Hidden(page.Body, "person");
        Key.Person = Id16.TryParse(person, out Id16 id) ? id : default;
        Said made = await Post(
            "/register", ("challenge", Hidden(page.Body, "challenge")), ("person", person),
            ("attestation", Base64Url.EncodeToString(attestation)), ("client", Base64Url.EncodeToString(client)));
        return made.Status == HttpStatusCode.OK
            ? WebUtility.HtmlDecode(KeyFile().Match(made.Body).Groups[1].Value)
            : throw new InvalidOperationException(made.Body);
    }

    /// <summary>Logs in; the answer of the form, whether or not it worked.</summary>
    public async Task<Said> Login()
    {
        Said page = await Get("/login");
        return await Login(Answer(page.Body), Hidden(page.Body, "challenge"));
    }

    public async Task<Said> Login((string Name, string Value)[] answer, string challenge)
    {
        Said said = await Post("/login", [.. answer, ("challenge", challenge)]);
        if (said.Message.Headers.TryGetValues("Set-Cookie", out IEnumerable<string>? cookies))
        {
            Cookie = cookies.First().Split(';')[0]["__Host-session=".Length..];
        }

        return said;
    }

    /// <summary>Signs what a page of the console shows.</summary>
    public async Task<Said> Sign(string path)
    {
        Said page = await Get(path);
        return await Post(path, Answer(page.Body));
    }

    /// <summary>What the key answers to the challenge of a page, as the script puts it into the form.</summary>
    public (string Name, string Value)[] Answer(string page)
    {
        Key.Count++;
        (byte[] data, byte[] client, byte[] der) = Key.Get(Challenge(page));
        Span<byte> handle = stackalloc byte[Id16.Size];
        Key.Person.Write(handle);
        return
        [
            ("credential", Base64Url.EncodeToString(Key.Credential)), ("person", Base64Url.EncodeToString(handle)),
            ("data", Base64Url.EncodeToString(data)), ("client", Base64Url.EncodeToString(client)),
            ("signature", Base64Url.EncodeToString(der)),
        ];
    }

    public static string Hidden(string page, string name) => Regex.Match(
        page, $"<input type=\"hidden\" name=\"{name}\" value=\"([^\"]*)\"").Groups[1].Value;

    public static byte[] Challenge(string page) =>
        Base64Url.DecodeFromChars(ChallengeForm().Match(page).Groups[1].Value);

    public void Dispose()
    {
        client.Dispose();
        Key.Dispose();
    }

    private async Task<Said> Send(HttpMethod method, string path, HttpContent? content)
    {
        using var message = new HttpRequestMessage(method, path) { Content = content };
        message.Headers.Host = Host;
        if (Origin.Length > 0)
        {
            message.Headers.Add("Origin", Origin);
        }

        if (Cookie.Length > 0)
        {
            message.Headers.Add("Cookie", $"__Host-session={Cookie}");
        }

        HttpResponseMessage answer = await client.SendAsync(message);
        return new Said(answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer);
    }

    [GeneratedRegex("<pre id=\"key\">([^<]*)</pre>")]
    private static partial Regex KeyFile();

    [GeneratedRegex("data-challenge=\"([^\"]+)\"")]
    private static partial Regex ChallengeForm();
}
