using System.Text.Json;
using System.Text.Json.Nodes;
using Appliance.Retention.Holds;
using Appliance.Retention.Requests;
using Appliance.Retention.Rules;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.Tests.Retention.Rules;

/// <summary>Rules as data: what is refused on reading, and what a confirmation is bound to.</summary>
public sealed class RuleBookTests
{
    private static readonly string Text =
        File.ReadAllText(Path.Combine(Checkout.Root, "host/Appliance.Retention/Rules/jurisdictions.json"));

    [Fact]
    public void Every_state_has_a_date_on_every_cell_and_one_decision_for_each_category()
    {
        foreach (Jurisdiction state in RuleBook.BuiltIn.Jurisdictions)
        {
            Assert.NotEmpty(state.Cells);
            Assert.All(state.Cells, cell => Assert.NotEmpty(cell.AsOf));
            Assert.All(state.Cells, cell => Assert.StartsWith($"{state.Id}/", cell.Id));
            Assert.All(state.Decisions, decision =>
                Assert.Equal($"{state.Id}/{Words.Of<OrderCategory>(decision.Category)}", decision.Id));
        }
    }

    [Fact]
    public void A_power_rests_on_at_least_one_cell_that_can_be_read()
    {
        foreach (Jurisdiction state in RuleBook.BuiltIn.Jurisdictions)
        {
            foreach (Decision decision in state.Decisions.Where(decision => decision.Ways.Count > 0))
            {
                Assert.Contains(
                    decision.RestsOn, id => state.Cells.Find(cell => cell.Id == id)!.Quote is { Count: > 0 });
            }
        }
    }

    [Fact]
    public void The_rules_of_the_united_kingdom_say_what_has_replaced_them() => Assert.All(
        RuleBook.BuiltIn.Find("GB")!.Cells,
        cell => Assert.StartsWith("Investigatory Powers Act 2016", cell.SupersededBy));

    [Fact]
    public void Every_statement_that_is_defined_is_asked_for_somewhere()
    {
        IEnumerable<string> asked = RuleBook.BuiltIn.Jurisdictions
            .SelectMany(state => state.Decisions).SelectMany(decision => decision.Ways)
            .SelectMany(way => way.Requires)
            .Concat(RuleBook.BuiltIn.RequiredOfAll)
            .Concat(["sensitive_profession", "port_not_enough", "no_notification", "identity_checked", "line_held"])
            .Append(HeldOrder.Statement).Append(AnswerKey.PlainStatement);

        Assert.Empty(RuleBook.BuiltIn.Statements.Select(statement => statement.Id).Except(asked));
    }

    [Fact]
    public void A_confirmation_is_of_the_state_s_own_rules_whatever_the_layout()
    {
        RuleBook packed = RuleBook.Read(JsonSerializer.Serialize(JsonNode.Parse(Text)));
        RuleBook changed = Changed(root => State(root, "AT")["decisions"]![1]!["ways"]![0]!["lines_max"] = 11);

        Assert.Equal(RuleBook.BuiltIn.HashOf("AT"), packed.HashOf("AT"));
        Assert.NotEqual(RuleBook.BuiltIn.HashOf("AT"), changed.HashOf("AT"));
        Assert.Equal(RuleBook.BuiltIn.HashOf("DE"), changed.HashOf("DE"));
    }

    [Fact]
    public void A_state_is_added_by_adding_data()
    {
        RuleBook more = Changed(root =>
        {
            JsonNode added = JsonNode.Parse(State(root, "AT").ToJsonString().Replace("AT/", "NN/"))!;
            added["id"] = "NN";
            added["name"] = "New State";
            root["jurisdictions"]!.AsArray().Add(added);
        });
        OrderFacts order = Orders.Of("AT", OrderCategory.Traffic) with { Jurisdiction = "NN" };

        Assert.Equal(["NN/traffic"], new Gate(more, (_, _) => false).Judge(order).Decisions);
        Assert.Equal(RuleBook.BuiltIn.HashOf("AT"), more.HashOf("AT"));
    }

    [Fact]
    public void Rules_that_do_not_hold_together_are_refused()
    {
        AssertRefused(root => State(root, "AT")["decisions"]![0]!["rests_on"]![0] = "AT/2.9/x", "no cell AT/2.9/x");
        AssertRefused(root => State(root, "AT")["decisions"]!.AsArray().RemoveAt(0), "one decision for each category");
        AssertRefused(root => State(root, "AT")["decisions"]![0]!["not_stated"] = "x", "either ways or not_stated");
        AssertRefused(root => State(root, "AT")["decisions"]![0]!["rests_on"] = new JsonArray(), "rests on no cell");
        AssertRefused(root => State(root, "AT")["cells"]![0]!["not_stated"] = "x", "either quote or not_stated");
        AssertRefused(root => State(root, "AT")["cells"]![0]!["quote"] = new JsonArray(), "an empty quote");
        AssertRefused(root => State(root, "AT")["cells"]![0]!["document"] = "x", "no document x");
        AssertRefused(root => State(root, "AT")["id"] = "DE", "jurisdiction DE stands twice");
        AssertRefused(root => root["required_of_all"]!.AsArray().Add("x"), "no statement x");
        AssertRefused(
            root => State(root, "AT")["decisions"]![0]!["ways"]![0]!["ordered_by"] = new JsonArray(), "nobody orders");
    }

    [Fact]
    public void An_unknown_key_or_word_is_refused()
    {
        Assert.Throws<JsonException>(() => Changed(root => State(root, "AT")["exclude"] = new JsonArray()));
        Assert.Throws<JsonException>(
            () => Changed(root => State(root, "AT")["decisions"]![0]!["ways"]![0]!["ordered_by"]![0] = "mayor"));
        Assert.Throws<JsonException>(
            () => Changed(root => State(root, "AT")["cells"]![0]!.AsObject().Remove("superseded_by")));
    }

    private static JsonNode State(JsonNode root, string id) =>
        root["jurisdictions"]!.AsArray().Single(state => (string?)state!["id"] == id)!;

    private static RuleBook Changed(Action<JsonNode> change)
    {
        JsonNode root = JsonNode.Parse(Text)!;
        change(root);
        return RuleBook.Read(root.ToJsonString());
    }

    private static void AssertRefused(Action<JsonNode> change, string sentence) =>
        Assert.Contains(sentence, Assert.Throws<InvalidDataException>(() => Changed(change)).Message);
}
