namespace Appliance.TestSupport;

/// <summary>
/// Marks a test that shows what a verb prints, as its reader sees it; tests/Appliance.Tests/VERBS.md lists them.
/// </summary>
/// <param name="verb">Program and verb, <c>retention status</c>.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
internal sealed class TranscriptAttribute(string verb) : Attribute
{
    public string Verb { get; } = verb;
}
