using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;

namespace Appliance.SystemTests.Browser;

/// <summary>A page of a browser: visited, filled in and clicked as a person does it.</summary>
internal sealed class BrowserPage(Chromium browser, string session)
{
    private readonly Channel<bool> loads = Channel.CreateUnbounded<bool>();
    private readonly List<string> complaints = [];

    public string Session => session;

    /// <summary>What the page's console and the browser's own checks said was wrong.</summary>
    public IReadOnlyList<string> Complaints
    {
        get
        {
            lock (complaints)
            {
                return [.. complaints];
            }
        }
    }

    public async Task Begin(int width)
    {
        foreach (string domain in new[] { "Page", "Runtime", "Log", "WebAuthn" })
        {
            await Call($"{domain}.enable", new { });
        }

        await Resize(width);
    }

    public Task<JsonNode> Call(string method, object parameters) => browser.Call(method, parameters, session);

    public Task Resize(int width, int height = 800) => Call(
        "Emulation.setDeviceMetricsOverride", new { width, height, deviceScaleFactor = 1, mobile = false });

    public Task PreferDark(bool isDark) => Call(
        "Emulation.setEmulatedMedia",
        new { features = new[] { new { name = "prefers-color-scheme", value = isDark ? "dark" : "light" } } });

    /// <summary>An authenticator with a PIN or a sensor, which answers at once; its name.</summary>
    public async Task<string> GiveKey()
    {
        JsonNode made = await Call("WebAuthn.addVirtualAuthenticator", new
        {
            options = new
            {
                protocol = "ctap2", ctap2Version = "ctap2_1", transport = "internal", hasResidentKey = true,
                hasUserVerification = true, isUserVerified = true, automaticPresenceSimulation = true,
            },
        });
        return (string)made["authenticatorId"]!;
    }

    /// <summary>Goes to an address and waits until it is there.</summary>
    public async Task Go(string address)
    {
        Forget();
        await Call("Page.navigate", new { url = address });
        await Loaded();
    }

    /// <summary>Clicks what a selector finds, and waits for the page that this leads to.</summary>
    public async Task Follow(string selector)
    {
        Forget();
        await Evaluate($"document.querySelector({Quote(selector)}).click()");
        await Loaded();
    }

    /// <summary>Writes into the field of that name.</summary>
    public Task Fill(string name, string value) => Evaluate(
        $"(e => {{ if (e.type === 'checkbox') e.checked = true; else e.value = {Quote(value)}; }})"
        + $"(document.getElementsByName({Quote(name)})[0])");

    public async Task<string> Text() => (string?)await Evaluate("document.body.innerText") ?? "";

    public async Task<string> Title() => (string?)await Evaluate("document.title") ?? "";

    public async Task<string> Address() => (string?)await Evaluate("location.pathname") ?? "";

    /// <summary>Value of an expression; promises are waited for.</summary>
    public async Task<JsonNode?> Evaluate(string expression)
    {
        JsonNode answer = await Call(
            "Runtime.evaluate", new { expression, awaitPromise = true, returnByValue = true, userGesture = true });
        return answer["exceptionDetails"] is { } wrong
            ? throw new InvalidOperationException($"{expression}: {wrong.ToJsonString()}")
            : answer["result"]!["value"];
    }

    /// <summary>The page as PNG, from its top down to so many pixels.</summary>
    public async Task<byte[]> Picture(int heightMax)
    {
        JsonNode size = (await Call("Page.getLayoutMetrics", new { }))["cssContentSize"]!;
        double height = Math.Min(heightMax, (double)size["height"]!);
        JsonNode shot = await Call("Page.captureScreenshot", new
        {
            format = "png", captureBeyondViewport = true,
            clip = new { x = 0, y = 0, width = (double)size["width"]!, height, scale = 1 },
        });
        return Convert.FromBase64String((string)shot["data"]!);
    }

    /// <summary>Presses and releases a key.</summary>
    public async Task Press(string key)
    {
        await Call("Input.dispatchKeyEvent", new { type = "rawKeyDown", key, code = key, windowsVirtualKeyCode = 9 });
        await Call("Input.dispatchKeyEvent", new { type = "keyUp", key, code = key, windowsVirtualKeyCode = 9 });
    }

    /// <summary>Waits until an expression is true; asks the page itself, at each of its frames.</summary>
    public Task Until(string expression) => Evaluate($$"""
        new Promise(done => {
          const look = () => ({{expression}}) ? done(true) : requestAnimationFrame(look);
          look();
        })
        """);

    public async Task Loaded()
    {
        using var patience = new CancellationTokenSource(Chromium.Patience);
        await loads.Reader.ReadAsync(patience.Token);
    }

    public void Hear(string method, JsonNode? said)
    {
        switch (method)
        {
            case "Page.loadEventFired":
                loads.Writer.TryWrite(true);
                break;
            case "Log.entryAdded" when (string?)said!["entry"]!["level"] == "error":
                Complain((string)said["entry"]!["text"]!);
                break;
            case "Runtime.exceptionThrown":
                Complain(said!["exceptionDetails"]!.ToJsonString());
                break;
            default:
                break;
        }
    }

    private void Complain(string text)
    {
        lock (complaints)
        {
            complaints.Add(text);
        }
    }

    private void Forget()
    {
        while (loads.Reader.TryRead(out _))
        {
            // What was loaded before is not what is waited for.
        }
    }

    private static string Quote(string text) => JsonSerializer.Serialize(text);
}
