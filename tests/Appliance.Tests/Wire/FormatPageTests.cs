using Appliance.TestSupport;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Wire;

/// <summary>FORMAT.md says the numbers that the code has: who reads by the page alone reads the same.</summary>
public sealed class FormatPageTests
{
    private static readonly string Page = string.Join(
        ' ',
        File.ReadAllText(Path.Combine(Checkout.Root, "host", "Appliance.Wire", "FORMAT.md"))
            .Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public void The_page_lists_every_refusal_by_its_number()
    {
        string refusals = string.Join(", ", Enum.GetValues<Refusal>().Select(r => $"{(int)r} {r.Name()}"));
        Assert.Contains($"By number: {refusals}.", Page);
    }

    [Fact]
    public void The_page_lists_every_value_of_every_enumeration()
    {
        AssertListed<FlowKind>("kind");
        AssertListed<ClockState>("clock-state");
        AssertListed<Translation>("translation");
        AssertListed<Attribution>("attribution");
        AssertListed<EndReason>("end-reason");
        AssertListed<ServiceSource>("service-source");
    }

    // Words are compared without hyphens and case: FreeRunning stands as free-running, Reset as reset.
    private static void AssertListed<T>(string field)
        where T : struct, Enum
    {
        string values = string.Join(", ", Enum.GetValues<T>().Select(v => $"{Convert.ToInt32(v)} {v}"));
        Assert.Contains(
            $"| {field.Replace("-", "")} | {values.ToLowerInvariant()} |", Page.Replace("-", "").ToLowerInvariant());
    }
}
