using Appliance.Retention.Archive;
using Appliance.Retention.WebConsole;
using Appliance.Tests.Retention.Requests;
using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.WebConsole;

/// <summary>What the verb says before it listens, and what lies behind the pages.</summary>
public sealed class ConsoleVerbTests : IDisposable
{
    private readonly OrderWorld world = new();

    public void Dispose() => world.Dispose();

    [Transcript("retention console")]
    [Fact]
    public void What_is_wrong_is_one_line_that_says_what_to_do()
    {
        world.SetUp();

        AssertSays("--listen localhost", "--listen localhost is not ADDRESS:PORT, for example 127.0.0.1:8443");
        AssertSays(
            "--origin http://icr.example",
            "--origin http://icr.example is no origin such as https://icr.example or https://icr.example:8443");
        AssertSays(
            "--origin https://192.0.2.7",
            "--origin https://192.0.2.7 names an address, and WebAuthn keys are bound to a host name; give one");
        AssertSays("--cert a.pem", "--cert and --key belong together; give both");
        AssertSays("--cert a.pem --key b.pem", "a.pem is not there; --cert and --key name files in PEM");
    }

    [Fact]
    public void A_store_that_was_not_set_up_for_orders_has_no_console()
    {
        (int code, _, string errors) = world.Run("console", "--data", world.File("none"));

        Assert.Equal(2, code);
        Assert.EndsWith("set the warden up with `retention warden init`\n", errors);
    }

    [Fact]
    public void A_browser_key_is_enrolled_with_its_origin_and_its_fingerprint_is_printed()
    {
        world.SetUp();
        using var key = new Wire.SoftKey(count => new byte[count]);
        var made = new Appliance.Retention.Requests.BrowserKey(
            new Id16(7, 8), key.Public, "icr.example", "https://icr.example");
        System.IO.File.WriteAllText(world.File("browser.json"), made.ToJson());
        string[] enrol =
        [
            "people", "enrol", "--label", "b", "--authority", "County Police", "--kind", "police", "--role",
            "requester", "--until", "2024-12-31T00:00Z", "--operator", world.File("operator.json"), "--custodian",
            world.File("custodian.json"), "--lab", "--to", world.Store.People,
        ];

        (int neither, _, string told) = world.Run(enrol);
        (int code, string output, _) = world.Run([.. enrol, "--browser-key", world.File("browser.json")]);
        (int wrong, _, string why) = world.Run([.. enrol, "--browser-key", world.File("operator.json")]);

        Assert.Equal((2, 2), (neither, wrong));
        Assert.Equal("retention: give the person's key: either --key FILE or --browser-key FILE\n", told);
        Assert.Contains("is no key of a browser", why);
        Assert.Equal(0, code);
        Assert.Contains(Appliance.Retention.Requests.BrowserKey.Fingerprint(key.Public), output);
    }

    [Fact]
    public void The_count_of_a_key_survives_a_restart_and_a_damaged_one_is_not_believed()
    {
        string folder = world.File("counts");
        var key = new KeyId(5);

        Assert.Null(new SignCounts(folder).Advance(key, 0));
        Assert.Null(new SignCounts(folder).Advance(key, 4));
        Assert.Equal("webauthn.counter", new SignCounts(folder).Advance(key, 4)!.Rule);
        Assert.Equal("webauthn.counter", new SignCounts(folder).Advance(key, 0)!.Rule);
        Assert.Null(new SignCounts(folder).Advance(key, 5));
        System.IO.File.WriteAllText(Path.Combine(folder, $"{key}.count"), "many");
        Assert.Throws<ArchiveException>(() => new SignCounts(folder).Advance(key, 6));
    }

    [Fact]
    public void A_challenge_is_good_once_for_its_ceremony_its_person_and_five_minutes()
    {
        var clock = new StepClock();
        var challenges = new Challenges(clock);
        Hash32 login = challenges.Make(Ceremony.Login);
        Hash32 late = challenges.Make(Ceremony.Login);

        Assert.False(challenges.TryUse(login, Ceremony.Registration));
        Assert.False(challenges.TryUse(login, Ceremony.Login, new Id16(1, 1)));
        Assert.False(new Challenges(clock).TryUse(login, Ceremony.Login));
        Assert.True(challenges.TryUse(login, Ceremony.Login));
        Assert.False(challenges.TryUse(login, Ceremony.Login));
        clock.Passed += ConsoleLimits.ChallengeLife + TimeSpan.FromSeconds(1);
        Assert.False(challenges.TryUse(late, Ceremony.Login));
    }

    private void AssertSays(string words, string sentence)
    {
        (int code, string output, string errors) = world.Run(["console", "--data", world.Data, .. words.Split(' ')]);
        Assert.Equal((2, "", $"retention: {sentence}\n"), (code, output, errors));
    }
}
