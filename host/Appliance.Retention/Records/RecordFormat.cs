namespace Appliance.Retention.Records;

/// <summary>How records are printed.</summary>
internal enum RecordFormat
{
    /// <summary>RFC 4180 with a header line; lines end in LF.</summary>
    Csv,

    /// <summary>One JSON object a line; an empty field is null.</summary>
    NdJson,
}
