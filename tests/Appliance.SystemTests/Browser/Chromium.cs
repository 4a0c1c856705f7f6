using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Appliance.SystemTests.Browser;

/// <summary>
/// A headless Chromium with a profile of its own, driven over the DevTools protocol. It resolves one host name, to
/// loopback, and nothing else. Every wait is bounded; ending it ends its processes.
/// </summary>
internal sealed class Chromium : IAsyncDisposable
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly DirectoryInfo profile;
    private readonly Process process;
    private readonly ClientWebSocket socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> waiting = new();
    private readonly ConcurrentDictionary<string, Action<string, JsonNode?>> listeners = new();
    private readonly SemaphoreSlim sending = new(1);
    private readonly CancellationTokenSource stop = new();
    private Task reading = Task.CompletedTask;
    private int last;

    private Chromium(DirectoryInfo profile, Process process)
    {
        this.profile = profile;
        this.process = process;
    }

    /// <summary>Starts it.</summary>
    /// <param name="host">The only host name that it resolves, to 127.0.0.1.</param>
    public static async Task<Chromium> Start(string host)
    {
        DirectoryInfo profile = Directory.CreateTempSubdirectory("chromium-");
        string[] arguments =
        [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
            "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-default-apps", "--disable-extensions", "--hide-scrollbars", "--force-color-profile=srgb",
            "--remote-debugging-port=0", "--remote-debugging-address=127.0.0.1", "--ignore-certificate-errors",
            $"--host-resolver-rules=MAP {host} 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            $"--user-data-dir={profile.FullName}", "about:blank",
        ];
        var process = Process.Start(new ProcessStartInfo("chromium", arguments)
        {
            RedirectStandardError = true, RedirectStandardOutput = true,
        })!;
        var browser = new Chromium(profile, process);
        try
        {
            using var patience = new CancellationTokenSource(Patience);
            await browser.socket.ConnectAsync(await browser.FindDoor(patience.Token), patience.Token);
            browser.reading = browser.ReadAll();
            return browser;
        }
        catch
        {
            await browser.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a page with cookies of its own.</summary>
    public async Task<BrowserPage> Open(int width = 1200)
    {
        JsonNode context = await Call("Target.createBrowserContext", new { });
        JsonNode target = await Call(
            "Target.createTarget",
            new { url = "about:blank", browserContextId = (string)context["browserContextId"]! });
        JsonNode session = await Call(
            "Target.attachToTarget", new { targetId = (string)target["targetId"]!, flatten = true });
        var page = new BrowserPage(this, (string)session["sessionId"]!);
        listeners[page.Session] = page.Hear;
        await page.Begin(width);
        return page;
    }

    public async Task<JsonNode> Call(string method, object parameters, string? session = null)
    {
        int id = Interlocked.Increment(ref last);
        var answer = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        waiting[id] = answer;
        var message = new Dictionary<string, object> { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (session is not null)
        {
            message["sessionId"] = session;
        }

        await sending.WaitAsync();
        try
        {
            await socket.SendAsync(
                JsonSerializer.SerializeToUtf8Bytes(message), WebSocketMessageType.Text, true, stop.Token);
        }
        finally
        {
            sending.Release();
        }

        JsonNode said = await answer.Task.WaitAsync(Patience);
        return said["error"] is { } error
            ? throw new InvalidOperationException($"{method}: {error.ToJsonString()}")
            : said["result"]!;
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        if (!process.HasExited)
        {
            process.Kill(entireProcessTree: true);
        }

        await process.WaitForExitAsync();
        await reading;
        socket.Dispose();
        process.Dispose();
        sending.Dispose();
        stop.Dispose();
        profile.Delete(recursive: true);
    }

    /// <summary>It says on standard error where it listens.</summary>
    private async Task<Uri> FindDoor(CancellationToken patience)
    {
        const string Said = "DevTools listening on ";
        while (await process.StandardError.ReadLineAsync(patience) is { } line)
        {
            if (line.StartsWith(Said, StringComparison.Ordinal))
            {
                _ = process.StandardError.ReadToEndAsync(stop.Token);
                _ = process.StandardOutput.ReadToEndAsync(stop.Token);
                return new Uri(line[Said.Length..]);
            }
        }

        throw new InvalidOperationException("chromium ended before it listened");
    }

    private async Task ReadAll()
    {
        var buffer = new byte[1 << 16];
        using var message = new MemoryStream();
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult part = await socket.ReceiveAsync(buffer.AsMemory(), stop.Token);
                message.Write(buffer, 0, part.Count);
                if (part.EndOfMessage)
                {
                    Take(JsonNode.Parse(message.ToArray())!);
                    message.SetLength(0);
                }
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or WebSocketException)
        {
            foreach (TaskCompletionSource<JsonNode> answer in waiting.Values)
            {
                answer.TrySetException(new InvalidOperationException("chromium has ended"));
            }
        }
    }

    private void Take(JsonNode message)
    {
        if (message["id"] is { } id)
        {
            if (waiting.TryRemove((int)id, out TaskCompletionSource<JsonNode>? answer))
            {
                answer.SetResult(message);
            }
        }
        else if (message["sessionId"] is { } session
            && listeners.TryGetValue((string)session!, out Action<string, JsonNode?>? hear))
        {
            hear((string)message["method"]!, message["params"]);
        }
    }
}
