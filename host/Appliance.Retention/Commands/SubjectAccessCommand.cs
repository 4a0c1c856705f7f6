using System.CommandLine;
using Appliance.Retention.Answers;

namespace Appliance.Retention.Commands;

/// <summary><c>retention subject-access</c>: everything that is kept of a line, for the person who holds it.</summary>
internal static class SubjectAccessCommand
{
    public static Command Create(TimeProvider? clock = null) => LineVerb.Create(
        "subject-access",
        "everything kept of a line, for its holder, under a request for subject access",
        clock,
        static (asker, question) => asker.Everything(question),
        LineText.WriteEverything);
}
