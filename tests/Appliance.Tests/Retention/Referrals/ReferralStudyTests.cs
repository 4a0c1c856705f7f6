using System.Text.Json;
using Xunit;

namespace Appliance.Tests.Retention.Referrals;

/// <summary>
/// A referral shaped like the study in chapter 7 of the operational case. The document counts cases, each of many
/// addresses: 4,037 "contained at least one fixed IP address relating to a communication sent within the last twelve
/// months", 3,470 of these "also contained at least one shared IP address"; 178 are "potentially resolvable under
/// existing law"; 862 "could only be taken further if ICRs were retained"; 948 not at all: "no IP address being
/// provided", "online anonymisation techniques", or "over a year ago". 4,037 + 178 + 862 + 948 = 6,025.
/// </summary>
public sealed class ReferralStudyTests(StudyNetwork network) : IClassFixture<StudyNetwork>
{
    private const int Fixed = 4037;
    private const int FixedAndShared = 3470;
    private const int Today = 178;
    private const int WithDestination = 862;
    private const int Not = 948;

    [Fact]
    public void A_referral_shaped_like_the_study_gives_exactly_its_breakdown()
    {
        string file = network.In("study.csv");
        File.WriteAllLines(file, Lines());

        (int code, string output, string errors) = StudyNetwork.Run(
            "referral", file, "--data", network.Data, "--json");

        Assert.True(code == 0, errors);
        using JsonDocument report = JsonDocument.Parse(output);
        JsonElement cases = report.RootElement.GetProperty("summary").GetProperty("cases");
        Assert.Equal(
            [6025, 4037, 3470, 178, 862, 948],
            ((string[])["total", "fixed", "fixed_and_shared", "resolvable_today", "only_with_destination",
                "not_resolvable"]).Select(name => cases.GetProperty(name).GetInt32()));
        JsonElement why = cases.GetProperty("why_not");
        Assert.Equal(
            ["anonymised", "no address", "out of period"],
            why.EnumerateObject().Select(reason => reason.Name).Order());
        Assert.Equal(Not, why.EnumerateObject().Sum(reason => reason.Value.GetInt32()));
    }

    [Fact]
    public void Without_destinations_the_862_are_not_resolvable_and_the_rest_is_as_it_was()
    {
        string file = network.In("today.csv");
        File.WriteAllLines(file, Lines());

        (_, string output, _) = StudyNetwork.Run(
            "referral", file, "--data", network.Data, "--source-only", "--json");

        using JsonDocument report = JsonDocument.Parse(output);
        JsonElement cases = report.RootElement.GetProperty("summary").GetProperty("cases");
        Assert.Equal(
            [Fixed, FixedAndShared, Today, 0, WithDestination + Not],
            ((string[])["fixed", "fixed_and_shared", "resolvable_today", "only_with_destination", "not_resolvable"])
                .Select(name => cases.GetProperty(name).GetInt32()));
    }

    /// <summary>
    /// What the truth says only a destination resolves. The box does not see every name; what it saw must lead to the
    /// right line, and it must have seen nearly all.
    /// </summary>
    private List<string> ResolvedServices()
    {
        IReadOnlyList<(string Text, string Line)> facts = network.ServiceLines();
        string file = network.In("facts.csv");
        File.WriteAllLines(file, facts.Select((fact, i) => $"{i},{fact.Text}"));
        (_, string output, _) = StudyNetwork.Run("referral", file, "--data", network.Data, "--json");
        using JsonDocument report = JsonDocument.Parse(output);
        var resolved = new List<string>();
        foreach (JsonElement line in report.RootElement.GetProperty("lines").EnumerateArray())
        {
            (string text, string truth) = facts[line.GetProperty("row").GetInt32() - 1];
            if (line.GetProperty("line").GetString() is { } named)
            {
                Assert.True(truth == named, $"seed {StudyNetwork.Seed}: {text} is {truth}, and {named} was named");
                resolved.Add(text);
            }
        }

        Assert.True(resolved.Count >= 0.95 * facts.Count, $"{resolved.Count} of {facts.Count}");
        return resolved;
    }

    /// <summary>Each case has a line of its kind; many have others beside it that must not change the count.</summary>
    private IEnumerable<string> Lines()
    {
        IReadOnlyList<string> ports = network.PortLines();
        List<string> services = ResolvedServices();
        Assert.True(ports.Count > 50 && services.Count > 50, $"{ports.Count} and {services.Count} facts");
        string[] nothing = [",,2026-01-15T12:00Z,", "vpn,,2026-01-15T12:00Z,", "198.18.5.5,,2024-12-01T12:00Z,"];
        yield return "case,ip,port,time,service";
        for (int i = 0; i < Fixed; i++)
        {
            yield return $"F{i},198.18.5.{i % 250},,2026-01-15T12:00Z,";
            if (i < FixedAndShared)
            {
                yield return $"F{i},{(i % 2 == 0 ? ports[i % ports.Count] : services[i % services.Count])}";
            }
            else if (i % 3 == 0)
            {
                // A shared address of more than a year ago is none that records could help with.
                yield return $"F{i},{ports[0].Split(',')[0]},4000,2024-12-01T12:00Z,";
            }
        }

        for (int i = 0; i < Today; i++)
        {
            yield return $"T{i},{ports[i % ports.Count]}";
            yield return $"T{i},{services[i % services.Count]}";
        }

        for (int i = 0; i < WithDestination; i++)
        {
            yield return $"D{i},{nothing[i % 3]}";
            yield return $"D{i},{services[i % services.Count]}";
        }

        for (int i = 0; i < Not; i++)
        {
            yield return $"N{i},{nothing[i % 3]}";
        }
    }
}
