using Appliance.Edge.Configuration;
using Appliance.Edge.Pipeline;
using Appliance.Flow.Lines;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>What the configuration of sessions must keep, and what the notice takes out of their records.</summary>
public sealed class SessionOptionsTests
{
    private const string Client = """{ "prefix": "10.0.0.0/8", "secretFile": "s" }""";

    [Fact]
    public void A_listener_with_clients_realms_and_a_reference_is_taken()
    {
        string text = $$"""
            { "notice": { "reference": "imsi" }, "sessions": { "listen": "0.0.0.0", "answer": true,
              "clients": [ {{Client}} ], "realms": [ { "server": "east", "instance": 7, "realm": "e" } ] } }
            """;

        Assert.True(ConfigurationFile.TryParse(text, out ApplianceOptions options, out string problem), problem);

        LineOptions lines = LineSettings.Of(options);
        Assert.Equal(LineNaming.Imsi, lines.Naming);
        Assert.Equal([new RealmRule("east", 7, "e")], lines.Realms);
    }

    [Theory]
    [InlineData("""{ "notice": { "reference": "imei" } }""", "notice.reference")]
    [InlineData(
        """{ "sessions": { "listen": "box", "clients": [ { "prefix": "10.0.0.0/8" } ] } }""", "sessions.listen")]
    [InlineData("""{ "sessions": { "listen": "0.0.0.0" } }""", "sessions.clients is empty")]
    [InlineData(
        """{ "sessions": { "listen": "0.0.0.0", "answer": true, "clients": [ { "prefix": "10.0.0.0/8" } ] } }""",
        "sessions.clients[0].secretFile")]
    [InlineData("""{ "sessions": { "clients": [ { "prefix": "10" } ] } }""", "sessions.clients[0].prefix")]
    [InlineData("""{ "sessions": { "realms": [ { "server": "x" } ] } }""", "sessions.realms[0].realm")]
    [InlineData("""{ "sessions": { "limit": 1 } }""", "sessions.limit")]
    [InlineData(
        """{ "legs": [ { "interface": "a", "leg": "inside" } ], "sessions": { "mirrors": [ "a" ] } }""",
        "sessions.mirrors has 'a'")]
    public void What_cannot_work_is_refused_by_the_name_of_its_key(string text, string key)
    {
        Assert.False(ConfigurationFile.TryParse(text, out _, out string problem));

        Assert.StartsWith(key, problem);
    }

    [Theory]
    [InlineData("100.64.0.0", 24, "100.64.0.7", 32, false)]
    [InlineData("100.64.0.7", 32, "100.64.0.0", 24, false)]
    [InlineData("100.64.0.0", 24, "100.64.1.7", 32, true)]
    public void A_session_that_touches_an_excluded_range_is_not_recorded(
        string excluded, int excludedLength, string held, int length, bool isKept)
    {
        Policy policy = new(new PolicyOptions { Excluded = [new IpPrefix(Address(excluded), excludedLength)] });
        RowBatch rows = new();

        new LineRows(policy).Add(Record(new IpPrefix(Address(held), length)), rows, 0);

        Assert.Equal((isKept ? 1 : 0, isKept ? 0UL : 1UL), (rows.Sessions.Count, policy.Excluded));
    }

    [Fact]
    public void An_open_session_has_no_end_and_its_texts_stand_in_the_batch()
    {
        RowBatch rows = new();

        new LineRows(new Policy(new PolicyOptions())).Add(Record(new IpPrefix(Address("2001:db8::"), 56)), rows, 0);

        SessionRow row = Assert.Single(rows.Sessions);
        Assert.Equal((LeapSeconds.ToTai(1_700_000_000_000_000), default), (row.Start, row.End));
        Assert.Equal(
            ["line-7", "line", "default", "radius", "imei", "bras1"],
            new[] { row.Subscriber, row.SubscriberType, row.Realm, row.Source, row.Equipment, row.Access }
                .Select(rows.Strings.Text));
    }

    private static Ip Address(string text) =>
        Ip.TryParse(text, out Ip address) ? address : throw new ArgumentException(text);

    private static LineRecord Record(IpPrefix prefix) => new()
    {
        IsBlock = false,
        IsFirst = true,
        StartNs = 1_700_000_000_000_000_000,
        EndNs = 0,
        Realm = "default",
        Source = "radius",
        Address = prefix,
        Reference = new LineReference("line-7", "line"),
        Equipment = "imei",
        Access = "bras1",
    };
}
