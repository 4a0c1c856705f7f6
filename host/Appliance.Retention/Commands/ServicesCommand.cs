using System.CommandLine;
using Appliance.Retention.Answers;

namespace Appliance.Retention.Commands;

/// <summary><c>retention services</c>: which services a line used.</summary>
internal static class ServicesCommand
{
    public static Command Create(TimeProvider? clock = null) => LineVerb.Create(
        "services",
        "which services a line used",
        clock,
        static (asker, question) => asker.Services(question),
        LineText.WriteServices);
}
