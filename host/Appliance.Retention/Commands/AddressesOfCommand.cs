using System.CommandLine;
using Appliance.Retention.Answers;

namespace Appliance.Retention.Commands;

/// <summary><c>retention addresses-of</c>: which public addresses and ports a line had.</summary>
internal static class AddressesOfCommand
{
    public static Command Create(TimeProvider? clock = null) => LineVerb.Create(
        "addresses-of",
        "which public addresses and ports a line had",
        clock,
        static (asker, question) => asker.Addresses(question),
        LineText.WriteAddresses);
}
