using System.Text.Json.Nodes;
using Appliance.Retention.Archive;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Retention.Questions;

/// <summary>Customers of one private address behind softwires: apart without sessions, and named by them.</summary>
public sealed class SoftwireTests : IDisposable
{
    private const string Inside = "192.168.1.2";
    private readonly AskWorld world = new();

    public SoftwireTests()
    {
        world.CoverTheDay();
        Flow(4000, "default/2001:db8:b4::1");
        Flow(4001, "default/2001:db8:b4::2");
    }

    [Fact]
    public void Two_customers_with_the_same_private_address_are_two_lines()
    {
        Assert.Equal("default/2001:db8:b4::1/192.168.1.2", LineOf(4000));
        Assert.Equal("default/2001:db8:b4::2/192.168.1.2", LineOf(4001));
    }

    [Fact]
    public void A_session_of_the_softwire_names_the_line()
    {
        RowBatch batch = world.Batch();
        batch.Sessions.Add(new SessionRow
        {
            Subscriber = batch.Strings.Add("line-17"),
            SubscriberType = batch.Strings.Add("line"),
            Realm = batch.Strings.Add("default"),
            Address = AskWorld.Address("2001:db8:b4::1"),
            PrefixLength = 128,
            Start = AskWorld.At("12:00"),
            End = AskWorld.At("18:00"),
            Source = batch.Strings.Add("radius"),
        });

        Assert.Equal("line-17", LineOf(4000));
        Assert.Equal("default/2001:db8:b4::2/192.168.1.2", LineOf(4001));
    }

    [Fact]
    public void A_batch_is_found_by_the_softwires_end_as_by_the_private_address()
    {
        RowBatch batch = world.Batch();
        FlowRow row = AskWorld.Flow(batch, Inside, 4002, "15:04:10", "15:04:10");
        row.Realm = batch.Strings.Add("default/2001:db8:b4::1");
        batch.Flows.Add(row);

        byte[] filter = new FilterTokens().Make(new byte[32], default, batch, 1);
        byte[] batchKey = new byte[Hash32.Size];
        FilterTokens.KeyOf(new byte[32], default, batchKey);

        Assert.True(MayHave(Inside));
        Assert.True(MayHave("2001:db8:b4::1"));
        Assert.False(MayHave("2001:db8:b4::2"));

        bool MayHave(string address) => FilterTokens.MayHave(
            filter, batchKey, Token.Of(TokenField.InsideAddress, AskWorld.Address(address)));
    }

    public void Dispose() => world.Dispose();

    private void Flow(ushort port, string realm)
    {
        RowBatch batch = world.Batch();
        FlowRow row = AskWorld.Flow(batch, Inside, port, "15:04:10", "15:04:10");
        row.Realm = batch.Strings.Add(realm);
        row.Translation = Translation.DsLite;
        batch.Flows.Add(row);
    }

    private string LineOf(ushort port)
    {
        world.WriteAgain();
        (_, string output, _) = world.Ask(
            "resolve", "--ip", AskWorld.Pub, "--port", $"{port}", "--at", $"{AskWorld.Date}T15:04Z", "--json");
        JsonNode candidate = Assert.Single(JsonNode.Parse(output)!["candidates"]!.AsArray())!;
        return (string)candidate["line"]!;
    }
}
