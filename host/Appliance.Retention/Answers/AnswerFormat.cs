namespace Appliance.Retention.Answers;

/// <summary>How an answer is printed.</summary>
internal enum AnswerFormat : byte
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>By answer.schema.json.</summary>
    Json,

    /// <summary>RFC 4180 under the columns of <see cref="AnswerRow"/>.</summary>
    Csv,

    /// <summary>After ETSI TS 102 657, network access.</summary>
    Xml,
}
