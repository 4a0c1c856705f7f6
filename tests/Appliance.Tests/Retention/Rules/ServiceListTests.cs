using System.Text.Json;
using Appliance.Retention.Rules;
using Xunit;

namespace Appliance.Tests.Retention.Rules;

/// <summary>Communications services by host name.</summary>
public sealed class ServiceListTests
{
    [Theory]
    [InlineData("mail.google.com", "Gmail", ServiceKind.Communications)]
    [InlineData("WWW.Google.com.", "Google", ServiceKind.Other)]
    [InlineData("e1.whatsapp.net", "WhatsApp", ServiceKind.Communications)]
    [InlineData("web.de", "WEB.DE", ServiceKind.Communications)]
    internal void The_longest_suffix_at_a_dot_says_which_service_it_is(string host, string name, ServiceKind kind)
    {
        KnownService? found = ServiceList.BuiltIn.Find(host);

        Assert.Equal(name, found?.Name);
        Assert.Equal(kind, found?.Kind);
    }

    [Theory]
    [InlineData("notwhatsapp.net")]
    [InlineData("whatsapp.net.example")]
    [InlineData("net")]
    [InlineData("")]
    public void A_host_that_is_under_no_suffix_is_not_listed(string host) =>
        Assert.Null(ServiceList.BuiltIn.Find(host));

    [Fact]
    public void The_list_is_dated_and_mostly_of_communications_services()
    {
        Assert.NotEmpty(ServiceList.BuiltIn.AsOf);
        Assert.True(ServiceList.BuiltIn.Services.Count(s => s.Kind == ServiceKind.Communications) >= 50);
    }

    [Fact]
    public void An_operator_adds_a_service_and_corrects_one()
    {
        ServiceList list = ServiceList.BuiltIn.With("""
            { "as_of": "2027-01", "services": [
              { "suffix": "chat.example", "name": "Example Chat", "kind": "communications" },
              { "suffix": "google.com", "name": "Google", "kind": "communications" } ] }
            """);

        Assert.Equal("Example Chat", list.Find("a.chat.example")?.Name);
        Assert.Equal(ServiceKind.Communications, list.Find("www.google.com")?.Kind);
        Assert.Equal("Gmail", list.Find("mail.google.com")?.Name);
        Assert.Contains("2027-01", list.AsOf);
        Assert.Null(ServiceList.BuiltIn.Find("a.chat.example"));
    }

    [Theory]
    [InlineData(".chat.example")]
    [InlineData("Chat.example")]
    [InlineData("com")]
    public void A_suffix_that_could_never_match_or_matches_too_much_is_refused(string suffix) =>
        Assert.Throws<InvalidDataException>(() => ServiceList.BuiltIn.With(
            $$"""{ "as_of": "x", "services": [ { "suffix": "{{suffix}}", "name": "x", "kind": "other" } ] }"""));

    [Fact]
    public void An_unknown_key_is_refused() => Assert.Throws<JsonException>(
        () => ServiceList.BuiltIn.With("""{ "as_of": "x", "services": [], "more": 1 }"""));
}
