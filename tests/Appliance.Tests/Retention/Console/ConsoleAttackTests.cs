using System.Net;
using Appliance.Retention.WebConsole;
using Appliance.Tests.Wire;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.WebConsole;

/// <summary>Ways around the console, each of which fails.</summary>
public sealed class ConsoleAttackTests
{
    [Fact]
    public async Task A_forged_cookie_is_nobody()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        using ConsoleUser asker = await world.LoggedIn("badge 17", "requester", "single_point_of_contact");
        string good = asker.Cookie;
        Said own = await asker.Get("/requests");

        asker.Cookie = (good[0] == 'A' ? "B" : "A") + good[1..];
        Said changed = await asker.Get("/requests");
        asker.Cookie = world.IdOf("badge 17").ToString();
        Said guessed = await asker.Get("/requests");

        Assert.Equal(HttpStatusCode.OK, own.Status);
        Assert.Equal(("/login", "/login"), (changed.Location, guessed.Location));
    }

    [Fact]
    public async Task Another_host_name_is_sent_away()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        using ConsoleUser asker = await world.LoggedIn("badge 17", "requester");
        asker.Host = "rebound.example";

        Assert.Equal(HttpStatusCode.MisdirectedRequest, (await asker.Get("/requests")).Status);
    }

    [Fact]
    public async Task An_answer_of_a_key_logs_in_once()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        using ConsoleUser asker = await world.Person("badge 17", "requester");
        Said page = await asker.Get("/login");
        (string, string)[] answer = asker.Answer(page.Body);
        string challenge = ConsoleUser.Hidden(page.Body, "challenge");

        Said first = await asker.Login(answer, challenge);
        Said again = await asker.Login(answer, challenge);
        Said foreign = await asker.Login(answer, new string('A', 43));

        Assert.Equal("/", first.Location);
        Assert.True(again.Has("webauthn.used"), again.Body);
        Assert.True(foreign.Has("webauthn.challenge"), foreign.Body);
    }

    [Fact]
    public async Task A_signature_over_another_digest_files_nothing_and_is_logged_as_a_refusal()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();
        Said one = await asker.Post("/requests/new", RequestFields.Good());
        Said other = await asker.Post("/requests/new", RequestFields.Good(("to", "2024-10-04T00:05Z")));
        Said harmless = await asker.Get(one.Location);

        Said said = await asker.Post(other.Location, asker.Answer(harmless.Body));
        Said list = await asker.Get("/requests");
        (_, string log, _) = world.Orders.Run("log", "--data", world.Orders.Data);

        Assert.True(said.Has("webauthn.challenge"), said.Body);
        Assert.True(list.Has("You have made no request yet"));
        Assert.Contains(" refusal ", log);
    }

    [Fact]
    public async Task A_signature_is_taken_once_and_counts_on()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();
        Said begun = await asker.Post("/requests/new", RequestFields.Good());
        Said page = await asker.Get(begun.Location);
        (string, string)[] answer = asker.Answer(page.Body);

        Said first = await asker.Post(begun.Location, answer);
        Said again = await asker.Post(begun.Location, answer);
        Said next = await asker.Post("/requests/new", RequestFields.Good());
        asker.Key.Count -= 1;
        Said back = await asker.Sign(next.Location);

        Assert.StartsWith("/requests/", first.Location);
        Assert.True(again.Has("sign.gone"), again.Body);
        Assert.True(back.Has("webauthn.counter"), back.Body);
    }

    [Fact]
    public async Task A_signature_without_verification_or_by_another_person_files_nothing()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        (ConsoleUser asker, ConsoleUser chief) = await world.Two();
        Said begun = await asker.Post("/requests/new", RequestFields.Good());
        Said page = await asker.Get(begun.Location);

        Said byOther = await asker.Post(begun.Location, chief.Answer(page.Body));
        Said stolen = await chief.Post(begun.Location, chief.Answer(page.Body));
        asker.Key.Flags = SoftKey.Present;
        Said unverified = await asker.Post(begun.Location, asker.Answer(page.Body));

        Assert.True(byOther.Has("webauthn.signature"), byOther.Body);
        Assert.True(stolen.Has("sign.gone"), stolen.Body);
        Assert.True(unverified.Has("webauthn.verified"), unverified.Body);
    }

    [Fact]
    public async Task Nobody_approves_an_own_request_whatever_the_roles()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        ConsoleUser both = await world.LoggedIn(
            "badge 1", "requester", "single_point_of_contact", "--role", "approver");
        ConsoleUser chief = await world.LoggedIn("badge 4", "approver", "designated_senior_officer");
        string request = await RequestFields.File(both);

        Said queue = await both.Get("/queue");
        Said page = await both.Get($"/requests/{request}");
        Said verdict = await RequestFields.Decide(both, request, "approve");
        Said others = await chief.Get("/queue");

        Assert.True(queue.Has("Nothing waits") && others.Has("CP-17"));
        Assert.False(page.Has("Your verdict"));
        Assert.True(verdict.Has("order.same-person"), verdict.Body);
    }

    [Fact]
    public async Task A_session_ends_when_nothing_is_asked_after_a_day_of_work_and_when_the_key_is_replaced()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        using ConsoleUser asker = await world.LoggedIn("badge 17", "requester");
        string first = asker.Cookie;
        world.Clock.Passed += ConsoleLimits.SessionIdle + TimeSpan.FromSeconds(1);
        Said idle = await asker.Get("/requests");
        await asker.Login();
        TimeSpan end = world.Clock.Passed + ConsoleLimits.SessionLife;
        Said busy = await asker.Get("/requests");
        while (world.Clock.Passed <= end)
        {
            world.Clock.Passed += TimeSpan.FromMinutes(10);
            busy = await asker.Get("/requests");
        }

        world.Clock.Passed = TimeSpan.FromDays(1);
        await asker.Login();
        Said before = await asker.Get("/requests");
        string file = System.IO.File.ReadAllText(world.Orders.File("badge 17-browser.json"));
        using var newer = new SoftKey(count => new byte[count]);
        world.Enrol("badge 17", Replaced(file, asker.Key.Point, newer.Point), "requester", "");
        Said replaced = await asker.Get("/requests");

        Assert.NotEqual(first, asker.Cookie);
        Assert.Equal(("/login", "/login"), (idle.Location, busy.Location));
        Assert.Equal((HttpStatusCode.OK, "/login"), (before.Status, replaced.Location));
    }

    [Fact]
    public async Task Every_answer_forbids_frames_inline_script_and_keeping_it()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        using ConsoleUser asker = await world.Person("badge 17", "requester");
        Said login = await asker.Login();
        Said[] all =
        [
            login, await asker.Get("/login"), await asker.Get("/nothing"), await asker.Get("/webauthn.js"),
            await asker.Get("/requests"),
        ];

        string cookie = login.Message.Headers.GetValues("Set-Cookie").Single();
        Assert.All(
            new[] { "__Host-session=", "Secure", "HttpOnly", "SameSite=Strict", "Path=/" },
            part => Assert.Contains(part, cookie));
        Assert.All(all, said =>
        {
            string policy = said.Message.Headers.GetValues("Content-Security-Policy").Single();
            Assert.Contains("default-src 'none'", policy);
            Assert.Contains("frame-ancestors 'none'", policy);
            Assert.DoesNotContain("unsafe", policy);
            Assert.Equal("no-store", said.Message.Headers.GetValues("Cache-Control").Single());
            Assert.DoesNotContain(" style=", said.Body);
            Assert.DoesNotContain(" onclick=", said.Body);
        });
    }

    [Fact]
    public async Task Too_many_logins_from_one_address_are_told_to_wait()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        using ConsoleUser asker = await world.Person("badge 17", "requester");
        var seen = new List<HttpStatusCode>();
        for (int i = 0; i <= ConsoleLimits.CeremoniesPerMinute; i++)
        {
            seen.Add((await asker.Post("/login")).Status);
        }

        Assert.Equal(HttpStatusCode.Forbidden, seen[0]);
        Assert.Equal(HttpStatusCode.TooManyRequests, seen[^1]);
    }

    [Fact]
    public async Task A_registration_is_taken_once_and_for_the_person_it_was_begun_for()
    {
        await using ConsoleWorld world = await ConsoleWorld.Start();
        using var asker = new ConsoleUser(world, new SoftKey(count => new byte[count]));
        Said page = await asker.Get("/register");
        (byte[] attestation, byte[] client) = asker.Key.Create(ConsoleUser.Challenge(page.Body));
        (string, string)[] fields =
        [
            ("challenge", ConsoleUser.Hidden(page.Body, "challenge")),
            ("attestation", System.Buffers.Text.Base64Url.EncodeToString(attestation)),
            ("client", System.Buffers.Text.Base64Url.EncodeToString(client)),
        ];

        Said other = await asker.Post("/register", [.. fields, ("person", new Id16(1, 2).ToString())]);
        Said good = await asker.Post("/register", [.. fields, ("person", ConsoleUser.Hidden(page.Body, "person"))]);
        Said again = await asker.Post("/register", [.. fields, ("person", ConsoleUser.Hidden(page.Body, "person"))]);
        Said login = await asker.Login();

        Assert.True(other.Has("webauthn.used") && again.Has("webauthn.used"));
        Assert.True(good.Has("Fingerprint"), good.Body);
        Assert.True(login.Has("people.unknown"), login.Body);
    }

    private static string Replaced(string file, byte[] old, byte[] newer) => file.Replace(
        Convert.ToHexStringLower(old), Convert.ToHexStringLower(newer), StringComparison.Ordinal);
}
