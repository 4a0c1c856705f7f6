using System.Net;
using Appliance.Tests.Wire;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.WebConsole;

/// <summary>A console, a requester and an approver for tests that leave nothing behind.</summary>
public sealed class SharedConsole : IAsyncLifetime
{
    internal ConsoleWorld World { get; private set; } = null!;

    internal ConsoleUser Asker { get; private set; } = null!;

    internal ConsoleUser Chief { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        World = await ConsoleWorld.Start();
        (Asker, Chief) = await World.Two();
    }

    public async Task DisposeAsync()
    {
        await World.DisposeAsync();
    }
}

/// <summary>One thing wrong each time: on a form, in where it came from, in what a key answered.</summary>
public sealed class ConsoleSharedTests(SharedConsole shared) : IClassFixture<SharedConsole>
{
    [Theory]
    [InlineData("from", "2024-10-04T00:00", "[form.from]")]
    [InlineData("statement-necessity", "", "[law.statement_missing]")]
    [InlineData("to", "2024-10-05T00:00Z", "[law.period_future]")]
    [InlineData("addresses", "somewhere", "[form.addresses]")]
    [InlineData("questions", "many", "[form.questions]")]
    [InlineData("expires", "2025-01-01T00:00Z", "[law.order_too_long]")]
    public async Task What_is_wrong_stands_by_its_field_and_names_the_rule(string field, string value, string rule)
    {
        Said said = await shared.Asker.Post("/requests/new", RequestFields.Good((field, value)));

        Assert.Equal((HttpStatusCode.OK, true), (said.Status, said.Has(rule)));
        Assert.Contains("aria-invalid=\"true\"", said.Body);
        Assert.Contains("one address, one port, four minutes", said.Body);
        Assert.True((await shared.Asker.Get("/requests")).Has("You have made no request yet"));
    }

    [Theory]
    [InlineData("https://evil.example")]
    [InlineData("null")]
    [InlineData("https://icr.example:8444")]
    [InlineData("")]
    public async Task A_form_from_another_page_does_nothing(string origin)
    {
        shared.Asker.Origin = origin;

        Said posted = await shared.Asker.Post("/requests/new", RequestFields.Good());
        Said logout = await shared.Asker.Post("/logout");
        shared.Asker.Origin = ConsoleWorld.Origin;
        Said still = await shared.Asker.Get("/requests");

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden), (posted.Status, logout.Status));
        Assert.Equal(HttpStatusCode.OK, still.Status);
    }

    [Theory]
    [InlineData("party", "webauthn.party")]
    [InlineData("origin", "webauthn.origin")]
    [InlineData("untouched", "webauthn.present")]
    [InlineData("unverified", "webauthn.verified")]
    [InlineData("type", "webauthn.type")]
    [InlineData("framed", "webauthn.origin")]
    [InlineData("counter", "webauthn.counter")]
    [InlineData("stranger", "people.unknown")]
    public async Task A_login_that_is_wrong_in_one_thing_is_refused_by_its_name(string wrong, string rule)
    {
        SoftKey key = shared.Asker.Key;
        (string party, string origin, byte flags, uint count, Id16 person) =
            (key.Party, key.Origin, key.Flags, key.Count, key.Person);
        key.Party = wrong == "party" ? "example" : key.Party;
        key.Origin = wrong == "origin" ? "https://icr.example.evil.example" : key.Origin;
        key.Flags = wrong switch { "untouched" => SoftKey.Verified, "unverified" => SoftKey.Present, _ => key.Flags };
        key.Type = wrong == "type" ? "webauthn.create" : key.Type;
        key.More = wrong == "framed" ? ",\"crossOrigin\":true" : "";
        key.Count = wrong == "counter" ? 0 : key.Count;
        key.Person = wrong == "stranger" ? new Id16(1, 2) : key.Person;

        Said said = await shared.Asker.Login();
        (key.Party, key.Origin, key.Flags, key.Type, key.More) = (party, origin, flags, "webauthn.get", "");
        (key.Count, key.Person) = (count + 1, person);

        Assert.Equal((HttpStatusCode.Forbidden, true), (said.Status, said.Has(rule)));
        Assert.False(said.Message.Headers.Contains("Set-Cookie"));
    }
}
