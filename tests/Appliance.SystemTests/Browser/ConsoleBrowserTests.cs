using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Appliance.Tests.Retention.WebConsole;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Browser;

/// <summary>
/// The console in a real Chromium with virtual authenticators: three people, each with a browser profile of their own.
/// With APPLIANCE_PICTURES=FOLDER the pictures of the documentation are taken on the way.
/// </summary>
public sealed class ConsoleBrowserTests
{
    private const int PictureHeight = 1500;

    private static readonly string? Pictures = Environment.GetEnvironmentVariable("APPLIANCE_PICTURES");

    // Each field has a label, each id is there once, nothing is wider than the screen, the script told no errors.
    private const string FaultsOfPage = """
        (() => {
          const faults = [];
          for (const field of document.querySelectorAll('input:not([type=hidden]), select, textarea'))
            if (field.labels.length === 0) faults.push('no label: ' + field.name);
          const ids = [...document.querySelectorAll('[id]')].map(one => one.id);
          for (const id of ids) if (ids.filter(one => one === id).length > 1) faults.push('twice: ' + id);
          for (const one of document.querySelectorAll('[aria-describedby]'))
            for (const id of one.getAttribute('aria-describedby').split(' '))
              if (!document.getElementById(id)) faults.push('describes nothing: ' + id);
          if (document.querySelectorAll('h1').length !== 1) faults.push('not one heading');
          const wide = document.documentElement;
          if (wide.scrollWidth > wide.clientWidth) faults.push('wider than the screen: ' + wide.scrollWidth);
          return faults.join('; ');
        })()
        """;

    private string origin = "";

    [ProgramFact("chromium")]
    public async Task A_question_is_registered_signed_approved_asked_and_audited_in_a_browser()
    {
        int port = FreePort();
        origin = $"https://{ConsoleWorld.Host}:{port}";
        await using ConsoleWorld world = await ConsoleWorld.Start(origin, port);
        await using Chromium browser = await Chromium.Start(ConsoleWorld.Host);
        (BrowserPage asker, string key) = await Enrolled(
            browser, world, "badge 17", "requester", "single_point_of_contact");
        (BrowserPage chief, _) = await Enrolled(browser, world, "badge 4", "approver", "designated_senior_officer");
        (BrowserPage auditor, _) = await Enrolled(browser, world, "badge 9", "auditor", "");
        await LogInUnverified(asker, key);
        foreach (BrowserPage page in new[] { asker, chief, auditor })
        {
            await LogIn(page);
        }

        string request = await MakeRequest(asker);
        await Approve(chief, request);
        string answer = await Ask(asker, request);
        await Confirm(asker, chief);
        Hold(world);
        await Audit(auditor);

        Assert.Contains("Answer: identified", answer);
        Assert.Contains("line-1", answer);
        Assert.Contains("2024-10-04T00:01:42.000000Z to 2024-10-04T00:01:42.999999Z", answer);
        Assert.Contains("1 h", answer);
        Assert.DoesNotContain("mail.example.org", answer);
        Assert.All(new[] { asker, chief, auditor }, page => Assert.Empty(page.Complaints));
    }

    /// <summary>Makes a key on the page, and has operator and custodian enrol it.</summary>
    private async Task<(BrowserPage Page, string Key)> Enrolled(
        Chromium browser, ConsoleWorld world, string name, string role, string office)
    {
        BrowserPage page = await browser.Open();
        string key = await page.GiveKey();
        await page.Go(origin + "/register");
        await Check(page, role == "requester" ? "register" : "");
        await page.Follow("form[data-ceremony] button");
        string file = (string?)await page.Evaluate("document.getElementById('key').textContent") ?? "";
        Assert.Contains("\"origin\": \"" + origin + "\"", file);
        world.Enrol(name, file, role, office);
        return (page, key);
    }

    /// <summary>A key that cannot tell who touches it does not answer, and the page says so.</summary>
    private async Task LogInUnverified(BrowserPage page, string key)
    {
        await page.Call("WebAuthn.setUserVerified", new { authenticatorId = key, isUserVerified = false });
        await page.Go(origin + "/login");
        await page.Evaluate("document.querySelector('form[data-ceremony] button').click()");
        await page.Until("document.querySelector('[data-told]').textContent.includes('did not answer')");
        await page.Call("WebAuthn.setUserVerified", new { authenticatorId = key, isUserVerified = true });
        Assert.Equal("/login", await page.Address());
    }

    private async Task LogIn(BrowserPage page)
    {
        await page.Go(origin + "/login");
        await Check(page, "login");
        await page.Press("Tab");
        Assert.Equal("skip", (string?)await page.Evaluate("document.activeElement.className"));
        await page.Follow("form[data-ceremony] button");
        Assert.Contains("Log out", await page.Text());
    }

    private async Task<string> MakeRequest(BrowserPage asker)
    {
        await asker.Go(origin + "/requests/new?state=GB&purpose=1");
        await asker.Follow("main form[method=post] button");
        Assert.Contains("[form.", await asker.Text());
        await Check(asker, "request-with-faults");
        foreach ((string name, string value) in RequestFields.Good().Where(
            field => field.Name is not ("state" or "purpose" or "urgency")))
        {
            await asker.Fill(name, value);
        }

        await Check(asker, "request");
        await asker.Follow("main form[method=post] button");
        string canonical = (string?)await asker.Evaluate("document.getElementById('canonical').textContent") ?? "";
        Assert.Contains("\"to find who sent a threat\"", canonical);
        await Check(asker, "sign");
        await asker.Follow("form[data-ceremony] button");
        Assert.Contains("waits for approval", await asker.Text());
        return await asker.Address();
    }

    private async Task Approve(BrowserPage chief, string request)
    {
        await chief.Go(origin + "/queue");
        await Check(chief, "queue");
        await chief.Follow("tbody a");
        Assert.Equal(request, await chief.Address());
        Assert.Contains("The rules would let it pass if you approve.", await chief.Text());
        await Check(chief, "approve");
        await chief.Fill("remarks", "necessary, and no more than is needed");
        await chief.Follow("button[value=approve]");
        await Check(chief, "");
        await chief.Follow("form[data-ceremony] button");
        Assert.Contains("in force", await chief.Text());
    }

    private async Task<string> Ask(BrowserPage asker, string request)
    {
        await asker.Go(origin + request);
        await Check(asker, "ask");
        await asker.Fill("from", "2024-10-04T00:01:42Z");
        await asker.Fill("to", "2024-10-04T00:01:42Z");
        await asker.Follow(".ask button");
        await Check(asker, "answer");
        return await asker.Text();
    }

    /// <summary>An approval by word of mouth, its deadline, and its confirmation by who gave it.</summary>
    private async Task Confirm(BrowserPage asker, BrowserPage chief)
    {
        await asker.Go(origin + "/requests/new?state=GB&purpose=1");
        (string, string)[] spoken = [("expires", "2024-10-05T00:00Z"), ("case", "CP-18"), ("urgency", "spoken")];
        foreach ((string name, string value) in RequestFields.Good(spoken).Where(
            field => field.Name is not ("state" or "purpose")))
        {
            await asker.Fill(name, value);
        }

        await asker.Follow("main form[method=post] button");
        await asker.Follow("form[data-ceremony] button");
        string request = await asker.Address();
        await chief.Go(origin + request);
        await chief.Evaluate("document.querySelector('input[name=oral]').click()");
        await chief.Fill("remarks", "given on the telephone");
        await chief.Follow("button[value=approve]");
        await chief.Follow("form[data-ceremony] button");
        Assert.Contains("24 hours and 0 minutes are left", await chief.Text());
        await Check(chief, "confirm");
        await chief.Fill("remarks", "as I said on the telephone");
        await chief.Follow("button[value=approve]");
        await chief.Follow("form[data-ceremony] button");
        Assert.Contains("confirmed in writing at 2024-10-04T12:00:00Z", await chief.Text());
    }

    /// <summary>A hold that is kept, for the page that lists them.</summary>
    private static void Hold(ConsoleWorld world)
    {
        string order = world.Orders.Request();
        world.Orders.Approve(order);
        Assert.Equal(0, world.Orders.Resolve(order, "--hold-until", "2025-10-04T00:00Z").Code);
    }

    private async Task Audit(BrowserPage auditor)
    {
        (string, string)[] pages =
            [("/holds", "holds"), ("/log", "log"), ("/log/counts", "counts"), ("/log/2", "entry")];
        foreach ((string path, string name) in pages)
        {
            await auditor.Go(origin + path);
            await Check(auditor, name);
            Assert.DoesNotContain("192.0.2.1", await auditor.Text());
        }

        Assert.Contains("The entry is in the tree of the checkpoint", await auditor.Text());
    }

    /// <summary>
    /// What every page must be, on a wide screen and on a telephone; and its pictures, where they are wanted.
    /// </summary>
    private static async Task Check(BrowserPage page, string picture)
    {
        foreach ((int width, bool isDark) in new[] { (400, true), (1200, false) })
        {
            await page.Resize(width);
            JsonNode? faults = await page.Evaluate(FaultsOfPage);
            Assert.True((string?)faults == "", $"{await page.Address()} at {width} px: {faults}");
            if (Pictures is not null && picture.Length > 0)
            {
                await page.PreferDark(isDark);
                Directory.CreateDirectory(Pictures);
                await File.WriteAllBytesAsync(
                    Path.Combine(Pictures, $"{picture}-{width}.png"), await page.Picture(PictureHeight));
                await page.PreferDark(false);
            }
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
