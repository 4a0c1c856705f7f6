namespace Appliance.Retention.Requests;

/// <summary>Why an order does not open anything.</summary>
/// <param name="Rule">Name of the rule, as the tables and the log print it.</param>
/// <param name="Sentence">What is wrong and what to do, one line.</param>
internal sealed record OrderRefusal(string Rule, string Sentence);
